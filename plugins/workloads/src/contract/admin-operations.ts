import { instantSchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { adminAllocationSchema, allocationWithTaskSchema, displayStatuses } from './allocation';
import { allocationParams, referenceSchema } from './identifiers';

/** Long enough to explain, short enough for one audit row. */
const REASON_LENGTH_MAX = 500;
const count = { type: 'integer', minimum: 0 } as const;

export const getAdminOverview = operation({
  id: 'getAdminOverview',
  method: 'GET',
  path: 'admin/overview',
  tag: 'admin',
  summary: 'The platform in numbers',
  permission: 'platform.overview.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['gpus', 'nodes', 'allocations', 'users', 'as_of'],
      properties: {
        gpus: {
          type: 'object',
          additionalProperties: false,
          required: ['total', 'free', 'held', 'blocked'],
          properties: { total: count, free: count, held: count, blocked: count },
        },
        nodes: {
          type: 'object',
          additionalProperties: false,
          required: ['total', 'free', 'draining', 'unreachable'],
          properties: { total: count, free: count, draining: count, unreachable: count },
        },
        allocations: {
          type: 'object',
          additionalProperties: false,
          required: ['active', 'provisioning', 'needs_attention'],
          properties: { active: count, provisioning: count, needs_attention: count },
        },
        users: {
          type: 'object',
          additionalProperties: false,
          required: ['total', 'active_30d'],
          properties: { total: count, active_30d: count },
        },
        as_of: instantSchema,
      },
    },
  },
  errors: [],
  rateLimit: 'adminOverview',
});

export const listAdminAllocations = operation({
  id: 'listAdminAllocations',
  method: 'GET',
  path: 'admin/allocations',
  tag: 'admin',
  summary: 'Allocations of every organization',
  description: 'Newest first.',
  permission: 'workloads.allocation.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      status: { type: 'string', enum: displayStatuses },
      user_id: referenceSchema,
      node_id: referenceSchema,
    },
  },
  responses: { 200: pageSchema(adminAllocationSchema) },
  errors: ['cursor_invalid'],
});

export const forceReleaseAllocation = operation({
  id: 'forceReleaseAllocation',
  method: 'POST',
  path: 'admin/allocations/{allocation_id}/force-release',
  tag: 'admin',
  summary: 'Release anybody’s allocation',
  description: 'From any state that is not final. The reason is kept in the audit and told to the owner.',
  permission: 'workloads.allocation.force_release',
  proof: 'fresh_or_key',
  params: allocationParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['reason'],
    properties: {
      reason: { type: 'string', minLength: 1, maxLength: REASON_LENGTH_MAX, pattern: '\\S' },
    },
  },
  responses: { 202: allocationWithTaskSchema },
  errors: ['not_found', 'allocation_not_releasable'],
  idempotency: 'accepted',
});
