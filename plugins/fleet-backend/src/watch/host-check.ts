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

/** Compares every node whose slots were approved with what it has now. A node that cannot be read is the heartbeat's business and changes nothing here. */
export async function checkHosts(options: HostCheckOptions, signal: AbortSignal): Promise<void> {
  const mapped = await nodesWithMaps(options.database.read);
  const nodes = (await allNodes(options.database.read)).filter(
    node => mapped.has(node.node_id) && (node.status === 'ready' || node.status === 'draining'),
  );
  await inParallel(nodes, { limit: READINGS_AT_ONCE_MAX, signal }, node => checkHost(options, { node, signal }));
}

async function checkHost(
  options: HostCheckOptions,
  { node, signal }: { node: NodeRow; signal: AbortSignal },
): Promise<void> {
  try {
    const topology = await readHost(options.connections.to(node.node_id), signal);
    await options.database.transaction(tx => compareHost(tx, options, { nodeId: node.node_id, topology }));
  } catch (error) {
    options.logger.warn(`what node ${node.name} has could not be compared with its slots: ${String(error)}`);
  }
}
