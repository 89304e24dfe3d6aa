import { idSchema, moneySchema } from '@portico/plugin-kit/contract';

export const skuShapeSchema = { type: 'string', enum: ['gpu_slice', 'baremetal'] } as const;

/**
 * `available`: every GPU count of the SKU can be placed now; `limited`: some of them; `sold_out`: none, and `unavailable_reason` says why.
 */
export const availabilitySchema = { type: 'string', enum: ['available', 'limited', 'sold_out'] } as const;

/** Why a SKU cannot be launched now. Codes are stable; the words are the client's. */
export const unavailableReasons = {
  no_regional_capacity: 'All GPUs of this model are taken, or the fleet has none.',
  no_single_node_fits: 'GPUs are free, but not enough of them on one node.',
  topology_not_ready: 'The nodes that hold this model are not ready.',
} as const;

export const skuSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'sku_id',
    'name',
    'gpu_model',
    'shape',
    'gpu_counts',
    'vcpus_per_gpu',
    'memory_bytes_per_gpu',
    'disk_bytes_per_gpu',
    'gpu_fraction_milli',
    'regions',
    'image_ids',
    'price_per_gpu_hour',
    'free_gpus',
    'total_gpus',
    'availability',
    'unavailable_reason',
  ],
  properties: {
    sku_id: idSchema,
    name: { type: 'string' },
    gpu_model: { type: 'string' },
    shape: skuShapeSchema,
    gpu_counts: {
      type: 'array',
      description: 'How many GPUs one allocation may have, ascending.',
      items: { type: 'integer', minimum: 1 },
    },
    vcpus_per_gpu: { type: 'integer', minimum: 1 },
    memory_bytes_per_gpu: { type: 'integer', minimum: 1 },
    disk_bytes_per_gpu: { type: 'integer', minimum: 1 },
    gpu_fraction_milli: { type: 'integer', minimum: 1, maximum: 1000, description: '1000 is a whole GPU.' },
    regions: {
      type: ['array', 'null'],
      items: { type: 'string' },
      description: 'Regions it is sold in; null: wherever there are such GPUs.',
    },
    image_ids: {
      type: ['array', 'null'],
      items: idSchema,
      description: 'Images it can be launched with; null: all of them.',
    },
    price_per_gpu_hour: {
      description: 'In the currency of the caller’s organization; null when the SKU has no price there.',
      anyOf: [moneySchema, { type: 'null' }],
    },
    free_gpus: {
      type: 'integer',
      minimum: 0,
      description: 'On ready nodes; of baremetal SKUs only those of wholly free nodes count.',
    },
    total_gpus: { type: 'integer', minimum: 0 },
    availability: availabilitySchema,
    unavailable_reason: {
      description: 'Null unless the availability is `sold_out`.',
      enum: ['no_regional_capacity', 'no_single_node_fits', 'topology_not_ready', null],
    },
  },
} as const;

export const osImageSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['image_id', 'name', 'version', 'description', 'is_default', 'min_disk_bytes'],
  properties: {
    image_id: idSchema,
    name: { type: 'string' },
    version: { type: 'string' },
    description: { type: 'string' },
    is_default: { type: 'boolean', description: 'The one offered first; exactly one image is.' },
    min_disk_bytes: {
      type: 'integer',
      minimum: 0,
      description:
        'Local disk an allocation must have to start from it: `disk_bytes_per_gpu` of the SKU times the GPUs.',
    },
  },
} as const;
