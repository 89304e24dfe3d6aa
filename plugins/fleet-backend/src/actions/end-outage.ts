import type { Outbox, Transaction } from '@portico/plugin-kit/backend';
import { newId, toInstant } from '@portico/plugin-kit/contract';
import type { NodeRow } from '../store/nodes';
import { setSilentSince } from '../store/nodes';

/**
 * A node that did not answer when it was asked answers again, or is gone for good. Only what was seen counts: while the portal itself is down nobody asks, and that is no outage of the
 * node. Shorter silence than `secondsMin` was none; what runs there was never out of reach for anybody.
 */
export async function endOutage(
  tx: Transaction,
  services: { readonly outbox: Outbox },
  ended: { node: Pick<NodeRow, 'node_id' | 'name' | 'silent_since_at'>; secondsMin: number },
): Promise<void> {
  const { node } = ended;
  const from = node.silent_since_at;
  if (from === null) return;
  await setSilentSince(tx, { nodeId: node.node_id, at: null });
  if (tx.now - from < ended.secondsMin * 1000) return;
  await services.outbox.append(tx, {
    eventType: 'node.outage_ended',
    correlationId: newId('corr', tx.now),
    organizationId: null,
    resource: { type: 'node', id: node.node_id },
    payload: { node_id: node.node_id, name: node.name, from: toInstant(from), to: toInstant(tx.now) },
  });
}
