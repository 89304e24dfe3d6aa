import { runtimeKinds } from './runtime';
import { idSchema, instantSchema, nullableIdSchema, nullableInstantSchema } from '@portico/plugin-kit/contract';

export const nodeStatusSchema = {
  type: 'string',
  enum: ['registered', 'enrolled', 'ready', 'draining', 'unreachable'],
} as const;
export const slotStatusSchema = {
  type: 'string',
  enum: ['candidate', 'approved', 'free', 'held', 'cleanup_blocked'],
} as const;
export const isolationSchema = { type: 'string', enum: ['container', 'sandbox', 'none'] } as const;

const slotCountsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['total', 'free', 'held', 'blocked'],
  properties: {
    total: { type: 'integer', minimum: 0 },
    free: { type: 'integer', minimum: 0 },
    held: { type: 'integer', minimum: 0 },
    blocked: {
      type: 'integer',
      minimum: 0,
      description: 'Waiting for a person: what ran there could not be proven gone.',
    },
  },
} as const;

export const nodeSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'node_id',
    'name',
    'status',
    'status_changed_at',
    'status_reason',
    'origin',
    'region',
    'address',
    'runtime',
    'isolation',
    'isolation_detail',
    'simulated',
    'gpus',
    'slots',
    'numa_domains',
    'cpu_count',
    'memory_bytes',
    'disk_bytes_free',
    'last_seen_at',
    'created_at',
  ],
  properties: {
    node_id: idSchema,
    name: { type: 'string' },
    status: nodeStatusSchema,
    status_changed_at: instantSchema,
    status_reason: {
      type: ['string', 'null'],
      description: 'Why it takes no work, where there is a reason: what it was met with when it was last asked.',
    },
    origin: {
      type: 'string',
      enum: ['configuration', 'administrator'],
      description: 'Who brought it in. What the configuration lists is changed there.',
    },
    region: { type: 'string', description: 'Where it stands, as the catalogue names regions.' },
    address: {
      description: 'Null on embedded nodes.',
      anyOf: [
        {
          type: 'object',
          additionalProperties: false,
          required: ['host', 'port'],
          properties: { host: { type: 'string' }, port: { type: 'integer' } },
        },
        { type: 'null' },
      ],
    },
    runtime: { type: 'string', enum: runtimeKinds, description: 'How workloads run there.' },
    isolation: { description: 'Null until the node was first reached.', anyOf: [isolationSchema, { type: 'null' }] },
    isolation_detail: { type: ['string', 'null'], description: 'How isolation is made, in words: `bubblewrap 0.8`.' },
    simulated: { type: 'boolean', description: 'The GPUs are not real.' },
    gpus: {
      type: 'array',
      description: 'GPUs by model.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['model', 'count', 'memory_bytes'],
        properties: {
          model: { type: 'string' },
          count: { type: 'integer', minimum: 1 },
          memory_bytes: { type: 'integer', minimum: 0, description: 'Of one GPU.' },
        },
      },
    },
    slots: slotCountsSchema,
    numa_domains: { type: 'integer', minimum: 0 },
    cpu_count: { type: ['integer', 'null'] },
    memory_bytes: { type: ['integer', 'null'] },
    disk_bytes_free: { type: ['integer', 'null'] },
    last_seen_at: nullableInstantSchema,
    created_at: instantSchema,
  },
} as const;

export const resourceSlotSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'slot_id',
    'status',
    'label',
    'gpu',
    'numa_node',
    'vf',
    'nvme',
    'nvme_serial',
    'part',
    'parts',
    'gpu_fraction_milli',
    'slot_map_id',
    'blocked',
    'allocation_id',
    'held_since',
  ],
  properties: {
    slot_id: idSchema,
    status: slotStatusSchema,
    label: { type: 'string', description: '`GPU 3`, `GPU 3, half 1 of 2`, `GPU 3, MIG 1g.10gb 0`.' },
    gpu: {
      type: 'object',
      additionalProperties: false,
      required: ['index', 'uuid', 'model', 'memory_bytes', 'pci_address', 'simulated'],
      properties: {
        index: { type: 'integer', minimum: 0 },
        uuid: { type: 'string', description: 'Of the MIG instance where the slot is one.' },
        pci_address: { type: ['string', 'null'], description: 'Null on nodes of the configuration.' },
        model: { type: 'string' },
        memory_bytes: { type: 'integer', minimum: 0 },
        simulated: { type: 'boolean' },
      },
    },
    numa_node: { type: 'integer', minimum: 0 },
    vf: {
      type: ['string', 'null'],
      description: 'PCI address of the network card’s virtual function that goes with the slot.',
    },
    nvme: { type: ['string', 'null'], description: 'NVMe namespace that goes with the slot.' },
    nvme_serial: { type: ['string', 'null'], description: 'What the namespace is recognised by when it is renamed.' },
    part: { type: 'integer', minimum: 0, description: 'Which part of the GPU; 0 for a whole one.' },
    parts: { type: 'integer', minimum: 1, description: 'In how many parts that take turns the GPU is cut.' },
    slot_map_id: {
      ...nullableIdSchema,
      description: 'The map it was approved with; null on nodes of the configuration.',
    },
    blocked: {
      description:
        'Why nobody is given it; null when nothing stands against it. A held slot may have it too: it is blocked as soon as it is given back.',
      anyOf: [
        {
          type: 'object',
          additionalProperties: false,
          required: ['kind', 'reason', 'since'],
          properties: {
            kind: {
              type: 'string',
              enum: ['unproven', 'host_changed'],
              description:
                '`unproven`: what ran there could not be proven gone. `host_changed`: its devices are not as approved.',
            },
            reason: { type: 'string' },
            since: nullableInstantSchema,
          },
        },
        { type: 'null' },
      ],
    },
    gpu_fraction_milli: { type: 'integer', minimum: 1, maximum: 1000, description: '1000 is a whole GPU.' },
    allocation_id: nullableIdSchema,
    held_since: nullableInstantSchema,
  },
} as const;

/** `unavailable`: the node takes no work now, or the slot is not offered yet. `yours`: held by an allocation of the caller's organization. */
export const gpuStateSchema = { type: 'string', enum: ['free', 'held', 'yours', 'blocked', 'unavailable'] } as const;

export const topologyNodeSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['label', 'numa_domains'],
  properties: {
    label: {
      type: 'string',
      description: 'A position in this answer (`Node 1`), not a name: users do not learn how the fleet is called.',
    },
    numa_domains: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['numa_node', 'gpus'],
        properties: {
          numa_node: { type: 'integer', minimum: 0 },
          gpus: {
            type: 'array',
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['index', 'state'],
              properties: { index: { type: 'integer', minimum: 0 }, state: gpuStateSchema },
            },
          },
        },
      },
    },
  },
} as const;
