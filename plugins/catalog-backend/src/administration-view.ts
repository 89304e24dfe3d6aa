import type {
  getAdminOsImage,
  getAdminSku,
  listAdminOsImages,
  listAdminSkus,
  setSkuPrice,
} from '@portico/plugin-catalog/contract';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, ReplyOf } from '@portico/plugin-kit/contract';
import type { SkuCapacity } from './domain/availability';
import { nextChangeAt, pricesInForce, statusOfPrice } from './domain/prices';
import type { PriceStatus } from './domain/prices';
import type { AnySku } from './store/all-skus';
import type { Image } from './store/images';
import type { KeptPrice } from './store/prices';

export type AdminSku = ReplyOf<typeof listAdminSkus>['items'][number];
export type AdminSkuDetail = ReplyOf<typeof getAdminSku>;
export type AdminImage = ReplyOf<typeof listAdminOsImages>['items'][number];
export type AdminImageDetail = ReplyOf<typeof getAdminOsImage>;

export interface InUse {
  readonly allocations: number;
  readonly gpus: number;
}

/** `prices`: of all SKUs of the list, those that stand. */
export function adminSkuItem(
  sku: AnySku,
  of: { capacity: SkuCapacity; prices: readonly KeptPrice[]; now: number },
): AdminSku {
  const prices = of.prices.filter(price => price.skuId === sku.skuId);
  const inForce = pricesInForce(prices, of.now);
  const currencies = [...new Set(prices.map(price => price.currency))].sort();
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
    regions: listOf(sku.regions),
    image_ids: listOf(sku.imageIds),
    organization_ids: listOf(sku.organizationIds),
    offered: sku.isOffered,
    origin: sku.origin,
    managed_by: sku.managedBy,
    settings_key: sku.settingsKey,
    prices: currencies.map(currency => {
      const price = inForce.get(currency);
      return {
        currency,
        per_gpu_hour: moneyOf(price?.perGpuHour ?? null, currency),
        effective_from: toInstantOrNull(price?.effectiveFrom ?? null),
        next_change_at: toInstantOrNull(nextChangeAt(prices, currency, of.now)),
      };
    }),
    free_gpus: of.capacity.freeGpus,
    total_gpus: of.capacity.totalGpus,
    created_at: toInstant(sku.createdAt),
    updated_at: toInstant(sku.updatedAt),
  };
}

/** `history`: latest beginning first. */
export function adminSkuDetail(
  item: AdminSku,
  of: { history: readonly KeptPrice[]; names: ReadonlyMap<string, string>; inUse: InUse; now: number },
): AdminSkuDetail {
  const inForce = pricesInForce(of.history, of.now);
  return {
    ...item,
    price_history: of.history.map(price => skuPrice(price, statusOfPrice(price, inForce, of.now), of.names)),
    in_use: { ...of.inUse },
  };
}

export function skuPrice(
  price: KeptPrice,
  status: PriceStatus,
  names: ReadonlyMap<string, string>,
): ReplyOf<typeof setSkuPrice> {
  return {
    price_id: price.priceId,
    currency: price.currency,
    per_gpu_hour: moneyOf(price.perGpuHour, price.currency),
    effective_from: toInstant(price.effectiveFrom),
    status,
    set_by: price.setBy,
    set_by_name: price.setBy === null ? null : (names.get(price.setBy) ?? null),
    set_at: toInstant(price.setAt),
  };
}

export function adminImageItem(image: Image): AdminImage {
  return {
    image_id: image.imageId,
    name: image.name,
    version: image.version,
    description: image.description,
    source: image.source,
    digest: image.digest,
    default_user: image.defaultUser,
    min_disk_bytes: image.minDiskBytes,
    is_default: image.isDefault,
    offered: image.isOffered,
    origin: image.origin,
    managed_by: image.managedBy,
    settings_key: image.settingsKey,
    created_at: toInstant(image.createdAt),
    updated_at: toInstant(image.updatedAt),
  };
}

function moneyOf(amount: Micros | null, currency: string) {
  return amount === null ? null : toMoney(amount, currency);
}

function listOf(list: readonly string[] | null): string[] | null {
  return list === null ? null : [...list];
}
