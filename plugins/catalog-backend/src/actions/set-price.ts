import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId, toInstant } from '@portico/plugin-kit/contract';
import type { Micros, Money } from '@portico/plugin-kit/contract';
import { auditedPrice } from '../audited';
import { catalog } from '../catalog-errors';
import { priceRefusal } from '../domain/entries';
import { beginsAtOnce, hasBegun, pricesInForce } from '../domain/prices';
import type { Price } from '../domain/prices';
import type { CatalogServices } from '../services';
import { skuForChange } from '../store/all-skus';
import type { AnySku } from '../store/all-skus';
import { deletePrice, insertPrice, priceById, standingPrices } from '../store/prices';
import type { KeptPrice } from '../store/prices';
import { takeOver } from './save-sku';

type Auditing = Pick<CatalogServices, 'audit'>;

/**
 * Another price, from now on or from a later instant. Under the lock of the SKU, so that of two prices at once one begins after the other. Nothing that runs is looked at:
 * an allocation keeps the price it was launched at, which billing holds.
 */
export async function setPrice(
  tx: Transaction,
  services: Auditing,
  context: RequestContext & {
    readonly skuId: string;
    readonly currency: string;
    readonly perGpuHour: Money | null;
    /** Null: now. */
    readonly begins: number | null;
  },
): Promise<KeptPrice> {
  const { skuId, currency, perGpuHour, begins } = context;
  const sku = await skuForChange(tx, skuId);
  if (sku === undefined) throw common.fail('not_found');
  const ofCurrency = (await standingPrices(tx, { skuIds: [skuId], now: tx.now })).filter(
    price => price.currency === currency,
  );
  const before = pricesInForce(ofCurrency, tx.now).get(currency);
  const inForceSince = before?.effectiveFrom ?? 0;
  const refusal = priceRefusal({ currency, perGpuHour, begins, now: tx.now, inForceSince });
  if (refusal !== null) throw catalog.fail(refusal);
  if (begins !== null && ofCurrency.some(price => price.effectiveFrom === begins))
    throw catalog.fail('price_already_scheduled', { details: { currency, effective_from: toInstant(begins) } });
  await takeOver(tx, services, { ...context, sku });
  return recordPrice(tx, services, {
    ...context,
    sku,
    before: before?.perGpuHour,
    price: {
      currency,
      perGpuHour: perGpuHour === null ? null : BigInt(perGpuHour.amount),
      effectiveFrom: begins ?? beginsAtOnce(ofCurrency, currency, tx.now),
      isScheduled: begins !== null,
    },
  });
}

/** Writes the price and who set it. `before`: the one in force until now; undefined where there was none. */
export async function recordPrice(
  tx: Transaction,
  { audit }: Auditing,
  context: RequestContext & {
    readonly sku: AnySku;
    readonly price: Omit<Price, 'priceId'>;
    readonly before: Micros | null | undefined;
  },
): Promise<KeptPrice> {
  const { sku, actor, caller, correlationId, before } = context;
  const price = {
    ...context.price,
    priceId: newId('price', tx.now),
    skuId: sku.skuId,
    setBy: caller.userId,
    setAt: tx.now,
  };
  await insertPrice(tx, price);
  await audit.record(tx, {
    action: 'catalog.price.set',
    actor,
    organizationId: null,
    resource: auditedPrice,
    targetId: sku.skuId,
    correlationId,
    before: before === undefined ? undefined : { per_gpu_hour_micros: before?.toString() ?? null },
    after: { sku: sku.name, ...fieldsOf(price) },
  });
  return price;
}

/** Takes back what has not begun; what has begun was perhaps agreed to by somebody. */
export async function cancelPrice(
  tx: Transaction,
  { audit }: Auditing,
  context: RequestContext & { readonly skuId: string; readonly priceId: string },
): Promise<void> {
  const { skuId, priceId, actor, correlationId } = context;
  const sku = await skuForChange(tx, skuId);
  const price = sku && (await priceById(tx, { skuId, priceId }));
  if (!price) throw common.fail('not_found');
  if (hasBegun(price, tx.now)) throw catalog.fail('price_has_begun');
  await deletePrice(tx, priceId);
  await audit.record(tx, {
    action: 'catalog.price.cancel',
    actor,
    organizationId: null,
    resource: auditedPrice,
    targetId: skuId,
    correlationId,
    before: { sku: sku.name, ...fieldsOf(price) },
  });
}

function fieldsOf(price: Price) {
  return {
    price_id: price.priceId,
    currency: price.currency,
    per_gpu_hour_micros: price.perGpuHour?.toString() ?? null,
    effective_from: toInstant(price.effectiveFrom),
  };
}
