import type { LoggerService } from '@backstage/backend-plugin-api';
import { inParallel } from '@portico/plugin-kit/backend';
import { compareHost } from '../actions/block-changed-slots';
import { readHost } from '../slot-maps/read-host';
import type { SlotMapServices } from '../slot-maps/slot-map-services';
import { allNodes } from '../store/nodes';
import type { NodeRow } from '../store/nodes';
import { nodesWithMaps } from '../store/slot-maps';

/** Nodes read at once. Each takes seconds where `nvidia-smi` has to wake its GPUs, and none waits for a slow one. */
const READINGS_AT_ONCE_MAX = 8;

export type HostCheckOptions = Pick<SlotMapServices, 'database' | 'audit' | 'outbox' | 'attention' | 'connections'> & {
  readonly logger: LoggerService;
};

/**
 * Compares every node whose slots were approved with what it has now. A machine that is just starting has its sshd before it has all its devices, so a change counts when two readings in a row found
 * it. A node that cannot be read is the heartbeat's business and changes nothing here.
 */
export function createHostCheck(options: HostCheckOptions): (signal: AbortSignal) => Promise<void> {
  const suspects: Suspects = new Map();
  return signal => checkHosts(options, { suspects, signal });
}

/** By node, the slots that its last reading found changed. */
type Suspects = Map<string, ReadonlySet<string>>;

async function checkHosts(
  options: HostCheckOptions,
  { suspects, signal }: { suspects: Suspects; signal: AbortSignal },
): Promise<void> {
  const mapped = await nodesWithMaps(options.database.read);
  const nodes = (await allNodes(options.database.read)).filter(
    node => mapped.has(node.node_id) && (node.status === 'ready' || node.status === 'draining'),
  );
  await inParallel(nodes, { limit: READINGS_AT_ONCE_MAX, signal }, node =>
    checkHost(options, { node, suspects, signal }),
  );
}

async function checkHost(
  options: HostCheckOptions,
  { node, suspects, signal }: { node: NodeRow; suspects: Suspects; signal: AbortSignal },
): Promise<void> {
  try {
    const topology = await readHost(options.connections.to(node.node_id), signal);
    const nodeId = node.node_id;
    const seen = suspects.get(nodeId) ?? new Set();
    const changed = await options.database.transaction(tx =>
      compareHost(tx, options, { nodeId, topology, suspects: seen }),
    );
    suspects.set(nodeId, changed);
  } catch (error) {
    options.logger.warn(`what node ${node.name} has could not be compared with its slots: ${String(error)}`);
  }
}
