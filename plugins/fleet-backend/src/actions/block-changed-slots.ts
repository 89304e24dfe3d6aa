import type { Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditedSlot, hostCheckActor } from '../domain/audited';
import { hostChanges } from '../domain/host-changes';
import type { HostTopology } from '../domain/topology';
import { approvedSlots, slotLabel } from '../slot-maps/approved-slots';
import type { SlotMapTelling } from '../slot-maps/slot-map-services';
import { forgetHostChange, noteHostChange, renameDevices, slotsOn } from '../store/mapped-slots';
import { nodeForUpdate } from '../store/nodes';
import type { NodeRow } from '../store/nodes';
import { lockAllModels } from '../store/slots';
import type { SlotRow } from '../store/slots';

/**
 * Compares what the node has now with the slots that were approved. Only slots whose devices changed are taken out; what an allocation holds stays with it and is blocked when it is given back.
 * Kernel names that moved are followed. A blocked slot is given back by an administrator alone, even when the host is again as it was: something happened there.
 * With `suspects` only slots that an earlier reading found changed too are taken out; the slots this reading found changed are returned.
 */
export async function compareHost(
  tx: Transaction,
  services: SlotMapTelling,
  { nodeId, topology, suspects }: { nodeId: string; topology: HostTopology; suspects?: ReadonlySet<string> },
): Promise<ReadonlySet<string>> {
  const expected = hostChanges(approvedSlots(await slotsOn(tx, nodeId)), topology);
  // Models before the node, as everybody takes them who needs both; seldom, because placement of all models waits meanwhile.
  if (expected.affected.length > 0 || expected.renamed.length > 0) await lockAllModels(tx, []);
  const node = await nodeForUpdate(tx, nodeId);
  if (node === undefined) return new Set();
  // Read again under the locks: what was free may be held by now.
  const rows = await slotsOn(tx, nodeId);
  const { affected, renamed } = hostChanges(approvedSlots(rows), topology);
  const reasons = new Map(affected.map(({ slotId, reason }) => [slotId, reason]));
  for (const row of rows) {
    const reason = reasons.get(row.slot_id);
    if (reason !== undefined) {
      const isConfirmed = suspects === undefined || suspects.has(row.slot_id) || row.blocked_kind !== null;
      if (isConfirmed) await noteChange(tx, services, { node, row, reason });
    } else if (row.status === 'held' && row.blocked_kind === 'host_changed') await forgetHostChange(tx, row.slot_id);
  }
  for (const names of renamed) await renameDevices(tx, names);
  await tellOfHost(tx, services, node);
  return new Set(reasons.keys());
}

async function noteChange(
  tx: Transaction,
  services: SlotMapTelling,
  { node, row, reason }: { node: NodeRow; row: SlotRow; reason: string },
): Promise<void> {
  if (row.blocked_kind === 'unproven' || row.blocked_reason === reason) return;
  await noteHostChange(tx, { slotId: row.slot_id, reason });
  if (row.blocked_kind !== null) return;
  const correlationId = newId('corr', tx.now);
  await services.audit.record(tx, {
    action: 'fleet.slot.block',
    actor: hostCheckActor,
    organizationId: null,
    resource: auditedSlot,
    targetId: row.slot_id,
    correlationId,
    reason,
    before: { status: row.status },
    after: {
      node_id: node.node_id,
      status: row.status === 'free' ? 'cleanup_blocked' : row.status,
      blocked_kind: 'host_changed',
      blocked_reason: reason,
      allocation_id: row.allocation_id,
    },
  });
  await services.outbox.append(tx, {
    eventType: 'node.slots_blocked',
    correlationId,
    organizationId: null,
    resource: { type: 'node', id: node.node_id },
    payload: { node_id: node.node_id, slot_id: row.slot_id, reason, allocation_id: row.allocation_id },
  });
}

const attentionTo = (nodeId: string) => ({ kind: 'host_changed', resource: { type: 'node', id: nodeId } });

async function tellOfHost(tx: Transaction, services: SlotMapTelling, node: NodeRow): Promise<void> {
  const changed = (await slotsOn(tx, node.node_id)).filter(row => row.blocked_kind === 'host_changed');
  const [first] = changed;
  if (first === undefined) return services.attention.clear(tx, attentionTo(node.node_id));
  const rest = changed.length === 1 ? '' : ` ${changed.length - 1} more of its slots have changed.`;
  await services.attention.raise(tx, {
    ...attentionTo(node.node_id),
    organizationId: null,
    message: `${node.name} is not as it was approved. ${slotLabel(first)}: ${first.blocked_reason ?? ''}${rest} Those slots are not given out.`,
  });
}

/** When nothing of the node is blocked for that reason any more. */
export async function clearHostAttention(
  tx: Transaction,
  services: Pick<SlotMapTelling, 'attention'>,
  nodeId: string,
): Promise<void> {
  const rows = await slotsOn(tx, nodeId);
  if (!rows.some(row => row.blocked_kind === 'host_changed')) await services.attention.clear(tx, attentionTo(nodeId));
}
