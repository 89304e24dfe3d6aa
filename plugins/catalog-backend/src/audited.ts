import type { AuditedResource } from '@portico/plugin-kit/backend';
import type { AnySku } from './store/all-skus';
import type { Image } from './store/images';

export const auditedSku = {
  type: 'sku',
  fields: {
    name: 'track',
    gpu_model: 'track',
    shape: 'track',
    gpu_counts: 'track',
    vcpus_per_gpu: 'track',
    memory_bytes_per_gpu: 'track',
    disk_bytes_per_gpu: 'track',
    gpu_fraction_milli: 'track',
    regions: 'track',
    image_ids: 'track',
    organization_ids: 'track',
    offered: 'track',
    managed_by: 'track',
  },
} as const satisfies AuditedResource;

/** By the id of the SKU. */
export const auditedPrice = {
  type: 'price',
  fields: {
    sku: 'track',
    price_id: 'track',
    currency: 'track',
    per_gpu_hour_micros: 'track',
    effective_from: 'track',
  },
} as const satisfies AuditedResource;

export const auditedImage = {
  type: 'os_image',
  fields: {
    name: 'track',
    version: 'track',
    description: 'track',
    source: 'track',
    digest: 'track',
    default_user: 'track',
    min_disk_bytes: 'track',
    is_default: 'track',
    offered: 'track',
    managed_by: 'track',
  },
} as const satisfies AuditedResource;

export function fieldsOfSku(sku: AnySku) {
  return {
    name: sku.name,
    gpu_model: sku.gpuModel,
    shape: sku.shape,
    gpu_counts: sku.gpuCounts,
    vcpus_per_gpu: sku.vcpusPerGpu,
    memory_bytes_per_gpu: sku.memoryBytesPerGpu,
    disk_bytes_per_gpu: sku.diskBytesPerGpu,
    gpu_fraction_milli: sku.gpuFractionMilli,
    regions: sku.regions,
    image_ids: sku.imageIds,
    organization_ids: sku.organizationIds,
    offered: sku.isOffered,
    managed_by: sku.managedBy,
  };
}

export function fieldsOfImage(image: Image) {
  return {
    name: image.name,
    version: image.version,
    description: image.description,
    source: image.source,
    digest: image.digest,
    default_user: image.defaultUser,
    min_disk_bytes: image.minDiskBytes,
    is_default: image.isDefault,
    offered: image.isOffered,
    managed_by: image.managedBy,
  };
}
