import type { BodySentTo } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Inline, NumberField, Panel, Stack, TextArea, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import type { addNode } from '../../contract/node-operations';
import { notesSchema } from '../../contract/node-schemas';
import {
  CredentialFields,
  credentialBody,
  credentialError,
  credentialShown,
  emptyCredential,
} from '../credential-fields';
import { fieldErrors, SSH_PORT } from '../node-form';
import { addNodePage } from '../pages';
import { ErrorSummary } from './error-summary';
import { HostKeyField } from './host-key-field';
import { RegionField } from './region-field';
import { refusalOf } from './refusal-of';

type Body = BodySentTo<typeof addNode>;
type Field = 'name' | 'region' | 'host' | 'port' | 'username' | 'credential' | 'fingerprint';

/** Everything typed here is gone with the page: the secrets are in no URL, no storage and no cache. */
export function SshNodeForm() {
  const navigate = useNavigate();
  const add = useAction(addNodePage, 'addNode', { invalidates: ['listNodes', 'listRegions'] });
  const [name, setName] = useState('');
  const [region, setRegion] = useState('default');
  const [host, setHost] = useState('');
  const [port, setPort] = useState<number | null>(SSH_PORT);
  const [username, setUsername] = useState('root');
  const [credential, setCredential] = useState(emptyCredential);
  const [fingerprint, setFingerprint] = useState('');
  const [notes, setNotes] = useState('');
  const [wasTried, setTried] = useState(false);
  const [idempotencyKey, setKey] = useState(() => crypto.randomUUID() as string);
  const form = useId();
  const idOf = (field: Field) => `${form}-${field}`;

  const address = { host: host.trim(), port: port ?? SSH_PORT };
  const shape = (given: Body['credential']): Body => ({
    name: name.trim(),
    region: region.trim(),
    address,
    username: username.trim(),
    credential: given,
    ...(fingerprint.trim() === '' ? {} : { host_key_fingerprint: fingerprint.trim() }),
    ...(notes.trim() === '' ? {} : { notes: notes.trim() }),
  });
  const found: Record<Field, string | null> = {
    name: fieldErrors.name(name.trim()),
    region: fieldErrors.region(region.trim()),
    host: fieldErrors.host(address.host),
    port: fieldErrors.port(port),
    username: fieldErrors.username(username.trim()),
    credential: credentialError(credential),
    fingerprint: fieldErrors.fingerprint(fingerprint.trim()),
  };
  const missing = (Object.keys(found) as Field[]).flatMap(field => {
    const message = found[field];
    return message === null ? [] : [{ id: idOf(field), message }];
  });
  const refusal = add.error === null ? null : refusalOf(add.error);
  const errorOf = (field: Field) => (refusal?.field === field ? refusal.message : wasTried ? found[field] : null);
  // What the server said is about what was sent, and no longer about what is typed now.
  const typed =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      if (add.error !== null) add.reset();
    };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing.length > 0 || add.isPending) return;
    add.mutate(
      { body: shape(credentialBody(credential)), idempotencyKey },
      {
        onSuccess: ({ node }) => {
          setCredential(emptyCredential);
          add.reset();
          navigate(`/admin/nodes/${node.node_id}`);
        },
        onError: () => setKey(crypto.randomUUID()),
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="loose">
        <Panel title="Machine">
          <Stack>
            <TextField
              id={idOf('name')}
              label="Name"
              description="How it is called here, by administrators alone."
              value={name}
              onChange={typed(setName)}
              maxLength={63}
              autoComplete="off"
              isMonospace
              error={errorOf('name')}
            />
            <div className="node-address">
              <TextField
                id={idOf('host')}
                label="Address"
                description="A host name or an IP address that the portal reaches."
                value={host}
                onChange={typed(setHost)}
                maxLength={253}
                autoComplete="off"
                isMonospace
                error={errorOf('host')}
              />
              <NumberField
                id={idOf('port')}
                label="Port"
                description="Of its SSH server."
                value={port}
                onChange={typed(setPort)}
                min={1}
                max={65_535}
                error={errorOf('port')}
              />
            </div>
            <RegionField id={idOf('region')} value={region} onChange={typed(setRegion)} error={errorOf('region')} />
            <TextArea
              label="Notes"
              isRequired={false}
              description="For the next administrator."
              rows={3}
              value={notes}
              onChange={setNotes}
              maxLength={notesSchema.maxLength}
            />
          </Stack>
        </Panel>
        <Panel title="Log-in">
          <Stack>
            <TextField
              id={idOf('username')}
              label="User"
              description="root, or somebody who may use sudo without a password."
              value={username}
              onChange={typed(setUsername)}
              maxLength={32}
              autoComplete="off"
              isMonospace
              error={errorOf('username')}
            />
            <CredentialFields
              id={idOf('credential')}
              draft={credential}
              onChange={typed(setCredential)}
              error={errorOf('credential')}
            />
            <HostKeyField
              id={idOf('fingerprint')}
              address={address}
              isAddressGood={found.host === null && found.port === null}
              value={fingerprint}
              onChange={typed(setFingerprint)}
              error={errorOf('fingerprint')}
            />
          </Stack>
        </Panel>
        <EquivalentCall
          page={addNodePage}
          name="addNode"
          args={{ body: shape(credentialShown(credential)) }}
          idempotencyKey={idempotencyKey}
        />
        {wasTried && <ErrorSummary errors={missing} />}
        {refusal !== null && (
          <Banner tone="failed" title={refusal.title}>
            {refusal.field === undefined
              ? refusal.message
              : 'Nothing was added. What is wrong stands at the field above.'}
          </Banner>
        )}
        <Inline>
          <Button type="submit" variant="primary" isPending={add.isPending} pendingLabel="Asking the machine…">
            Add node
          </Button>
        </Inline>
      </Stack>
    </form>
  );
}
