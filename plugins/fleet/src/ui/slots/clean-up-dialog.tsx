import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, RadioCards, showToast, Stack, TextArea } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { CLEANUP_REASON_LENGTH_MAX } from '../../contract/slot-map-limits';
import type { NodeDetails, NodeSlot } from '../node-words';
import { nodeSlotsPage } from '../pages';
import { useKeyOf } from '../use-key-of';

type Mode = 'verified' | 'attested';
/** Characters a reason has at least. */
const REASON_LENGTH_MIN = 3;

interface CleanUpDialogProps {
  node: NodeDetails;
  slot: NodeSlot;
  onClose: () => void;
}

/** The node proves that nothing is left, or somebody vouches for it. */
export function CleanUpDialog({ node, slot, onClose }: CleanUpDialogProps) {
  const clean = useAction(nodeSlotsPage, 'cleanUpSlot', { invalidates: ['listResourceSlots', 'getNode', 'listNodes'] });
  const [mode, setMode] = useState<Mode>('verified');
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const [round, setRound] = useState(0);
  const form = useId();
  const args = {
    params: { node_id: node.node_id, slot_id: slot.slot_id },
    body: { mode, reason: reason.trim() },
  };
  const idempotencyKey = useKeyOf([args, round]);
  const hasReason = reason.trim().length >= REASON_LENGTH_MIN;
  const why = clean.error?.details.reason;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!hasReason || clean.isPending) return;
    try {
      // Awaited, because with the last blocked slot this dialog is gone before the answer could be told to it.
      const { outcome } = await clean.mutateAsync({ ...args, idempotencyKey });
      showToast({
        tone: 'success',
        title: outcome === 'free' ? `${slot.label} is free again.` : `${slot.label} was taken out.`,
      });
      onClose();
    } catch {
      // Shown below; the node may answer otherwise the next time.
      setRound(round + 1);
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Clean up ${slot.label}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            variant={mode === 'attested' ? 'danger' : 'primary'}
            isPending={clean.isPending}
          >
            {mode === 'attested' ? 'Vouch for it' : 'Ask the node'}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={event => void submit(event)} noValidate>
        <Stack>
          {slot.blocked !== null && <Banner tone="notice">{slot.blocked.reason}</Banner>}
          <RadioCards<Mode>
            label="How it is made sure"
            value={mode}
            onChange={setMode}
            minWidth="small"
            options={[
              {
                value: 'verified',
                title: 'The node proves it',
                description: 'It is asked, and must show that nothing is left and its devices are as approved.',
              },
              {
                value: 'attested',
                title: 'I vouch for it',
                description: 'The node is destroyed, or I have looked myself. Nothing is asked.',
              },
            ]}
          />
          <TextArea
            label="Reason"
            description="It is written to the audit log."
            rows={3}
            value={reason}
            onChange={setReason}
            maxLength={CLEANUP_REASON_LENGTH_MAX}
            error={wasTried && !hasReason ? 'Give a reason.' : null}
          />
          <EquivalentCall page={nodeSlotsPage} name="cleanUpSlot" args={args} idempotencyKey={idempotencyKey} />
          {clean.error !== null && (
            <Banner tone="failed" title={clean.error.message}>
              {typeof why === 'string' ? why : undefined}
            </Banner>
          )}
        </Stack>
      </form>
    </Dialog>
  );
}
