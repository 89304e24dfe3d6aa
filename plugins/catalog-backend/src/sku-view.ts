import { toMoney } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getSku, listOsImages } from '@portico/plugin-catalog/contract';
import type { Sku } from '@portico/plugin-catalog/port';
import type { SkuCapacity } from './domain/availability';
import type { Image } from './store/images';

export type SkuItem = ReplyOf<typeof getSku>;

export function skuItem(sku: Sku, capacity: SkuCapacity, currency: string): SkuItem {
  return {
    sku_id: sku.skuId,
    name: sku.name,
    gpu_model: sku.gpuModel,
    shape: sku.shape,
    gpu_counts: [...sku.gpuCounts],
    vcpus_per_gpu: sku.vcpusPerGpu,
    memory_bytes_per_gpu: sku.memoryBytesPerGpu,
    disk_bytes_per_gpu: sku.diskBytesPerGpu,
    gpu_fraction_milli: sku.gpuFractionMilli,
    regions: sku.regions === null ? null : [...sku.regions],
    image_ids: sku.imageIds === null ? null : [...sku.imageIds],
    price_per_gpu_hour: sku.pricePerGpuHour === null ? null : toMoney(sku.pricePerGpuHour, currency),
    free_gpus: capacity.freeGpus,
    total_gpus: capacity.totalGpus,
    availability: capacity.availability,
    unavailable_reason: capacity.unavailableReason,
  };
}

export function imageItem(image: Image): ReplyOf<typeof listOsImages>['items'][number] {
  return {
    image_id: image.imageId,
    name: image.name,
    version: image.version,
    description: image.description,
    is_default: image.isDefault,
    min_disk_bytes: image.minDiskBytes,
  };
}
