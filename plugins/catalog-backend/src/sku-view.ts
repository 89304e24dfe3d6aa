import { toMoney } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { getSku, listOsImages } from '@portico/plugin-catalog/contract';
import type { Sku } from '@portico/plugin-catalog/port';
import type { SkuCapacity } from './domain/availability';
import type { ImageRow } from './store/images';

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
    gpu_fraction_milli: sku.gpuFractionMilli,
    price_per_gpu_hour: sku.pricePerGpuHour === null ? null : toMoney(sku.pricePerGpuHour, currency),
    free_gpus: capacity.freeGpus,
    total_gpus: capacity.totalGpus,
    availability: capacity.availability,
    unavailable_reason: capacity.unavailableReason,
  };
}

export function imageItem(image: ImageRow): ReplyOf<typeof listOsImages>['items'][number] {
  return {
    image_id: image.image_id,
    name: image.name,
    version: image.version,
    description: image.description,
    is_default: image.is_default === 1,
  };
}
