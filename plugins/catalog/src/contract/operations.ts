import { idSchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { availabilitySchema, osImageSchema, skuSchema } from './schemas';

export const listSkus = operation({
  id: 'listSkus',
  method: 'GET',
  path: 'skus',
  tag: 'catalog',
  summary: 'What can be launched, with price and free capacity',
  description:
    'In the order of the catalogue. Sold-out SKUs are listed too, with the reason. Capacity is that of this moment and promises nothing: only a launch reserves.',
  permission: 'catalog.sku.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      gpu_model: { type: 'string', minLength: 1, maxLength: 80 },
      availability: availabilitySchema,
    },
  },
  responses: { 200: pageSchema(skuSchema) },
  errors: ['cursor_invalid'],
});

export const getSku = operation({
  id: 'getSku',
  method: 'GET',
  path: 'skus/{sku_id}',
  tag: 'catalog',
  summary: 'One SKU',
  description: 'A SKU that is no longer offered is `404 not_found`; running allocations keep theirs.',
  permission: 'catalog.sku.read',
  params: { type: 'object', additionalProperties: false, required: ['sku_id'], properties: { sku_id: idSchema } },
  responses: { 200: skuSchema },
  errors: ['not_found'],
});

export const listOsImages = operation({
  id: 'listOsImages',
  method: 'GET',
  path: 'os-images',
  tag: 'catalog',
  summary: 'What a workload can start from',
  description: 'In the order of the catalogue.',
  permission: 'catalog.image.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      sku_id: {
        ...idSchema,
        description: 'Those that SKU can be launched with; none when it is not there for the caller.',
      },
    },
  },
  responses: { 200: pageSchema(osImageSchema) },
  errors: ['cursor_invalid'],
});
