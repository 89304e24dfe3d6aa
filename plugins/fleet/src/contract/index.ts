import { defineContract } from '@portico/plugin-kit/contract';
import { nodeErrors } from './node-errors';
import {
  acceptHostKey,
  addNode,
  changeNode,
  createEnrolmentToken,
  deleteNode,
  drainNode,
  enrollNode,
  getEnrolmentScript,
  getNode,
  lookUpHostKey,
  probeNode,
  retryEnrolment,
  undrainNode,
} from './node-operations';
import { getFleetTopology, listNodes, listResourceSlots } from './operations';
import { fleetPermissions } from './permissions';
import { previewDrain, whatIfPlacement } from './placement-operations';
import { slotMapErrors } from './slot-map-errors';
import {
  approveSlotMap,
  cleanUpSlot,
  discoverSliceTopology,
  editSlotMap,
  getSlotMap,
  listSlotMaps,
} from './slot-map-operations';

export const fleetContract = defineContract({
  plugin: 'fleet',
  operations: {
    listNodes,
    getNode,
    addNode,
    retryEnrolment,
    changeNode,
    probeNode,
    drainNode,
    undrainNode,
    acceptHostKey,
    deleteNode,
    lookUpHostKey,
    createEnrolmentToken,
    getEnrolmentScript,
    enrollNode,
    listResourceSlots,
    getFleetTopology,
    discoverSliceTopology,
    listSlotMaps,
    getSlotMap,
    editSlotMap,
    approveSlotMap,
    cleanUpSlot,
    whatIfPlacement,
    previewDrain,
  },
  errors: { ...nodeErrors, ...slotMapErrors },
  permissions: fleetPermissions,
  events: {
    'node.ready': 'A node answers and takes work.',
    'node.unreachable': 'A node has not answered for a while; it takes no new work, what runs there goes on.',
    'node.outage_ended':
      'A node that did not answer answers again, or was removed; the payload has node_id, name, and the time as from and to.',
    'node.slot_map_approved': 'A node’s slots were approved; placement gives them out from now on.',
    'node.slots_blocked':
      'A node has changed, or could not prove that something is gone: the slots named are not given out.',
    'node.slot_cleaned': 'A blocked slot is free again, or was withdrawn.',
  },
});

export { nodeErrors } from './node-errors';
export {
  acceptHostKey,
  addNode,
  changeNode,
  createEnrolmentToken,
  deleteNode,
  drainNode,
  ENROLMENT_TOKEN_SECONDS,
  enrollNode,
  getEnrolmentScript,
  getNode,
  lookUpHostKey,
  probeNode,
  retryEnrolment,
  undrainNode,
} from './node-operations';
export {
  nodeChecks,
  nodeCheckSchema,
  nodeDetailsSchema,
  nodeNameSchema,
  nodeVerdictSchema,
  regionSchema,
} from './node-schemas';
export type { NodeCheckName } from './node-schemas';
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
export {
  DRAIN_PREVIEW_ALLOCATIONS_MAX,
  PLACEMENTS_SHOWN_MAX,
  previewDrain,
  whatIfPlacement,
} from './placement-operations';
export { slotMapErrors } from './slot-map-errors';
export {
  CLEANUP_REASON_LENGTH_MAX,
  HOST_DEVICES_MAX,
  HOST_READING_SECONDS,
  HOST_WARNINGS_MAX,
  NUMA_DOMAINS_MAX,
  SLOT_MAP_CANDIDATE_HOURS,
  SLOT_MAP_CANDIDATES_MAX,
  SLOT_MAP_SLOTS_MAX,
} from './slot-map-limits';
export {
  approveSlotMap,
  cleanUpSlot,
  discoverSliceTopology,
  editSlotMap,
  getSlotMap,
  listSlotMaps,
} from './slot-map-operations';
export {
  hostTopologySchema,
  mappedSlotSchema,
  slotMapDifferenceSchema,
  slotMapInvariants,
  slotMapInvariantSchema,
  slotMapSchema,
  slotMapStatusSchema,
  slotMapSummarySchema,
} from './slot-map-schemas';
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
