import { idSchema, instantSchema, nullableIdSchema, nullableInstantSchema } from '@portico/plugin-kit/contract';
import { HOST_DEVICES_MAX, HOST_WARNINGS_MAX, NUMA_DOMAINS_MAX, SLOT_MAP_SLOTS_MAX } from './slot-map-limits';

const numaSchema = {
  type: ['integer', 'null'],
  minimum: 0,
  description: 'NUMA domain; null where the host has several and does not say which one the device is in.',
} as const;
const pciSchema = { type: 'string', maxLength: 32, description: 'PCI address as in sysfs: `0000:1b:00.0`.' } as const;
const inUseSchema = {
  type: ['string', 'null'],
  description: 'What the host itself uses the device for, in words; null when it may be given to a slot.',
} as const;

/** What one reading of a node found. */
export const hostTopologySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['machine_id', 'numa_domains', 'gpus', 'virtual_functions', 'nvme_namespaces', 'warnings'],
  properties: {
    machine_id: { type: ['string', 'null'], description: 'Of `/etc/machine-id`.' },
    numa_domains: {
      type: 'array',
      maxItems: NUMA_DOMAINS_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['numa_node', 'cpus', 'cpu_count', 'memory_bytes'],
        properties: {
          numa_node: { type: 'integer', minimum: 0 },
          cpus: { type: 'string', description: 'As the kernel lists them: `0-31,64-95`.' },
          cpu_count: { type: 'integer', minimum: 0 },
          memory_bytes: { type: 'integer', minimum: 0 },
        },
      },
    },
    gpus: {
      type: 'array',
      maxItems: HOST_DEVICES_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: [
          'index',
          'uuid',
          'model',
          'memory_bytes',
          'pci_address',
          'numa_node',
          'mig_enabled',
          'mig_instances',
        ],
        properties: {
          index: { type: 'integer', minimum: 0 },
          uuid: { type: 'string' },
          model: { type: 'string', description: 'As SKUs name it: `H200`.' },
          memory_bytes: { type: 'integer', minimum: 0 },
          pci_address: pciSchema,
          numa_node: numaSchema,
          mig_enabled: { type: 'boolean' },
          mig_instances: {
            type: 'array',
            maxItems: SLOT_MAP_SLOTS_MAX,
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['index', 'uuid', 'profile', 'gpu_fraction_milli', 'memory_bytes'],
              properties: {
                index: { type: 'integer', minimum: 0 },
                uuid: { type: 'string' },
                profile: { type: 'string', description: '`3g.40gb`: three of seven compute slices, 40 GB.' },
                gpu_fraction_milli: { type: 'integer', minimum: 1, maximum: 1000 },
                memory_bytes: { type: 'integer', minimum: 0 },
              },
            },
          },
        },
      },
    },
    virtual_functions: {
      type: 'array',
      maxItems: HOST_DEVICES_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['pci_address', 'physical_function', 'numa_node', 'driver', 'in_use'],
        properties: {
          pci_address: pciSchema,
          physical_function: pciSchema,
          numa_node: numaSchema,
          driver: { type: ['string', 'null'], description: 'Kernel driver bound to it.' },
          in_use: inUseSchema,
        },
      },
    },
    nvme_namespaces: {
      type: 'array',
      maxItems: HOST_DEVICES_MAX,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'serial', 'model', 'by_id', 'pci_address', 'numa_node', 'size_bytes', 'in_use'],
        properties: {
          name: { type: 'string', description: 'Block device: `nvme0n1`.' },
          serial: {
            type: 'string',
            description:
              'What it is recognised by when the kernel has renamed it: its own identifier, else serial number and namespace.',
          },
          model: { type: 'string' },
          by_id: { type: ['string', 'null'], description: 'Stable path: `/dev/disk/by-id/…`.' },
          pci_address: { ...pciSchema, type: ['string', 'null'] },
          numa_node: numaSchema,
          size_bytes: { type: 'integer', minimum: 0 },
          in_use: inUseSchema,
        },
      },
    },
    warnings: {
      type: 'array',
      maxItems: HOST_WARNINGS_MAX,
      items: { type: 'string' },
      description: 'What was not readable or looks wrong, in sentences.',
    },
  },
} as const;

/** One slot as a map has it. What a candidate will be is what an approved slot is. */
export const mappedSlotSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'label',
    'gpu',
    'numa_node',
    'part',
    'parts',
    'sharing',
    'gpu_fraction_milli',
    'vf',
    'nvme',
    'nvme_serial',
  ],
  properties: {
    label: { type: 'string', description: '`GPU 3`, `GPU 3, half 1 of 2`, `GPU 3, MIG 1g.10gb 0`.' },
    gpu: {
      type: 'object',
      additionalProperties: false,
      required: ['index', 'uuid', 'model', 'memory_bytes', 'pci_address'],
      properties: {
        index: { type: 'integer', minimum: 0 },
        uuid: { type: 'string', description: 'Of the MIG instance where the slot is one.' },
        model: { type: 'string' },
        memory_bytes: { type: 'integer', minimum: 0 },
        pci_address: pciSchema,
      },
    },
    numa_node: numaSchema,
    part: { type: 'integer', minimum: 0, description: 'Which part of the GPU; 0 for a whole one.' },
    parts: { type: 'integer', minimum: 1, description: 'How many parts the GPU is cut in; 1 for a whole one.' },
    sharing: {
      type: 'string',
      enum: ['none', 'mig', 'time'],
      description:
        '`mig`: a part of its own in hardware. `time`: parts take turns on one GPU and see all of its memory; nothing but trust keeps them apart.',
    },
    gpu_fraction_milli: { type: 'integer', minimum: 1, maximum: 1000, description: '1000 is a whole GPU.' },
    vf: { type: ['string', 'null'], description: 'PCI address of its virtual function.' },
    nvme: { type: ['string', 'null'], description: 'Its NVMe namespace: `nvme0n1`.' },
    nvme_serial: { type: ['string', 'null'] },
  },
} as const;

/** Closed and ordered as they are shown. */
export const slotMapInvariants = [
  'devices_present',
  'devices_unused',
  'device_once',
  'gpus_covered',
  'vf_own',
  'nvme_own',
  'same_numa',
] as const;

export const slotMapInvariantSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['invariant', 'status', 'sentence', 'slots', 'devices'],
  properties: {
    invariant: { type: 'string', enum: slotMapInvariants },
    status: {
      type: 'string',
      enum: ['passed', 'warned', 'failed'],
      description: 'A map with a failed one cannot be approved; what is warned of is left to whoever approves.',
    },
    sentence: { type: 'string' },
    slots: { type: 'array', items: { type: 'string' }, description: 'Labels of the slots it is about.' },
    devices: { type: 'array', items: { type: 'string' }, description: 'Devices it is about.' },
  },
} as const;

export const slotMapDifferenceSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['change', 'label', 'sentence', 'slot_id', 'allocation_id', 'refused'],
  properties: {
    change: { type: 'string', enum: ['added', 'removed', 'changed'] },
    label: { type: 'string' },
    sentence: { type: 'string', description: '`NVMe nvme1n1 becomes nvme4n1.`' },
    slot_id: { ...nullableIdSchema, description: 'The approved slot; null for one that is added.' },
    allocation_id: { ...nullableIdSchema, description: 'Who holds it.' },
    refused: { type: 'boolean', description: 'The slot is held, so a map with this difference cannot be approved.' },
  },
} as const;

export const slotMapStatusSchema = {
  type: 'string',
  enum: ['candidate', 'approved', 'superseded', 'expired'],
  description: '`expired`: a candidate that waited too long. At most one map of a node is approved.',
} as const;

const slotMapSummaryProperties = {
  slot_map_id: idSchema,
  node_id: idSchema,
  discovery_id: { ...idSchema, description: 'The reading of the node that it was made from.' },
  status: slotMapStatusSchema,
  version: { type: 'integer', minimum: 1, description: 'Counts edits; sent along to say which one is meant.' },
  slot_count: { type: 'integer', minimum: 0 },
  host_fingerprint: {
    type: 'string',
    description: 'SHA-256 over the devices that were read: two readings of an unchanged host have the same.',
  },
  created_at: instantSchema,
  created_by: { type: 'string', description: 'Id of whoever discovered it.' },
  expires_at: { ...nullableInstantSchema, description: 'Until when a candidate can be approved.' },
  approved_at: nullableInstantSchema,
  approved_by: { type: ['string', 'null'] },
  superseded_at: nullableInstantSchema,
} as const;
const slotMapSummaryRequired = [
  'slot_map_id',
  'node_id',
  'discovery_id',
  'status',
  'version',
  'slot_count',
  'host_fingerprint',
  'created_at',
  'created_by',
  'expires_at',
  'approved_at',
  'approved_by',
  'superseded_at',
] as const;

export const slotMapSummarySchema = {
  type: 'object',
  additionalProperties: false,
  required: slotMapSummaryRequired,
  properties: slotMapSummaryProperties,
} as const;

export const slotMapSchema = {
  type: 'object',
  additionalProperties: false,
  required: [...slotMapSummaryRequired, 'topology', 'slots', 'invariants', 'differences'],
  properties: {
    ...slotMapSummaryProperties,
    topology: hostTopologySchema,
    slots: { type: 'array', maxItems: SLOT_MAP_SLOTS_MAX, items: mappedSlotSchema },
    invariants: { type: 'array', items: slotMapInvariantSchema },
    differences: {
      type: 'array',
      items: slotMapDifferenceSchema,
      description: 'To the slots the node has now. Empty for a map that is not a candidate.',
    },
  },
} as const;
