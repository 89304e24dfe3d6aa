import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { Sku } from '@portico/plugin-catalog/port';

/** A SKU with its place in the catalogue. */
export type ListedSku = Sku & { readonly position: number };

interface SkuRow {
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
  readonly price_micros: bigint | null;
}

/** The newest price counts, whatever the clock says: one that was set back must not bring an old price back. */
const CURRENT_PRICE =
  '(SELECT p.per_gpu_hour_micros FROM catalog_prices p WHERE p.sku_id = s.sku_id AND p.currency = ? ORDER BY p.effective_from DESC LIMIT 1)';
const SELECT_SKU = `SELECT s.sku_id, s.position, s.name, s.gpu_model, s.shape, s.gpu_counts_json, s.vcpus_per_gpu, s.memory_bytes_per_gpu,
  s.disk_bytes_per_gpu, s.gpu_fraction_milli, ${CURRENT_PRICE} AS price_micros FROM catalog_skus s`;

/** All that is offered, in the order of the catalogue; the settings bound how many that can be. */
export async function offeredSkus(queries: Queries, currency: string): Promise<ListedSku[]> {
  return (await queries.all<SkuRow>(`${SELECT_SKU} WHERE s.offered = 1 ORDER BY s.position`, [currency])).map(skuOf);
}

export async function offeredSku(
  queries: Queries,
  { skuId, currency }: { skuId: string; currency: string },
): Promise<ListedSku | undefined> {
  const row = await queries.first<SkuRow>(`${SELECT_SKU} WHERE s.sku_id = ? AND s.offered = 1`, [currency, skuId]);
  return row === undefined ? undefined : skuOf(row);
}

function skuOf(row: SkuRow): ListedSku {
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
    pricePerGpuHour: row.price_micros,
  };
}

export type SkuDescription = Omit<Sku, 'skuId' | 'pricePerGpuHour'> & {
  readonly settingsKey: string;
  readonly position: number;
};

/** Returns the id the SKU has had since it was first seen, else the new one. The row stays locked until the transaction ends. */
export async function saveSku(tx: Transaction, newSkuId: string, sku: SkuDescription): Promise<string> {
  const saved = await tx.first<{ sku_id: string }>(
    `INSERT INTO catalog_skus (sku_id, settings_key, position, name, gpu_model, shape, gpu_counts_json, vcpus_per_gpu, memory_bytes_per_gpu,
       disk_bytes_per_gpu, gpu_fraction_milli, offered)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
     ON CONFLICT (settings_key) DO UPDATE SET position = excluded.position, name = excluded.name, gpu_model = excluded.gpu_model, shape = excluded.shape,
       gpu_counts_json = excluded.gpu_counts_json, vcpus_per_gpu = excluded.vcpus_per_gpu, memory_bytes_per_gpu = excluded.memory_bytes_per_gpu,
       disk_bytes_per_gpu = excluded.disk_bytes_per_gpu, gpu_fraction_milli = excluded.gpu_fraction_milli, offered = 1
     RETURNING sku_id`,
    [
      newSkuId,
      sku.settingsKey,
      sku.position,
      sku.name,
      sku.gpuModel,
      sku.shape,
      JSON.stringify(sku.gpuCounts),
      sku.vcpusPerGpu,
      sku.memoryBytesPerGpu,
      sku.diskBytesPerGpu,
      sku.gpuFractionMilli,
    ],
  );
  if (saved === undefined) throw new Error('saving a SKU returned no row');
  return saved.sku_id;
}

/** Ends the offer of every SKU that is not listed. */
export async function withdrawOtherSkus(tx: Transaction, settingsKeys: readonly string[]): Promise<void> {
  const others = settingsKeys.length === 0 ? '' : ` AND settings_key NOT IN (${placeholders(settingsKeys.length)})`;
  await tx.run(`UPDATE catalog_skus SET offered = 0 WHERE offered = 1${others}`, settingsKeys);
}

export interface PriceRow {
  readonly currency: string;
  readonly price_micros: Micros | null;
  readonly effective_from: number;
}

/** The newest price of each currency the SKU was ever sold in. */
export async function currentPrices(queries: Queries, skuId: string): Promise<ReadonlyMap<string, PriceRow>> {
  const rows = await queries.all<PriceRow>(
    `SELECT currency, per_gpu_hour_micros AS price_micros, effective_from FROM catalog_prices WHERE sku_id = ? ORDER BY effective_from`,
    [skuId],
  );
  return new Map(rows.map(row => [row.currency, row]));
}

export async function insertPrice(
  tx: Transaction,
  price: { priceId: string; skuId: string; currency: string; perGpuHour: Micros | null; effectiveFrom: number },
): Promise<void> {
  await tx.run(
    'INSERT INTO catalog_prices (price_id, sku_id, currency, per_gpu_hour_micros, effective_from) VALUES (?, ?, ?, ?, ?)',
    [price.priceId, price.skuId, price.currency, price.perGpuHour, price.effectiveFrom],
  );
}
