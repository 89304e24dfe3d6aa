import { instantSchema, moneySchema, nullableInstantSchema, tagsSchema } from '@portico/plugin-kit/contract';

/** The states of an allocation, in the order of a life that goes well, then the ones that need a person. */
export const allocationStatuses = [
  'requested',
  'provisioning',
  'active',
  'releasing',
  'released',
  'failed',
  'release_failed',
] as const;
export type AllocationStatus = (typeof allocationStatuses)[number];

/** What people are shown: reserved capacity is *provisioning* from the first moment. */
export const displayStatuses = ['provisioning', 'active', 'releasing', 'released', 'failed', 'release_failed'] as const;
export type DisplayStatus = (typeof displayStatuses)[number];

export const statusGroups = ['active', 'in_progress', 'needs_attention', 'inactive'] as const;
export type StatusGroup = (typeof statusGroups)[number];

/** Why an allocation failed. Closed: programs match on it. */
export const failureReasons = [
  'runtime_failed',
  'node_unreachable',
  'deadline_exceeded',
  'disk_full',
  'image_missing',
  'gpu_unavailable',
  'host_key_changed',
  'access_denied',
  'isolation_unavailable',
  'instance_missing',
  'runtime_gone',
  'superseded',
  'internal_error',
] as const;
export type FailureReason = (typeof failureReasons)[number];

/** As many as a notebook, a board and a few services need; each has an origin of its own. */
export const PUBLISHED_PORTS_MAX = 8;
const PORT_NAME_LENGTH_MAX = 40;

const networkModeSchema = {
  type: 'string',
  enum: ['egress', 'isolated'],
  description:
    '`egress` reaches the internet through a proxy that refuses private addresses; `isolated` reaches nothing.',
} as const;

const publishedPortProperties = {
  port: { type: 'integer', minimum: 1, maximum: 65535 },
  name: {
    type: 'string',
    minLength: 1,
    maxLength: PORT_NAME_LENGTH_MAX,
    pattern: '^[^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$',
    description: 'What people see; each port and each name stands once.',
  },
} as const;

/** Published ports are reached through the portal's authenticated proxy only. */
export const networkSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['mode', 'published_ports'],
  properties: {
    mode: networkModeSchema,
    published_ports: {
      type: 'array',
      maxItems: PUBLISHED_PORTS_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['port', 'name', 'url'],
        properties: {
          ...publishedPortProperties,
          url: {
            type: ['string', 'null'],
            description: 'Where the port is reached while the allocation is active; null before and after.',
          },
        },
      },
    },
  },
} as const;

/** What a client sends: every part has a default. */
export const networkRequestSchema = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: {
    mode: { ...networkModeSchema, default: 'egress' },
    published_ports: {
      type: 'array',
      maxItems: PUBLISHED_PORTS_MAX,
      default: [],
      description:
        'TCP ports inside the instance that people with `workloads.allocation.connect` reach through the portal.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['port', 'name'],
        properties: publishedPortProperties,
      },
    },
  },
} as const;

export const slotSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['slot_id', 'gpu_index', 'gpu_uuid', 'gpu_model', 'numa_node', 'vf', 'nvme', 'simulated'],
  properties: {
    slot_id: { type: 'string' },
    gpu_index: { type: 'integer' },
    gpu_uuid: { type: 'string' },
    gpu_model: { type: 'string' },
    numa_node: { type: 'integer' },
    vf: { type: ['string', 'null'] },
    nvme: { type: ['string', 'null'] },
    simulated: { type: 'boolean', description: 'There is no such GPU; the node pretends, and says so.' },
  },
} as const;

export const connectionSchema = {
  type: ['object', 'null'],
  description:
    'How to get in, once active. `ssh_command` works when pasted by someone whose key the allocation accepts.',
  additionalProperties: false,
  required: ['ssh_command', 'host', 'port', 'username'],
  properties: {
    ssh_command: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'integer' },
    username: { type: 'string', description: 'The login name at the SSH gateway: the allocation’s id.' },
  },
} as const;

const allocationProperties = {
  allocation_id: { type: 'string' },
  name: { type: 'string' },
  project_id: { type: 'string' },
  department_id: { type: 'string' },
  user_id: { type: 'string' },
  sku_id: { type: 'string' },
  gpu_count: { type: 'integer' },
  image_id: { type: 'string' },
  status: { type: 'string', enum: allocationStatuses },
  display_status: { type: 'string', enum: displayStatuses },
  status_group: { type: 'string', enum: statusGroups },
  isolation: { type: 'string', enum: ['container', 'sandbox', 'none'] },
  network: networkSchema,
  node_id: { type: ['string', 'null'] },
  slots: { type: 'array', items: slotSchema },
  connection: connectionSchema,
  price_per_hour: { ...moneySchema, description: 'For all its GPUs together, fixed at launch.' },
  failure_reason: { type: ['string', 'null'], enum: [...failureReasons, null] },
  release_failed_reason: {
    type: ['string', 'null'],
    description: 'Why releasing failed, machine-readable. Billing has stopped all the same.',
  },
  billing_started_at: nullableInstantSchema,
  billing_stopped_at: nullableInstantSchema,
  created_at: instantSchema,
  updated_at: instantSchema,
  task_id: { type: ['string', 'null'], description: 'The task that works on it, or did last.' },
  batch_id: { type: ['string', 'null'], description: 'The batch it was launched in; null when it was launched alone.' },
  tags: tagsSchema,
} as const;

const allocationFields = [
  'allocation_id',
  'name',
  'project_id',
  'department_id',
  'user_id',
  'sku_id',
  'gpu_count',
  'image_id',
  'status',
  'display_status',
  'status_group',
  'isolation',
  'network',
  'node_id',
  'slots',
  'connection',
  'price_per_hour',
  'failure_reason',
  'release_failed_reason',
  'billing_started_at',
  'billing_stopped_at',
  'created_at',
  'updated_at',
  'task_id',
  'batch_id',
  'tags',
] as const;

/** GPUs held on a node, with access and a price. */
export const allocationSchema = {
  type: 'object',
  additionalProperties: false,
  required: allocationFields,
  properties: allocationProperties,
} as const;

/** One that is looked at by itself. Lists do without what takes more than its row to know. */
export const allocationDetailSchema = {
  type: 'object',
  additionalProperties: false,
  required: [...allocationFields, 'idle_since', 'idle_release_at'],
  properties: {
    ...allocationProperties,
    idle_since: {
      ...nullableInstantSchema,
      description:
        'Since when no terminal or SSH connection of it has moved a byte and its processes have used next to no CPU and GPU. Null while it is used, and while ' +
        'nobody can say: what was not measured was not idle.',
    },
    idle_release_at: {
      ...nullableInstantSchema,
      description: 'When it is released by the policy `idle_limit_seconds` unless it is used before; null without one.',
    },
  },
} as const;

/** The same, for those who see everybody's. */
export const adminAllocationSchema = {
  type: 'object',
  additionalProperties: false,
  required: [...allocationFields, 'organization_id', 'username'],
  properties: { ...allocationProperties, organization_id: { type: 'string' }, username: { type: ['string', 'null'] } },
} as const;

/** Reply of everything that starts work on an allocation. */
export const allocationWithTaskSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['allocation', 'task_id'],
  properties: { allocation: allocationSchema, task_id: { type: 'string' } },
} as const;
