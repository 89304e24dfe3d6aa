import type { Actor, Database, Transaction } from '@portico/plugin-kit/backend';
import type { RuntimeError } from '@portico/plugin-fleet/port';
import type { ProbeResult } from '../probe/probe-node';
import { HostKeyChangedError } from '../ssh/host-key';
import { saveVerdict } from '../store/node-probes';
import { changeNode, nodeForUpdate } from '../store/nodes';
import type { NodeRow } from '../store/nodes';
import { moveNode } from './move-node';
import type { NodeMoveServices } from './move-node';

/** What a probe found becomes the node's: verdict, capacity, and whether it takes work. */
export async function recordVerdict(
  services: NodeMoveServices & { readonly database: Database },
  options: { nodeId: string; result: ProbeResult; actor: Actor },
): Promise<void> {
  await services.database.transaction(tx => recordVerdictIn(tx, services, options));
}

export async function recordVerdictIn(
  tx: Transaction,
  services: NodeMoveServices,
  { nodeId, result, actor }: { nodeId: string; result: ProbeResult; actor: Actor },
): Promise<void> {
  const node = await nodeForUpdate(tx, nodeId);
  if (node === undefined) return;
  await saveVerdict(tx, nodeId, result.verdict);
  if (result.capacity === undefined) {
    if (result.error !== undefined) await recordRefusal(tx, services, { node, error: result.error, actor });
    return;
  }
  const { cpuCount, memoryBytes, diskBytesFree } = result.capacity;
  await changeNode(tx, nodeId, {
    cpu_count: cpuCount,
    memory_bytes: memoryBytes,
    disk_bytes_free: diskBytesFree,
    changed_host_key: null,
  });
  const failed = result.verdict.checks.filter(({ status }) => status === 'failed');
  const reason = failed.length === 0 ? null : failed.map(({ message }) => message).join(' ');
  await changeNode(tx, nodeId, { status_reason: reason });
  // From the moment it is ready it takes work, and who launches there is told how it isolates; the heartbeat says it in more words.
  if (reason === null && node.isolation === null)
    await changeNode(tx, nodeId, { isolation: 'container', isolation_detail: 'podman' });
  if (node.status === 'registered') return;
  await moveNode(tx, services, {
    node,
    event: reason === null ? 'answered' : 'unfit',
    actor,
    ...(reason !== null && { reason }),
  });
}

/**
 * A node that shows another host key is lost at once, whatever its silence: it may be another machine. Somebody has to look. Other refusals are silence, which becomes loss after a while.
 * True when the node counts as lost by this.
 */
export async function recordRefusal(
  tx: Transaction,
  services: NodeMoveServices,
  { node, error, actor }: { node: NodeRow; error: RuntimeError; actor: Actor },
): Promise<boolean> {
  await changeNode(tx, node.node_id, { status_reason: error.message });
  if (!(error instanceof HostKeyChangedError)) return false;
  await changeNode(tx, node.node_id, { changed_host_key: error.seen });
  await services.attention.raise(tx, {
    kind: 'node_host_key_changed',
    resource: { type: 'node', id: node.node_id },
    organizationId: null,
    message: `${node.name}: ${error.message} If the machine was installed anew, accept its key; otherwise find out who answers there.`,
  });
  await moveNode(tx, services, { node, event: 'lost', actor, reason: error.message });
  return true;
}
