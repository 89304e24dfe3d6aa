import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { Sku } from '@portico/plugin-catalog/port';

/** A SKU with its place in the catalogue. */
export type ListedSku = Sku & { readonly position: number };

/** Who looks: prices are in a currency and of a moment, and some SKUs are for some organizations only. */
export interface Onlooker {
  readonly organizationId: string;
  readonly currency: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface SkuRow {
  readonly sku_id: string;
  readonly position: number;
  readonly name: string;
  readonly gpu_model: string;
  readonly shape: Sku['shape'];
  readonly gpu_counts_json: string;
  readonly vcpus_per_gpu: number;
  readonly memory_bytes_per_gpu: number;
  readonly disk_bytes_per_gpu: number;
  readonly gpu_fraction_milli: number;
  readonly regions_json: string | null;
  readonly image_ids_json: string | null;
}

export const SKU_COLUMNS = `s.sku_id, s.position, s.name, s.gpu_model, s.shape, s.gpu_counts_json, s.vcpus_per_gpu, s.memory_bytes_per_gpu,
  s.disk_bytes_per_gpu, s.gpu_fraction_milli, s.regions_json, s.image_ids_json`;

/** The one that began last; `domain/prices` says when one has begun. */
const CURRENT_PRICE = `(SELECT p.per_gpu_hour_micros FROM catalog_prices p WHERE p.sku_id = s.sku_id AND p.currency = ? AND (p.scheduled = 0 OR p.effective_from <= ?)
  ORDER BY p.effective_from DESC LIMIT 1)`;
const OFFERED = `SELECT ${SKU_COLUMNS}, ${CURRENT_PRICE} AS price_micros FROM catalog_skus s
  WHERE s.offered = 1 AND (s.for_everyone = 1 OR EXISTS (
    SELECT 1 FROM catalog_sku_organizations o WHERE o.sku_id = s.sku_id AND o.organization_id = ?))`;

/** All that is offered to them, in the order of the catalogue; `SKUS_MAX` bounds how many that can be. */
export async function offeredSkus(queries: Queries, to: Onlooker): Promise<ListedSku[]> {
  const rows = await queries.all<OfferedRow>(`${OFFERED} ORDER BY s.position, s.sku_id`, parametersOf(to));
  return rows.map(offeredOf);
}

export async function offeredSku(queries: Queries, to: Onlooker & { skuId: string }): Promise<ListedSku | undefined> {
  const row = await queries.first<OfferedRow>(`${OFFERED} AND s.sku_id = ?`, [...parametersOf(to), to.skuId]);
  return row && offeredOf(row);
}

type OfferedRow = SkuRow & { readonly price_micros: Micros | null };

function parametersOf({ currency, now, organizationId }: Onlooker) {
  return [currency, now, organizationId];
}

function offeredOf(row: OfferedRow): ListedSku {
  return { ...skuOf(row), pricePerGpuHour: row.price_micros };
}

export function skuOf(row: SkuRow): Omit<ListedSku, 'pricePerGpuHour'> {
  return {
    skuId: row.sku_id,
    position: row.position,
    name: row.name,
    gpuModel: row.gpu_model,
    shape: row.shape,
    gpuCounts: JSON.parse(row.gpu_counts_json) as number[],
    vcpusPerGpu: row.vcpus_per_gpu,
    memoryBytesPerGpu: row.memory_bytes_per_gpu,
    diskBytesPerGpu: row.disk_bytes_per_gpu,
    gpuFractionMilli: row.gpu_fraction_milli,
    regions: listOf(row.regions_json),
    imageIds: listOf(row.image_ids_json),
  };
}

function listOf(json: string | null): string[] | null {
  return json === null ? null : (JSON.parse(json) as string[]);
}
