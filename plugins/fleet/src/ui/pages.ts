import { listRegions } from '@portico/plugin-catalog/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { getTask, listAdminAllocations } from '@portico/plugin-workloads/contract';
import {
  acceptHostKey,
  addNode,
  changeNode,
  createEnrolmentToken,
  deleteNode,
  drainNode,
  getNode,
  lookUpHostKey,
  probeNode,
  retryEnrolment,
  undrainNode,
} from '../contract/node-operations';
import { listNodes, listResourceSlots } from '../contract/operations';
import { previewDrain, whatIfPlacement } from '../contract/placement-operations';
import {
  approveSlotMap,
  cleanUpSlot,
  discoverSliceTopology,
  editSlotMap,
  getSlotMap,
  listSlotMaps,
} from '../contract/slot-map-operations';

export const nodesPage = definePage({
  name: 'nodes',
  path: '/admin/nodes',
  title: 'Nodes',
  operations: { listNodes, listRegions },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const addNodePage = definePage({
  name: 'add-node',
  path: '/admin/nodes/new',
  title: 'Add a node',
  operations: { listNodes, listRegions, lookUpHostKey, addNode, createEnrolmentToken },
  states: ['success'],
});

export const nodePage = definePage({
  name: 'node',
  path: '/admin/nodes/:nodeId',
  title: 'Node',
  operations: { getNode, listResourceSlots, listAdminAllocations, getTask, retryEnrolment, undrainNode },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const nodeProbePage = definePage({
  name: 'node-probe',
  path: '/admin/nodes/:nodeId/probe',
  title: 'Probe of a node',
  operations: { getNode, probeNode },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const nodeSlotsPage = definePage({
  name: 'node-slots',
  path: '/admin/nodes/:nodeId/slots',
  title: 'Slots of a node',
  operations: {
    getNode,
    listResourceSlots,
    discoverSliceTopology,
    listSlotMaps,
    getSlotMap,
    editSlotMap,
    approveSlotMap,
    cleanUpSlot,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const nodeSettingsPage = definePage({
  name: 'node-settings',
  path: '/admin/nodes/:nodeId/settings',
  title: 'Settings of a node',
  operations: {
    getNode,
    listRegions,
    listResourceSlots,
    listAdminAllocations,
    changeNode,
    acceptHostKey,
    retryEnrolment,
    previewDrain,
    drainNode,
    undrainNode,
    deleteNode,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const placementPage = definePage({
  name: 'placement',
  path: '/admin/placement',
  title: 'Would it fit?',
  operations: { listNodes, listRegions, whatIfPlacement },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});
