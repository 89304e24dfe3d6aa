import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Inline, Panel, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { createEnrolmentToken } from '../../contract/node-operations';
import { fieldErrors } from '../node-form';
import { addNodePage } from '../pages';
import { useKeyOf } from '../use-key-of';
import { BootstrapLine } from './bootstrap-line';
import { RegionField } from './region-field';

export type IssuedToken = ReplyOf<typeof createEnrolmentToken>;

/** Asks for the line; shows it once, and waits for the machine. */
export function BootstrapForm() {
  const issue = useAction(addNodePage, 'createEnrolmentToken');
  const [name, setName] = useState('');
  const [region, setRegion] = useState('default');
  const [wasTried, setTried] = useState(false);
  const [round, setRound] = useState(0);
  const form = useId();
  const body = { ...(name.trim() === '' ? {} : { name: name.trim() }), region: region.trim() };
  const idempotencyKey = useKeyOf([body, round]);
  if (issue.data !== undefined) {
    return (
      <BootstrapLine
        token={issue.data}
        name={name.trim() === '' ? null : name.trim()}
        onAnother={() => {
          issue.reset();
          setRound(round + 1);
        }}
      />
    );
  }
  const errors = {
    name: name.trim() === '' ? null : fieldErrors.name(name.trim()),
    region: fieldErrors.region(region.trim()),
  };
  const taken = issue.error?.code === 'node_name_taken' ? issue.error.message : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (errors.name !== null || errors.region !== null || issue.isPending) return;
    issue.mutate({ body, idempotencyKey }, { onError: () => setRound(round + 1) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="loose">
        <Panel title="Machine">
          <Stack>
            <TextField
              id={`${form}-name`}
              label="Name"
              isRequired={false}
              description="Empty: the machine is called by its host name."
              value={name}
              onChange={setName}
              maxLength={63}
              autoComplete="off"
              isMonospace
              error={taken ?? (wasTried ? errors.name : null)}
            />
            <RegionField
              id={`${form}-region`}
              value={region}
              onChange={setRegion}
              error={wasTried ? errors.region : null}
            />
          </Stack>
        </Panel>
        <EquivalentCall
          page={addNodePage}
          name="createEnrolmentToken"
          args={{ body }}
          idempotencyKey={idempotencyKey}
        />
        {issue.error !== null && taken === null && <Banner tone="failed">{issue.error.message}</Banner>}
        <Inline>
          <Button type="submit" variant="primary" isPending={issue.isPending}>
            Make the command
          </Button>
        </Inline>
      </Stack>
    </form>
  );
}
