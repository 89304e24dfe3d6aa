import { instantSchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { adminAllocationSchema, allocationWithTaskSchema, displayStatuses, statusGroups } from './allocation';
import { allocationParams, referenceSchema, searchSchema } from './identifiers';

/** Long enough to explain, short enough for one audit row. */
const REASON_LENGTH_MAX = 500;
/** Longer than any user name may be. */
const USERNAME_LENGTH_MAX = 100;
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
      status: { type: 'string', enum: displayStatuses, description: 'Filters `display_status`.' },
      status_group: { type: 'string', enum: statusGroups },
      organization_id: referenceSchema,
      user_id: referenceSchema,
      username: {
        type: 'string',
        minLength: 1,
        maxLength: USERNAME_LENGTH_MAX,
        description: 'The user name of the owner, in full and in any case.',
      },
      node_id: referenceSchema,
      q: { ...searchSchema, description: 'Part of the name or the id, in any case.' },
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
  description:
    'From any state that is not final. The reason is kept in the audit and told to the owner. `attest_absent` is for a node that was destroyed or will not come back: nobody asks it any more, the ' +
    'allocation ends as released at once, billed until it was last seen alive, and its GPUs stay out of use (`cleanup_blocked`) until somebody has confirmed that they are clean. It is refused while ' +
    'the node answers. Capacity that a failed allocation still holds on such a node is given up in the same way.',
  permission: 'workloads.allocation.force_release',
  proof: 'fresh_or_key',
  params: allocationParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['reason'],
    properties: {
      reason: { type: 'string', minLength: 1, maxLength: REASON_LENGTH_MAX, pattern: '\\S' },
      attest_absent: {
        type: 'boolean',
        default: false,
        description: 'The caller vouches that nothing of it runs any more, and that its node cannot be asked.',
      },
    },
  },
  responses: { 202: allocationWithTaskSchema },
  errors: ['not_found', 'allocation_not_releasable', 'node_reachable'],
  idempotency: 'accepted',
});
