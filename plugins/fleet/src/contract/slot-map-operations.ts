import { idSchema, nullableIdSchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { CLEANUP_REASON_LENGTH_MAX, SLOT_MAP_SLOTS_MAX } from './slot-map-limits';
import { slotMapSchema, slotMapSummarySchema } from './slot-map-schemas';

const nodeParams = {
  type: 'object',
  additionalProperties: false,
  required: ['node_id'],
  properties: { node_id: idSchema },
} as const;
const slotMapParams = {
  type: 'object',
  additionalProperties: false,
  required: ['node_id', 'slot_map_id'],
  properties: { node_id: idSchema, slot_map_id: idSchema },
} as const;
const expectedVersionSchema = { type: 'integer', minimum: 1, description: 'The version that was looked at.' } as const;

export const discoverSliceTopology = operation({
  id: 'discoverSliceTopology',
  method: 'POST',
  path: 'admin/nodes/{node_id}/slice-topology/discovery',
  tag: 'fleet',
  summary: 'Read what a node has and propose a slot map',
  description:
    'Reads GPUs (and MIG instances), virtual functions, NVMe namespaces and NUMA domains from the node now, and proposes slots: each with a virtual function and an NVMe namespace of its ' +
    'own, in the NUMA domain of its GPU. Nothing changes until the map is approved. What the host uses itself is never proposed.',
  permission: 'fleet.node.manage',
  params: nodeParams,
  responses: { 201: slotMapSchema },
  errors: ['not_found', 'node_is_configured', 'host_unreadable'],
  idempotency: 'accepted',
});

export const listSlotMaps = operation({
  id: 'listSlotMaps',
  method: 'GET',
  path: 'admin/nodes/{node_id}/slot-maps',
  tag: 'fleet',
  summary: 'Slot maps of a node, newest first',
  permission: 'fleet.node.read',
  params: nodeParams,
  query: { type: 'object', additionalProperties: false, properties: pageQueryProperties },
  responses: { 200: pageSchema(slotMapSummarySchema) },
  errors: ['not_found', 'cursor_invalid'],
});

export const getSlotMap = operation({
  id: 'getSlotMap',
  method: 'GET',
  path: 'admin/nodes/{node_id}/slot-maps/{slot_map_id}',
  tag: 'fleet',
  summary: 'One slot map with what was read, its invariants and its differences',
  permission: 'fleet.node.read',
  params: slotMapParams,
  responses: { 200: slotMapSchema },
  errors: ['not_found'],
});

export const editSlotMap = operation({
  id: 'editSlotMap',
  method: 'PUT',
  path: 'admin/nodes/{node_id}/slot-maps/{slot_map_id}/slots',
  tag: 'fleet',
  summary: 'Replace the slots of a candidate',
  description:
    'All slots the map shall have: a GPU that is not listed is left out. `vf` and `nvme` may be left out to keep what the slot has, or to have one chosen, and null to have none. A map that breaks an invariant is kept and ' +
    'shows which; it cannot be approved.',
  permission: 'fleet.node.manage',
  params: slotMapParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['expected_version', 'slots'],
    properties: {
      expected_version: expectedVersionSchema,
      slots: {
        type: 'array',
        maxItems: SLOT_MAP_SLOTS_MAX,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['gpu_uuid'],
          properties: {
            gpu_uuid: { type: 'string', minLength: 1, maxLength: 80, description: 'Of a GPU, or of a MIG instance.' },
            parts: {
              type: 'integer',
              enum: [1, 2, 4],
              default: 1,
              description:
                'Cuts a whole GPU in equal parts that take turns on it (500 or 250 thousandths each). MIG instances have one.',
            },
            part: {
              type: 'integer',
              minimum: 0,
              maximum: 3,
              default: 0,
              description: 'Which of the parts this slot is.',
            },
            vf: { type: ['string', 'null'], minLength: 1, maxLength: 32 },
            nvme: { type: ['string', 'null'], minLength: 1, maxLength: 32 },
          },
        },
      },
    },
  },
  responses: { 200: slotMapSchema },
  errors: [
    'not_found',
    'version_conflict',
    'slot_map_superseded',
    'slot_map_expired',
    'slot_map_not_candidate',
    'slot_map_device_unknown',
  ],
});

export const approveSlotMap = operation({
  id: 'approveSlotMap',
  method: 'POST',
  path: 'admin/nodes/{node_id}/slot-maps/{slot_map_id}/approve',
  tag: 'fleet',
  summary: 'Make a candidate the slots of its node',
  description:
    'From then on placement gives them out. Slots that allocations hold stay theirs, and a map that would change them is refused. Of two maps approved at the same time one wins; the other is ' +
    'superseded.',
  permission: 'fleet.node.manage',
  proof: 'fresh_or_key',
  params: slotMapParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['expected_version'],
    properties: { expected_version: expectedVersionSchema },
  },
  responses: { 200: slotMapSchema },
  errors: [
    'not_found',
    'version_conflict',
    'slot_map_superseded',
    'slot_map_expired',
    'slot_map_not_candidate',
    'slot_map_invalid',
    'slot_in_use',
  ],
  idempotency: 'accepted',
});

export const cleanUpSlot = operation({
  id: 'cleanUpSlot',
  method: 'POST',
  path: 'admin/nodes/{node_id}/resource-slots/{slot_id}/cleanup',
  tag: 'fleet',
  summary: 'Give a blocked slot back, or take it out',
  description:
    '`verified`: the node is asked, and must prove that nothing of the allocation is left and that the slot’s devices are as they were approved. `attested`: an administrator states that the node ' +
    'or the device is destroyed, or that they have looked themselves; nothing is asked. A slot whose device is gone is withdrawn, every other is free again.',
  permission: 'fleet.node.manage',
  proof: 'fresh_or_key',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['node_id', 'slot_id'],
    properties: { node_id: idSchema, slot_id: idSchema },
  },
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['mode', 'reason'],
    properties: {
      mode: { type: 'string', enum: ['verified', 'attested'] },
      reason: { type: 'string', minLength: 3, maxLength: CLEANUP_REASON_LENGTH_MAX, pattern: '\\S' },
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['slot_id', 'outcome', 'allocation_id'],
      properties: {
        slot_id: idSchema,
        outcome: { type: 'string', enum: ['free', 'withdrawn'] },
        allocation_id: { ...nullableIdSchema, description: 'What had run there.' },
      },
    },
  },
  errors: ['not_found', 'slot_not_blocked', 'cleanup_unproven'],
  idempotency: 'accepted',
});
