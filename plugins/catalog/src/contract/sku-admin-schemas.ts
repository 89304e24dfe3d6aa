import {
  idSchema,
  instantSchema,
  moneySchema,
  nameSchema,
  nullableIdSchema,
  nullableInstantSchema,
} from '@portico/plugin-kit/contract';
import { regionSchema } from '@portico/plugin-fleet/contract';
import {
  CURRENCIES_MAX,
  DISK_BYTES_MAX,
  GPU_COUNTS_MAX,
  GPUS_PER_ALLOCATION_MAX,
  IMAGES_MAX,
  MEMORY_BYTES_MAX,
  MEMORY_BYTES_MIN,
  ORGANIZATIONS_PER_SKU_MAX,
  PRICE_DIGITS_MAX,
  PRICE_HISTORY_MAX,
  REGIONS_MAX,
  VCPUS_PER_GPU_MAX,
} from './limits';
import { skuShapeSchema } from './schemas';

/** Where an entry of the catalogue came from, and whose word counts for it now. */
export const originSchema = {
  type: 'string',
  enum: ['configuration', 'administrator'],
  description: 'Where the entry came from.',
} as const;
export const managedBySchema = {
  type: 'string',
  enum: ['configuration', 'administrator'],
  description:
    '`configuration`: the entry follows `app-config.yaml` at every start. An administrator who changes anything that stands there takes it over: from then on it is `administrator`, ' +
    'and what the configuration says of it no longer counts.',
} as const;

export const currencySchema = { type: 'string', pattern: '^[A-Z]{3}$' } as const;
/** A price: not negative. */
export const priceSchema = {
  ...moneySchema,
  description: 'For one GPU (or one part of one) and hour; not negative.',
  properties: {
    ...moneySchema.properties,
    amount: { type: 'string', pattern: `^(0|[1-9][0-9]{0,${PRICE_DIGITS_MAX - 1}})$` },
  },
} as const;
const nullableMoneySchema = { anyOf: [moneySchema, { type: 'null' }] } as const;

/** What an administrator says of a SKU. */
export const skuFieldSchemas = {
  name: nameSchema,
  gpu_model: { ...nameSchema, description: 'Model as the fleet names it.' },
  shape: skuShapeSchema,
  gpu_counts: {
    type: 'array',
    minItems: 1,
    maxItems: GPU_COUNTS_MAX,
    uniqueItems: true,
    items: { type: 'integer', minimum: 1, maximum: GPUS_PER_ALLOCATION_MAX },
    description: 'How many GPUs one allocation may have.',
  },
  vcpus_per_gpu: { type: 'integer', minimum: 1, maximum: VCPUS_PER_GPU_MAX },
  memory_bytes_per_gpu: { type: 'integer', minimum: MEMORY_BYTES_MIN, maximum: MEMORY_BYTES_MAX },
  disk_bytes_per_gpu: { type: 'integer', minimum: MEMORY_BYTES_MIN, maximum: DISK_BYTES_MAX },
  regions: {
    type: ['array', 'null'],
    minItems: 1,
    maxItems: REGIONS_MAX,
    uniqueItems: true,
    items: regionSchema,
    description: 'Regions it is sold in; null: wherever there are such GPUs.',
  },
  image_ids: {
    type: ['array', 'null'],
    minItems: 1,
    maxItems: IMAGES_MAX,
    uniqueItems: true,
    items: idSchema,
    description: 'Images it can be launched with; null: all of them.',
  },
  organization_ids: {
    type: ['array', 'null'],
    minItems: 1,
    maxItems: ORGANIZATIONS_PER_SKU_MAX,
    uniqueItems: true,
    items: idSchema,
    description: 'Organizations that see it and may launch it; for all others it is not there. Null: everyone.',
  },
} as const;
/** 1000 is a whole GPU. Set once: what has been launched as a half stays a half. */
export const gpuFractionSchema = {
  type: 'integer',
  minimum: 1,
  maximum: 1000,
  default: 1000,
  description: 'Part of a GPU per count; 1000 is a whole one.',
} as const;

export const adminSkuSchema = {
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
    'organization_ids',
    'offered',
    'origin',
    'managed_by',
    'settings_key',
    'prices',
    'free_gpus',
    'total_gpus',
    'created_at',
    'updated_at',
  ],
  properties: {
    sku_id: idSchema,
    ...skuFieldSchemas,
    gpu_fraction_milli: { type: 'integer', minimum: 1, maximum: 1000 },
    offered: { type: 'boolean', description: 'In the catalogue; running allocations keep theirs either way.' },
    origin: originSchema,
    managed_by: managedBySchema,
    settings_key: {
      type: ['string', 'null'],
      description: 'Its key in the configuration, of those that came from there.',
    },
    prices: {
      type: 'array',
      maxItems: CURRENCIES_MAX,
      description: 'In force now, by currency; with the instant from which on another one is scheduled.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['currency', 'per_gpu_hour', 'effective_from', 'next_change_at'],
        properties: {
          currency: currencySchema,
          per_gpu_hour: { ...nullableMoneySchema, description: 'Null: not sold in this currency now.' },
          effective_from: { ...nullableInstantSchema, description: 'Null where the first price is still to come.' },
          next_change_at: nullableInstantSchema,
        },
      },
    },
    free_gpus: { type: 'integer', minimum: 0 },
    total_gpus: { type: 'integer', minimum: 0 },
    created_at: instantSchema,
    updated_at: instantSchema,
  },
} as const;

export const skuPriceSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['price_id', 'currency', 'per_gpu_hour', 'effective_from', 'status', 'set_by', 'set_by_name', 'set_at'],
  properties: {
    price_id: idSchema,
    currency: currencySchema,
    per_gpu_hour: { ...nullableMoneySchema, description: 'Null: from then on it is not sold in this currency.' },
    effective_from: instantSchema,
    status: { type: 'string', enum: ['past', 'in_force', 'scheduled'] },
    set_by: { ...nullableIdSchema, description: 'The user; null: the configuration.' },
    set_by_name: { type: ['string', 'null'] },
    set_at: instantSchema,
  },
} as const;

/** What runs on it, or from it. */
export const inUseSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['allocations', 'gpus'],
  properties: { allocations: { type: 'integer', minimum: 0 }, gpus: { type: 'integer', minimum: 0 } },
} as const;

export const adminSkuDetailSchema = {
  ...adminSkuSchema,
  required: [...adminSkuSchema.required, 'price_history', 'in_use'],
  properties: {
    ...adminSkuSchema.properties,
    price_history: {
      type: 'array',
      maxItems: PRICE_HISTORY_MAX,
      description: 'By the instant a price begins, latest first; scheduled ones stand before what is in force.',
      items: skuPriceSchema,
    },
    in_use: { ...inUseSchema, description: 'Allocations that hold GPUs under this SKU, at the price of their launch.' },
  },
} as const;
