import type { Database } from '@portico/plugin-kit/backend';
import type { NodeReport } from '@portico/plugin-fleet/port';
import { heartbeatActor } from '../domain/audited';
import { nodeForUpdate, recordSight } from '../store/nodes';
import { moveNode } from './move-node';
import type { NodeMoveServices } from './move-node';

type HeartbeatServices = NodeMoveServices & { readonly database: Database };

/** The node answered: what it says of itself is kept, and it takes work (again). */
export async function recordAnswer(
  services: HeartbeatServices,
  { nodeId, report }: { nodeId: string; report: NodeReport },
): Promise<void> {
  await services.database.transaction(async tx => {
    const node = await nodeForUpdate(tx, nodeId);
    if (node === undefined) return;
    await recordSight(tx, nodeId, report);
    await moveNode(tx, services, { node, event: 'answered', actor: heartbeatActor });
  });
}

/** The node did not answer. Silence becomes loss only after a while: one slow probe must not take a node out of service. */
export async function recordSilence(
  services: HeartbeatServices,
  silence: { nodeId: string; reason: string; unreachableAfterSeconds: number },
): Promise<void> {
  await services.database.transaction(async tx => {
    const node = await nodeForUpdate(tx, silence.nodeId);
    if (node === undefined || tx.now - (node.last_seen_at ?? node.created_at) < silence.unreachableAfterSeconds * 1000)
      return;
    const moved = await moveNode(tx, services, { node, event: 'lost', actor: heartbeatActor, reason: silence.reason });
    if (moved || node.status !== 'enrolled') return;
    // It was never reached, so there is nothing to lose; but somebody has to know why it does not come up.
    const resource = { type: 'node', id: node.node_id };
    await services.attention.raise(tx, {
      kind: 'node_unreachable',
      resource,
      organizationId: null,
      message: `${node.name} was never reached. ${silence.reason}`,
    });
  });
}
