import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { Price } from '../domain/prices';

/** A price with who set it and when. */
export interface KeptPrice extends Price {
  readonly skuId: string;
  /** Null: the configuration. */
  readonly setBy: string | null;
  readonly setAt: number;
}

interface PriceRow {
  readonly price_id: string;
  readonly sku_id: string;
  readonly currency: string;
  readonly price_micros: Micros | null;
  readonly effective_from: number;
  readonly scheduled: number;
  readonly set_by: string | null;
  readonly set_at: number;
}

const SELECT_PRICE =
  'SELECT price_id, sku_id, currency, per_gpu_hour_micros AS price_micros, effective_from, scheduled, set_by, set_at FROM catalog_prices';

/** Latest beginning first. */
export async function pricesOf(queries: Queries, skuId: string, limit: number): Promise<KeptPrice[]> {
  const rows = await queries.all<PriceRow>(
    `${SELECT_PRICE} WHERE sku_id = ? ORDER BY effective_from DESC, price_id DESC LIMIT ?`,
    [skuId, limit],
  );
  return rows.map(priceOf);
}

/** Of each SKU and currency the one in force at that moment and those that begin later. */
export async function standingPrices(
  queries: Queries,
  of: { skuIds: readonly string[]; now: number },
): Promise<KeptPrice[]> {
  if (of.skuIds.length === 0) return [];
  const rows = await queries.all<PriceRow>(
    `${SELECT_PRICE} p WHERE sku_id IN (${placeholders(of.skuIds.length)}) AND NOT EXISTS (
       SELECT 1 FROM catalog_prices n WHERE n.sku_id = p.sku_id AND n.currency = p.currency AND n.effective_from > p.effective_from
         AND (n.scheduled = 0 OR n.effective_from <= ?))
     ORDER BY currency, effective_from`,
    [...of.skuIds, of.now],
  );
  return rows.map(priceOf);
}

export async function insertPrice(tx: Transaction, price: KeptPrice): Promise<void> {
  await tx.run(
    `INSERT INTO catalog_prices (price_id, sku_id, currency, per_gpu_hour_micros, effective_from, scheduled, set_by, set_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      price.priceId,
      price.skuId,
      price.currency,
      price.perGpuHour,
      price.effectiveFrom,
      price.isScheduled ? 1 : 0,
      price.setBy,
      price.setAt,
    ],
  );
}

export async function priceById(
  queries: Queries,
  price: { skuId: string; priceId: string },
): Promise<KeptPrice | undefined> {
  const row = await queries.first<PriceRow>(`${SELECT_PRICE} WHERE sku_id = ? AND price_id = ?`, [
    price.skuId,
    price.priceId,
  ]);
  return row && priceOf(row);
}

/** Only what has not begun is ever taken away. */
export async function deletePrice(tx: Transaction, priceId: string): Promise<void> {
  await tx.run('DELETE FROM catalog_prices WHERE price_id = ?', [priceId]);
}

function priceOf(row: PriceRow): KeptPrice {
  return {
    priceId: row.price_id,
    skuId: row.sku_id,
    currency: row.currency,
    perGpuHour: row.price_micros,
    effectiveFrom: row.effective_from,
    isScheduled: row.scheduled === 1,
    setBy: row.set_by,
    setAt: row.set_at,
  };
}
