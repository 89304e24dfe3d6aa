import { idSchema, instantSchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { regionSchema } from './node-schemas';
import { nodeSchema, nodeStatusSchema, resourceSlotSchema, slotStatusSchema, topologyNodeSchema } from './schemas';

/** More nodes than one screen can draw help nobody; `truncated` says that there are more. */
export const TOPOLOGY_NODES_MAX = 64;

export const listNodes = operation({
  id: 'listNodes',
  method: 'GET',
  path: 'admin/nodes',
  tag: 'fleet',
  summary: 'Nodes, newest first',
  permission: 'fleet.node.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      status: nodeStatusSchema,
      name: { type: 'string', minLength: 1, maxLength: 80, description: 'Part of the name.' },
      region: regionSchema,
    },
  },
  responses: { 200: pageSchema(nodeSchema) },
  errors: ['cursor_invalid'],
});

export const listResourceSlots = operation({
  id: 'listResourceSlots',
  method: 'GET',
  path: 'admin/nodes/{node_id}/resource-slots',
  tag: 'fleet',
  summary: 'Slots of a node',
  description:
    'In the order of the GPU index. A slot is what placement gives out: a GPU (or a part), with its virtual function and NVMe namespace.',
  permission: 'fleet.node.read',
  params: { type: 'object', additionalProperties: false, required: ['node_id'], properties: { node_id: idSchema } },
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { ...pageQueryProperties, status: slotStatusSchema },
  },
  responses: { 200: pageSchema(resourceSlotSchema) },
  errors: ['not_found', 'cursor_invalid'],
});

export const getFleetTopology = operation({
  id: 'getFleetTopology',
  method: 'GET',
  path: 'fleet/topology',
  tag: 'fleet',
  summary: 'Which GPUs of a model are free, by node and NUMA domain',
  description:
    'What a person sees before choosing a GPU count: nodes without their names, their NUMA domains, and the state of each GPU. At most 64 nodes, those with ' +
    'free GPUs or GPUs of the caller’s organization first.',
  permission: 'catalog.sku.read',
  query: {
    type: 'object',
    additionalProperties: false,
    required: ['gpu_model'],
    properties: { gpu_model: { type: 'string', minLength: 1, maxLength: 80 } },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['gpu_model', 'nodes', 'truncated', 'as_of'],
      properties: {
        gpu_model: { type: 'string' },
        nodes: { type: 'array', maxItems: TOPOLOGY_NODES_MAX, items: topologyNodeSchema },
        truncated: { type: 'boolean', description: 'The fleet has more nodes of this model than are shown.' },
        as_of: instantSchema,
      },
    },
  },
  errors: [],
});
