import type { BodySentTo } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Inline, NumberField, Panel, showToast, Stack, TextArea, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { changeNode } from '../../contract/node-operations';
import { notesSchema } from '../../contract/node-schemas';
import { RegionField } from '../add/region-field';
import { refusalOf } from '../add/refusal-of';
import { fieldErrors, SSH_PORT } from '../node-form';
import type { NodeDetails } from '../node-words';
import { nodeSettingsPage } from '../pages';

type Body = BodySentTo<typeof changeNode>;

/** What an administrator said of the node when it came in. What runs there goes on, whatever is changed. */
export function NodeDetailsForm({ node }: { node: NodeDetails }) {
  const change = useAction(nodeSettingsPage, 'changeNode', { invalidates: ['getNode', 'listNodes', 'listRegions'] });
  const [name, setName] = useState(node.name);
  const [region, setRegion] = useState(node.region);
  const [host, setHost] = useState(node.address?.host ?? '');
  const [port, setPort] = useState<number | null>(node.address?.port ?? SSH_PORT);
  const [username, setUsername] = useState(node.username ?? '');
  const [notes, setNotes] = useState(node.notes);
  const form = useId();
  const errors = {
    name: fieldErrors.name(name.trim()),
    region: fieldErrors.region(region.trim()),
    host: fieldErrors.host(host.trim()),
    port: fieldErrors.port(port),
    username: fieldErrors.username(username.trim()),
  };
  const isElsewhere = host.trim() !== node.address?.host || port !== node.address.port;
  const body: Body = {
    ...(name.trim() === node.name ? {} : { name: name.trim() }),
    ...(region.trim() === node.region ? {} : { region: region.trim() }),
    ...(isElsewhere ? { address: { host: host.trim(), port: port ?? SSH_PORT } } : {}),
    ...(username.trim() === node.username ? {} : { username: username.trim() }),
    ...(notes.trim() === node.notes ? {} : { notes: notes.trim() }),
  };
  const isChanged = Object.keys(body).length > 0;
  const refusal = change.error === null ? null : refusalOf(change.error);
  const shown = change.error?.details.shown;
  const params = { node_id: node.node_id };
  const send = async (changes: Body) => {
    try {
      // Awaited, because the form is made anew with what was changed before it could be told.
      await change.mutateAsync({ params, body: changes });
      showToast({ tone: 'success', title: `${name.trim()} was changed.` });
    } catch {
      // Shown at the fields and above the button.
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (Object.values(errors).some(error => error !== null) || !isChanged || change.isPending) return;
    void send(body);
  };
  const errorOf = (field: keyof typeof errors) => (refusal?.field === field ? refusal.message : errors[field]);
  return (
    <Panel title="Details">
      <form onSubmit={submit} noValidate className="node-form">
        <Stack>
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            maxLength={63}
            autoComplete="off"
            isMonospace
            error={errorOf('name')}
          />
          <RegionField id={`${form}-region`} value={region} onChange={setRegion} error={errorOf('region')} />
          <div className="node-address">
            <TextField
              label="Address"
              value={host}
              onChange={setHost}
              maxLength={253}
              autoComplete="off"
              isMonospace
              error={errorOf('host')}
            />
            <NumberField label="Port" value={port} onChange={setPort} min={1} max={65_535} error={errorOf('port')} />
          </div>
          <TextField
            label="User"
            description="Who Portico logs in as; its key must be there already."
            value={username}
            onChange={setUsername}
            maxLength={32}
            autoComplete="off"
            isMonospace
            error={errorOf('username')}
          />
          <TextArea
            label="Notes"
            isRequired={false}
            rows={3}
            value={notes}
            onChange={setNotes}
            maxLength={notesSchema.maxLength}
          />
          {isChanged && <EquivalentCall page={nodeSettingsPage} name="changeNode" args={{ params, body }} />}
          {refusal !== null && (
            <Banner
              tone="failed"
              title={refusal.title}
              actions={
                typeof shown === 'string' && (
                  <Button size="small" onPress={() => void send({ ...body, host_key_fingerprint: shown })}>
                    Pin the key it shows
                  </Button>
                )
              }
            >
              <span className="node-fingerprint">{refusal.message}</span>
            </Banner>
          )}
          <Inline>
            <Button type="submit" variant="primary" isPending={change.isPending}>
              Save
            </Button>
          </Inline>
        </Stack>
      </form>
    </Panel>
  );
}
