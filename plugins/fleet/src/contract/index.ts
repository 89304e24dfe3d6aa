import { defineContract } from '@portico/plugin-kit/contract';
import { getFleetTopology, listNodes, listResourceSlots } from './operations';
import { fleetPermissions } from './permissions';

export const fleetContract = defineContract({
  plugin: 'fleet',
  operations: { listNodes, listResourceSlots, getFleetTopology },
  errors: {},
  permissions: fleetPermissions,
  events: {
    'node.ready': 'A node answers and takes work.',
    'node.unreachable': 'A node has not answered for a while; it takes no new work, what runs there goes on.',
  },
});

export { getFleetTopology, listNodes, listResourceSlots, TOPOLOGY_NODES_MAX } from './operations';
export { fleetPermissions } from './permissions';
export {
  gpuStateSchema,
  isolationSchema,
  nodeSchema,
  nodeStatusSchema,
  resourceSlotSchema,
  slotStatusSchema,
  topologyNodeSchema,
} from './schemas';
export { fleetSettings } from './settings';
export type { FleetPort, ModelCapacity, PlacementRefusal, PlacementRequest, Reservation, Slot } from './port';
export type {
  GpuReport,
  Isolation,
  MetricsSample,
  NodeReport,
  Runtime,
  RuntimeInstance,
  RuntimeKind,
  RuntimeNode,
  RuntimeObservation,
} from './runtime';
