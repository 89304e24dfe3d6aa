import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getFleetTopology } from '@portico/plugin-fleet/contract';
import { SlotMap } from '@portico/ui';
import type { SlotMapNode, SlotState } from '@portico/ui';

type Topology = ReplyOf<typeof getFleetTopology>;
type GpuState = Topology['nodes'][number]['numa_domains'][number]['gpus'][number]['state'];

const states = {
  free: 'free',
  held: 'held',
  yours: 'yours',
  blocked: 'blocked',
  unavailable: 'blocked',
} as const satisfies Record<GpuState, SlotState>;

function toNodes(topology: Topology): SlotMapNode[] {
  return topology.nodes.map(node => ({
    id: node.label,
    label: node.label,
    numa: node.numa_domains.map(domain => ({
      id: `${node.label}/${domain.numa_node}`,
      label: `NUMA ${domain.numa_node}`,
      gpus: domain.gpus.map(gpu => ({
        id: `${node.label}/${gpu.index}`,
        label: `GPU ${gpu.index}`,
        slices: [{ id: `${node.label}/${gpu.index}/0`, state: states[gpu.state] }],
      })),
    })),
  }));
}

/** Where GPUs of a model are free, node by node. */
export function TopologyMap({ topology, variant }: { topology: Topology; variant: 'full' | 'compact' }) {
  if (topology.nodes.length === 0) return null;
  return <SlotMap label={`${topology.gpu_model} in the fleet`} nodes={toNodes(topology)} variant={variant} />;
}
