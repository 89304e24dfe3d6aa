import type { Database, Transaction } from '@portico/plugin-kit/backend';
import { RuntimeError } from '@portico/plugin-fleet/port';
import type { NodeReport } from '@portico/plugin-fleet/port';
import { heartbeatActor } from '../domain/audited';
import { latestVerdict } from '../store/node-probes';
import { changeNode, nodeForUpdate, recordSight, setSilentSince } from '../store/nodes';
import type { NodeRow } from '../store/nodes';
import { endOutage } from './end-outage';
import { moveNode } from './move-node';
import type { NodeMoveServices } from './move-node';
import { recordRefusal } from './record-verdict';

type HeartbeatServices = NodeMoveServices & { readonly database: Database };

/** The node answered: what it says of itself is kept, and it takes work (again), a real one only after a probe in which nothing failed. */
export async function recordAnswer(
  services: HeartbeatServices,
  { nodeId, report, unreachableAfterSeconds }: { nodeId: string; report: NodeReport; unreachableAfterSeconds: number },
): Promise<void> {
  await services.database.transaction(async tx => {
    const node = await nodeForUpdate(tx, nodeId);
    if (node === undefined) return;
    await recordSight(tx, nodeId, report);
    await endOutage(tx, services, { node, secondsMin: unreachableAfterSeconds });
    if (node.changed_host_key !== null) {
      await changeNode(tx, nodeId, { changed_host_key: null });
      await services.attention.clear(tx, { kind: 'node_host_key_changed', resource: { type: 'node', id: nodeId } });
    }
    if (node.runtime === 'ssh') {
      const verdict = await latestVerdict(tx, nodeId);
      if (verdict === undefined || verdict.verdict === 'failed') return;
      if (node.status_reason !== null) await changeNode(tx, nodeId, { status_reason: null });
    }
    await moveNode(tx, services, { node, event: 'answered', actor: heartbeatActor });
  });
}

/** The node did not answer. Silence becomes loss only after a while: one slow probe must not take a node out of service. */
export async function recordSilence(
  services: HeartbeatServices,
  silence: { nodeId: string; reason: string; unreachableAfterSeconds: number; error?: unknown },
): Promise<void> {
  await services.database.transaction(async tx => {
    const node = await nodeForUpdate(tx, silence.nodeId);
    if (node === undefined) return;
    const patience = silence.unreachableAfterSeconds * 1000;
    await beginSilence(tx, { node, patience });
    const { error } = silence;
    if (error instanceof RuntimeError && node.runtime === 'ssh')
      if (await recordRefusal(tx, services, { node, error, actor: heartbeatActor })) return;
    if (tx.now - (node.last_seen_at ?? node.created_at) < patience) return;
    const moved = await moveNode(tx, services, { node, event: 'lost', actor: heartbeatActor, reason: silence.reason });
    if (moved || node.status !== 'enrolled' || node.last_seen_at !== null) return;
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

/** From its last answer on, unless that was so long ago that nobody had asked since: then from now. */
async function beginSilence(tx: Transaction, { node, patience }: { node: NodeRow; patience: number }): Promise<void> {
  if (node.silent_since_at !== null || node.last_seen_at === null) return;
  const wasAsked = tx.now - node.last_seen_at < patience;
  await setSilentSince(tx, { nodeId: node.node_id, at: wasAsked ? Math.min(node.last_seen_at, tx.now) : tx.now });
}
