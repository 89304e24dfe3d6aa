import {
  idSchema,
  instantSchema,
  nameSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { defaultUserSchema, imageDigestSchema, imageSourceSchema } from './image-source';
import { DISK_BYTES_MAX } from './limits';
import { searchSchema } from './sku-admin-operations';
import { inUseSchema, managedBySchema, originSchema } from './sku-admin-schemas';

const TAG = 'catalog';
const MANAGE = 'catalog.image.manage';

const imageParams = {
  type: 'object',
  additionalProperties: false,
  required: ['image_id'],
  properties: { image_id: idSchema },
} as const;

/** What an administrator says of an image. */
const imageFieldSchemas = {
  name: nameSchema,
  version: { ...nameSchema, maxLength: 40 },
  description: {
    type: 'string',
    maxLength: 280,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    description: 'One sentence for the person who chooses.',
  },
  source: {
    ...imageSourceSchema,
    type: ['string', 'null'],
    description: `${imageSourceSchema.description} Null: the base the node's runtime brings itself.`,
  },
  digest: {
    ...imageDigestSchema,
    type: ['string', 'null'],
    description:
      'What the node must find there. Required of a registry; null of a preloaded image whose digest nobody pinned.',
  },
  default_user: { ...defaultUserSchema, description: 'The login name inside.' },
  min_disk_bytes: {
    type: 'integer',
    minimum: 0,
    maximum: DISK_BYTES_MAX,
    description: 'Local disk an allocation must have to start from it.',
  },
} as const;

const adminImageSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'image_id',
    ...(Object.keys(imageFieldSchemas) as (keyof typeof imageFieldSchemas)[]),
    'is_default',
    'offered',
    'origin',
    'managed_by',
    'settings_key',
    'created_at',
    'updated_at',
  ],
  properties: {
    image_id: idSchema,
    ...imageFieldSchemas,
    is_default: { type: 'boolean', description: 'The one offered first; exactly one image is.' },
    offered: { type: 'boolean' },
    origin: originSchema,
    managed_by: managedBySchema,
    settings_key: {
      type: ['string', 'null'],
      description: 'Its key in the configuration, of those that came from there.',
    },
    created_at: instantSchema,
    updated_at: instantSchema,
  },
} as const;

const adminImageDetailSchema = {
  ...adminImageSchema,
  required: [...adminImageSchema.required, 'in_use', 'named_by_skus'],
  properties: {
    ...adminImageSchema.properties,
    in_use: { ...inUseSchema, description: 'Allocations that hold GPUs and were started from it.' },
    named_by_skus: {
      type: 'array',
      maxItems: 200,
      description: 'SKUs that name their images, this one among them; those that take every image are not listed.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['sku_id', 'name'],
        properties: { sku_id: idSchema, name: { type: 'string' } },
      },
    },
  },
} as const;

export const listAdminOsImages = operation({
  id: 'listAdminOsImages',
  method: 'GET',
  path: 'admin/os-images',
  tag: TAG,
  summary: 'All images, offered or not, newest first',
  permission: MANAGE,
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      q: { ...searchSchema, description: 'Part of the name or the source, without regard to case.' },
      offered: { type: 'boolean' },
      managed_by: managedBySchema,
    },
  },
  responses: { 200: pageSchema(adminImageSchema) },
  errors: ['cursor_invalid'],
});

export const getAdminOsImage = operation({
  id: 'getAdminOsImage',
  method: 'GET',
  path: 'admin/os-images/{image_id}',
  tag: TAG,
  summary: 'One image, with what runs from it',
  permission: MANAGE,
  params: imageParams,
  responses: { 200: adminImageDetailSchema },
  errors: ['not_found'],
});

export const createOsImage = operation({
  id: 'createOsImage',
  method: 'POST',
  path: 'admin/os-images',
  tag: TAG,
  summary: 'Put an image into the catalogue',
  description:
    'It is offered at once unless `offered` is false. Nodes pull what comes from a registry, by its digest; what is preloaded must be there already.',
  permission: MANAGE,
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'version', 'source'],
    properties: {
      ...imageFieldSchemas,
      description: { ...imageFieldSchemas.description, default: '' },
      digest: { ...imageFieldSchemas.digest, default: null },
      default_user: { ...imageFieldSchemas.default_user, default: 'user' },
      min_disk_bytes: { ...imageFieldSchemas.min_disk_bytes, default: 0 },
      offered: { type: 'boolean', default: true },
    },
  },
  responses: { 201: adminImageDetailSchema },
  errors: ['image_digest_required', 'image_source_required', 'image_limit_reached'],
});

export const updateOsImage = operation({
  id: 'updateOsImage',
  method: 'PATCH',
  path: 'admin/os-images/{image_id}',
  tag: TAG,
  summary: 'Change what an image is',
  description:
    'What is absent stays. Running allocations keep what they were started from. An image that follows the configuration is taken over: `managed_by` is then `administrator`.',
  permission: MANAGE,
  params: imageParams,
  body: { type: 'object', additionalProperties: false, minProperties: 1, properties: imageFieldSchemas },
  responses: { 200: adminImageDetailSchema },
  errors: ['not_found', 'image_digest_required', 'image_source_required'],
});

export const withdrawOsImage = operation({
  id: 'withdrawOsImage',
  method: 'POST',
  path: 'admin/os-images/{image_id}/withdraw',
  tag: TAG,
  summary: 'Take an image out of the catalogue',
  description:
    'Nobody can launch from it any more; what runs goes on. The default cannot be withdrawn. Nothing is deleted.',
  permission: MANAGE,
  params: imageParams,
  responses: { 200: adminImageDetailSchema },
  errors: ['not_found', 'image_is_default'],
});

export const offerOsImage = operation({
  id: 'offerOsImage',
  method: 'POST',
  path: 'admin/os-images/{image_id}/offer',
  tag: TAG,
  summary: 'Put an image back into the catalogue',
  permission: MANAGE,
  params: imageParams,
  responses: { 200: adminImageDetailSchema },
  errors: ['not_found', 'image_limit_reached'],
});

export const setDefaultOsImage = operation({
  id: 'setDefaultOsImage',
  method: 'POST',
  path: 'admin/os-images/{image_id}/default',
  tag: TAG,
  summary: 'Make an image the one offered first',
  description: 'From then on the configuration no longer decides which one that is.',
  permission: MANAGE,
  params: imageParams,
  responses: { 200: adminImageDetailSchema },
  errors: ['not_found', 'image_withdrawn'],
});
