import { idSchema, instantSchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { CURRENCIES_MAX } from './limits';
import { skuShapeSchema } from './schemas';
import {
  adminSkuDetailSchema,
  adminSkuSchema,
  currencySchema,
  gpuFractionSchema,
  managedBySchema,
  priceSchema,
  skuFieldSchemas,
  skuPriceSchema,
} from './sku-admin-schemas';

const TAG = 'catalog';
const MANAGE = 'catalog.sku.manage';
/** What people type into a search field: one line. */
export const searchSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
} as const;

const skuParams = {
  type: 'object',
  additionalProperties: false,
  required: ['sku_id'],
  properties: { sku_id: idSchema },
} as const;

export const listAdminSkus = operation({
  id: 'listAdminSkus',
  method: 'GET',
  path: 'admin/skus',
  tag: TAG,
  summary: 'All SKUs, offered or not, newest first',
  permission: MANAGE,
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      q: { ...searchSchema, description: 'Part of the name or the GPU model, without regard to case.' },
      offered: { type: 'boolean' },
      shape: skuShapeSchema,
      managed_by: managedBySchema,
    },
  },
  responses: { 200: pageSchema(adminSkuSchema) },
  errors: ['cursor_invalid'],
});

export const getAdminSku = operation({
  id: 'getAdminSku',
  method: 'GET',
  path: 'admin/skus/{sku_id}',
  tag: TAG,
  summary: 'One SKU, with the history of its prices and what runs on it',
  permission: MANAGE,
  params: skuParams,
  responses: { 200: adminSkuDetailSchema },
  errors: ['not_found'],
});

export const createSku = operation({
  id: 'createSku',
  method: 'POST',
  path: 'admin/skus',
  tag: TAG,
  summary: 'Put a SKU into the catalogue',
  description:
    'It is offered at once unless `offered` is false, and takes the last place. Without a price in a currency it cannot be launched there. Starts of the portal, which make the catalogue follow ' +
    'the configuration, leave it alone.',
  permission: MANAGE,
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: [
      'name',
      'gpu_model',
      'shape',
      'gpu_counts',
      'vcpus_per_gpu',
      'memory_bytes_per_gpu',
      'disk_bytes_per_gpu',
    ],
    properties: {
      ...skuFieldSchemas,
      gpu_fraction_milli: gpuFractionSchema,
      regions: { ...skuFieldSchemas.regions, default: null },
      image_ids: { ...skuFieldSchemas.image_ids, default: null },
      organization_ids: { ...skuFieldSchemas.organization_ids, default: null },
      offered: { type: 'boolean', default: true },
      prices: {
        type: 'array',
        maxItems: CURRENCIES_MAX,
        default: [],
        items: priceSchema,
        description: 'One per currency, in force at once.',
      },
    },
  },
  responses: { 201: adminSkuDetailSchema },
  errors: ['sku_shape_invalid', 'sku_image_unknown', 'sku_limit_reached', 'price_currency_repeated'],
});

export const updateSku = operation({
  id: 'updateSku',
  method: 'PATCH',
  path: 'admin/skus/{sku_id}',
  tag: TAG,
  summary: 'Change what a SKU is',
  description:
    'What is absent stays. Running allocations keep what they were launched with, and their price. Of a SKU that follows the configuration, a change of anything but `regions`, `image_ids` and ' +
    '`organization_ids` (which the configuration does not know) takes it over: `managed_by` is then `administrator`.',
  permission: MANAGE,
  params: skuParams,
  body: { type: 'object', additionalProperties: false, minProperties: 1, properties: skuFieldSchemas },
  responses: { 200: adminSkuDetailSchema },
  errors: ['not_found', 'sku_shape_invalid', 'sku_image_unknown'],
});

export const setSkuPrice = operation({
  id: 'setSkuPrice',
  method: 'POST',
  path: 'admin/skus/{sku_id}/prices',
  tag: TAG,
  summary: 'Set the price of a SKU in one currency',
  description:
    'From now on, or from the instant named: it comes into force by itself. What runs keeps the price of its launch, and a quote the price it names until it expires. Of a SKU that follows the ' +
    'configuration it takes the SKU over.',
  permission: MANAGE,
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  params: skuParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['currency', 'per_gpu_hour'],
    properties: {
      currency: currencySchema,
      per_gpu_hour: {
        description: 'In that currency; null: no longer sold in it.',
        anyOf: [priceSchema, { type: 'null' }],
      },
      effective_from: { ...instantSchema, description: 'Absent: now. Not in the past.' },
    },
  },
  responses: { 201: skuPriceSchema },
  errors: ['not_found', 'price_currency_mismatch', 'price_begins_in_the_past', 'price_already_scheduled'],
});

export const cancelSkuPrice = operation({
  id: 'cancelSkuPrice',
  method: 'DELETE',
  path: 'admin/skus/{sku_id}/prices/{price_id}',
  tag: TAG,
  summary: 'Take back a price that has not begun',
  permission: MANAGE,
  proof: 'fresh_or_key',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['sku_id', 'price_id'],
    properties: { sku_id: idSchema, price_id: idSchema },
  },
  responses: { 204: null },
  errors: ['not_found', 'price_has_begun'],
});

export const withdrawSku = operation({
  id: 'withdrawSku',
  method: 'POST',
  path: 'admin/skus/{sku_id}/withdraw',
  tag: TAG,
  summary: 'Take a SKU out of the catalogue',
  description:
    'Nobody can launch it any more; what runs goes on, at its price. Nothing is deleted. Takes over a SKU that follows the configuration.',
  permission: MANAGE,
  params: skuParams,
  responses: { 200: adminSkuDetailSchema },
  errors: ['not_found'],
});

export const offerSku = operation({
  id: 'offerSku',
  method: 'POST',
  path: 'admin/skus/{sku_id}/offer',
  tag: TAG,
  summary: 'Put a SKU back into the catalogue',
  permission: MANAGE,
  params: skuParams,
  responses: { 200: adminSkuDetailSchema },
  errors: ['not_found', 'sku_limit_reached'],
});
