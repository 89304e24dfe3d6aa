import type { Queries } from '@portico/plugin-kit/backend';
import { toInstant } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { TOPOLOGY_NODES_MAX } from '@portico/plugin-fleet/contract';
import type { getFleetTopology } from '@portico/plugin-fleet/contract';
import { groupBy } from './domain/group-by';
import { drawableNodes, offeredSlotsOn } from './store/topology';
import type { DrawableSlot } from './store/topology';

type Topology = ReplyOf<typeof getFleetTopology>;
type GpuState = Topology['nodes'][number]['numa_domains'][number]['gpus'][number]['state'];

/** Says nothing of others but that they hold a GPU: no names, no ids, no organization. */
export async function readTopology(
  queries: Queries,
  view: { gpuModel: string; organizationId: string; now: number },
): Promise<Topology> {
  const nodeIds = await drawableNodes(queries, {
    gpuModel: view.gpuModel,
    organizationId: view.organizationId,
    limit: TOPOLOGY_NODES_MAX + 1,
  });
  const slots = await offeredSlotsOn(queries, {
    nodeIds: nodeIds.slice(0, TOPOLOGY_NODES_MAX),
    gpuModel: view.gpuModel,
  });
  const nodes = [...groupBy(slots, slot => slot.node_id).values()].map((ofNode, place) => ({
    label: `Node ${place + 1}`,
    numa_domains: [...groupBy(ofNode, slot => slot.numa_node)]
      .sort(([one], [other]) => one - other)
      .map(([numaNode, ofDomain]) => ({
        numa_node: numaNode,
        gpus: ofDomain.map(slot => ({ index: slot.gpu_index, state: stateOf(slot, view.organizationId) })),
      })),
  }));
  return {
    gpu_model: view.gpuModel,
    nodes,
    truncated: nodeIds.length > TOPOLOGY_NODES_MAX,
    as_of: toInstant(view.now),
  };
}

function stateOf(slot: DrawableSlot, organizationId: string): GpuState {
  if (slot.status === 'held') return slot.organization_id === organizationId ? 'yours' : 'held';
  if (slot.status === 'cleanup_blocked') return 'blocked';
  return slot.status === 'free' && slot.node_status === 'ready' ? 'free' : 'unavailable';
}
