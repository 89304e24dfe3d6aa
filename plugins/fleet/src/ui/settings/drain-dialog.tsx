import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, PageState, showToast, Stack, StateChip, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { plural } from '../node-words';
import type { NodeDetails } from '../node-words';
import type { NamedOccupant } from '../occupants';
import { nodeSettingsPage } from '../pages';

const REASON_LENGTH_MAX = 500;

interface DrainDialogProps {
  node: NodeDetails;
  occupants: readonly NamedOccupant[];
  onClose: () => void;
}

/** Says beforehand what of what runs there would find another place. */
export function DrainDialog({ node, occupants, onClose }: DrainDialogProps) {
  const drain = useAction(nodeSettingsPage, 'drainNode', { invalidates: ['getNode', 'listNodes'] });
  const [reason, setReason] = useState('');
  const form = useId();
  const params = { node_id: node.node_id };
  const args = { params, body: reason.trim() === '' ? {} : { reason: reason.trim() } };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (drain.isPending) return;
    drain.mutate(args, {
      onSuccess: () => {
        showToast({ tone: 'success', title: `${node.name} takes no new work.` });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Drain ${node.name}?`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={drain.isPending}>
            Drain node
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <ul className="pt-impact">
            <li>It gets no new work, and stays reachable.</li>
            <li>What runs there goes on, and is billed, until its owner releases it. Nothing is moved.</li>
            <li>It can be taken back at any time.</li>
          </ul>
          <Preview node={node} occupants={occupants} />
          <TextField
            label="Reason"
            isRequired={false}
            description="It is written to the audit log."
            value={reason}
            onChange={setReason}
            maxLength={REASON_LENGTH_MAX}
            autoComplete="off"
          />
          <EquivalentCall page={nodeSettingsPage} name="drainNode" args={args} />
          {drain.error !== null && <Banner tone="failed">{drain.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

/** A question, though it is asked by POST: the answer is good for as long as the dialog is open. */
function Preview({ node, occupants }: Pick<DrainDialogProps, 'node' | 'occupants'>) {
  const preview = useOperation(nodeSettingsPage, 'previewDrain', { params: { node_id: node.node_id } });
  const { data } = preview;
  const nameOf = (id: string) => occupants.find(({ allocationId }) => allocationId === id)?.name ?? id;
  return (
    <PageState state={renderingOf(preview, { what: 'preview', layout: 'text' })}>
      {data !== undefined && data.allocations.length === 0 && (
        <Banner tone="info">Nobody runs there, so nothing has to go anywhere.</Banner>
      )}
      {data !== undefined && data.allocations.length > 0 && (
        <section aria-label="What could be launched again elsewhere">
          <Stack gap="tight">
            <strong>
              {data.not_placeable === 0
                ? `${plural(data.placeable, 'allocation')} could be launched again elsewhere now`
                : `${data.placeable} of ${plural(data.allocations.length, 'allocation')} could be launched again elsewhere now`}
            </strong>
            <ul className="drain-preview">
              {data.allocations.map(one => (
                <li key={one.allocation_id}>
                  <StateChip
                    {...(one.elsewhere === null
                      ? ({ tone: 'degraded', label: 'No place' } as const)
                      : ({ tone: 'running', label: one.elsewhere.node_name } as const))}
                  />
                  <span className="node-two-lines">
                    <span>{`${nameOf(one.allocation_id)}: ${one.gpu_count} × ${one.gpu_model}`}</span>
                    {one.refusal !== null && (
                      <span className="pt-description">{one.refusal.alternative ?? one.refusal.message}</span>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          </Stack>
        </section>
      )}
    </PageState>
  );
}
