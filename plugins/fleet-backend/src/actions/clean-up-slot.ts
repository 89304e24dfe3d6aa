import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedSlot } from '../domain/audited';
import type { CleanupProof } from '../slot-maps/prove-clean';
import { slotMapRefusal } from '../slot-maps/slot-map-errors';
import type { SlotMapTelling } from '../slot-maps/slot-map-services';
import { cleanSlot, slotById } from '../store/mapped-slots';
import { nodeForUpdate } from '../store/nodes';
import { deleteSlot } from '../store/slots';
import type { SlotRow } from '../store/slots';
import { clearHostAttention } from './block-changed-slots';

/**
 * Ends the waiting of a blocked slot. `proof` is what the node said just now, null where an administrator answers for it instead: then a slot whose devices had changed is taken out, for
 * nobody has seen them whole again, and any other is free.
 */
export async function cleanUpSlot(
  tx: Transaction,
  services: SlotMapTelling,
  request: {
    nodeId: string;
    /** As it was when the node was asked. */
    slot: Pick<SlotRow, 'slot_id' | 'allocation_id'>;
    proof: CleanupProof | null;
    reason: string;
    actor: Actor;
    correlationId: string;
  },
): Promise<{ outcome: 'free' | 'withdrawn'; allocationId: string | null }> {
  const { nodeId, proof, reason, actor, correlationId } = request;
  if ((await nodeForUpdate(tx, nodeId)) === undefined) throw common.fail('not_found');
  const slot = await slotById(tx, { nodeId, slotId: request.slot.slot_id });
  if (slot === undefined) throw common.fail('not_found');
  if (slot.status !== 'cleanup_blocked' || slot.allocation_id !== request.slot.allocation_id)
    throw slotMapRefusal.fail('slot_not_blocked');
  if (proof?.proven === 'nothing') throw slotMapRefusal.fail('cleanup_unproven', { details: { reason: proof.reason } });
  const isGone = proof === null ? slot.blocked_kind === 'host_changed' : proof.proven === 'changed';
  if (isGone) await deleteSlot(tx, slot.slot_id);
  else await cleanSlot(tx, slot.slot_id);
  const outcome = isGone ? 'withdrawn' : 'free';
  await clearHostAttention(tx, services, nodeId);
  await services.audit.record(tx, {
    action: 'fleet.slot.clean',
    actor,
    organizationId: null,
    resource: auditedSlot,
    targetId: slot.slot_id,
    correlationId,
    reason,
    before: {
      status: slot.status,
      blocked_kind: slot.blocked_kind,
      blocked_reason: slot.blocked_reason,
      allocation_id: slot.allocation_id,
    },
    after: { node_id: nodeId, status: outcome, cleanup: proof === null ? 'attested' : 'verified' },
  });
  await services.outbox.append(tx, {
    eventType: 'node.slot_cleaned',
    correlationId,
    organizationId: null,
    resource: { type: 'node', id: nodeId },
    payload: { node_id: nodeId, slot_id: slot.slot_id, outcome, allocation_id: slot.allocation_id },
  });
  return { outcome, allocationId: slot.allocation_id };
}
