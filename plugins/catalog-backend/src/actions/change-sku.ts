import { SKUS_MAX } from '@portico/plugin-catalog/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import type { Money } from '@portico/plugin-kit/contract';
import { catalog } from '../catalog-errors';
import { skuRefusal } from '../domain/entries';
import type { CatalogServices } from '../services';
import { insertSku, offeredForChange, skuForChange } from '../store/all-skus';
import type { AnySku, SkuDescription } from '../store/all-skus';
import { knownImages } from '../store/images';
import { recordSku, saveSku } from './save-sku';
import { recordPrice } from './set-price';

type Auditing = Pick<CatalogServices, 'audit'>;

export interface NewSku extends SkuDescription {
  readonly isOffered: boolean;
  /** One per currency, in force at once. */
  readonly prices: readonly Money[];
}

/** The last place of the catalogue. Those of the configuration come before it, also ones that are added there later. */
export async function createSku(
  tx: Transaction,
  services: Auditing,
  context: RequestContext & { readonly sku: NewSku },
): Promise<string> {
  const { prices, isOffered, ...description } = context.sku;
  await requireValid(tx, description);
  if (new Set(prices.map(price => price.currency)).size < prices.length) throw catalog.fail('price_currency_repeated');
  const lastPosition = await lastPlace(tx, isOffered);
  const sku: AnySku = {
    ...description,
    gpuCounts: ascending(description.gpuCounts),
    skuId: newId('sku', tx.now),
    position: Math.max(lastPosition + 1, SKUS_MAX),
    isOffered,
    origin: 'administrator',
    managedBy: 'administrator',
    settingsKey: null,
    createdAt: tx.now,
    updatedAt: tx.now,
  };
  await insertSku(tx, sku);
  await recordSku(tx, services, { ...context, action: 'catalog.sku.create', before: undefined, after: sku });
  for (const { amount, currency } of prices) {
    const price = { currency, perGpuHour: BigInt(amount), effectiveFrom: tx.now, isScheduled: false };
    await recordPrice(tx, services, { ...context, sku, price, before: undefined });
  }
  return sku.skuId;
}

/** What is undefined stays. */
export type SkuChange = { readonly [Field in keyof SkuDescription]?: SkuDescription[Field] | undefined };

export async function changeSku(
  tx: Transaction,
  services: Auditing,
  context: RequestContext & { readonly skuId: string; readonly change: SkuChange },
): Promise<void> {
  const before = await existing(tx, context.skuId);
  const said = Object.fromEntries(Object.entries(context.change).filter(([, value]) => value !== undefined));
  const merged: AnySku = { ...before, ...said };
  const after = { ...merged, gpuCounts: ascending(merged.gpuCounts) };
  await requireValid(tx, after);
  await saveSku(tx, services, { ...context, action: 'catalog.sku.update', before, after });
}

export async function withdrawSku(
  tx: Transaction,
  services: Auditing,
  context: RequestContext & { readonly skuId: string },
): Promise<void> {
  const before = await existing(tx, context.skuId);
  if (!before.isOffered) return;
  const after = { ...before, isOffered: false };
  await saveSku(tx, services, { ...context, action: 'catalog.sku.withdraw', before, after });
}

export async function offerSku(
  tx: Transaction,
  services: Auditing,
  context: RequestContext & { readonly skuId: string },
): Promise<void> {
  // Before the row itself: whoever locks several locks those that are offered first.
  await lastPlace(tx, true, context.skuId);
  const before = await existing(tx, context.skuId);
  if (before.isOffered) return;
  await saveSku(tx, services, {
    ...context,
    action: 'catalog.sku.offer',
    before,
    after: { ...before, isOffered: true },
  });
}

/** Of two who offer the last one there is room for, the second counts what the first has offered. */
async function lastPlace(tx: Transaction, isOffering: boolean, exceptSkuId?: string): Promise<number> {
  const { offeredIds, lastPosition } = await offeredForChange(tx);
  if (isOffering && offeredIds.filter(id => id !== exceptSkuId).length >= SKUS_MAX)
    throw catalog.fail('sku_limit_reached', { details: { skus_max: SKUS_MAX } });
  return lastPosition;
}

async function existing(tx: Transaction, skuId: string): Promise<AnySku> {
  const sku = await skuForChange(tx, skuId);
  if (sku === undefined) throw common.fail('not_found');
  return sku;
}

async function requireValid(tx: Transaction, sku: SkuDescription): Promise<void> {
  const refusal = skuRefusal(sku);
  if (refusal !== null) throw catalog.fail(refusal);
  const known = await knownImages(tx, sku.imageIds ?? []);
  const unknown = (sku.imageIds ?? []).filter(id => !known.has(id));
  if (unknown.length > 0) throw catalog.fail('sku_image_unknown', { details: { image_ids: unknown } });
}

function ascending(counts: readonly number[]): number[] {
  return [...counts].sort((one, other) => one - other);
}
