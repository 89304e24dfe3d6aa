import type { Actor, Audit, Database, SettingsOf, Transaction } from '@portico/plugin-kit/backend';
import { fromDecimal, newId } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { catalogSettings } from '@portico/plugin-catalog/contract';
import { auditedPrice } from '../audited';
import { imageRefusal } from '../domain/entries';
import { beginsAtOnce, pricesInForce } from '../domain/prices';
import * as skus from '../store/all-skus';
import * as images from '../store/images';
import { insertPrice, standingPrices } from '../store/prices';

export type CatalogConfiguration = SettingsOf<typeof catalogSettings>;

const configurationActor: Actor = { type: 'system', id: 'catalog-configuration' };

/**
 * Makes the entries of the configuration what it says of them. Idempotent. Nothing is deleted: what is not listed any more is no longer offered, and a changed price is
 * a new row, so that what somebody once agreed to can be looked up. Running allocations keep the price they were launched at. What an administrator has made, or
 * taken over, is left alone.
 */
export async function seedCatalog(
  services: { database: Database; audit: Audit },
  configuration: CatalogConfiguration,
): Promise<void> {
  assertKeysUnique('catalog.skus', configuration.skus);
  assertKeysUnique('catalog.images', configuration.images);
  for (const { key, source = null, digest = null } of configuration.images) {
    const refusal = imageRefusal({ source, digest });
    if (refusal !== null) throw new Error(`catalog.images: ${key}: ${refusal}`);
  }
  await services.database.transaction(async tx => {
    await seedSkus(tx, services.audit, configuration.skus);
    await seedImages(tx, configuration.images);
  });
}

async function seedSkus(tx: Transaction, audit: Audit, listed: CatalogConfiguration['skus']): Promise<void> {
  for (const [position, sku] of listed.entries()) {
    const { key: settingsKey, pricesPerGpuHour, ...description } = sku;
    const gpuCounts = [...sku.gpuCounts].sort((one, other) => one - other);
    const wanted = { ...description, gpuCounts, settingsKey, position };
    const skuId = await skus.followConfiguration(tx, newId('sku', tx.now), wanted);
    if (skuId !== undefined) await followPrices(tx, audit, { skuId, settingsKey, prices: pricesPerGpuHour });
  }
  await skus.withdrawOtherSkus(
    tx,
    listed.map(sku => sku.key),
  );
}

async function seedImages(tx: Transaction, listed: CatalogConfiguration['images']): Promise<void> {
  const before = await images.imagesForChange(tx);
  for (const [position, image] of listed.entries()) {
    const { key: settingsKey, name, version, description } = image;
    await images.followConfiguration(tx, newId('img', tx.now), {
      settingsKey,
      position,
      name,
      version,
      description,
      source: image.source ?? null,
      digest: image.digest ?? null,
      defaultUser: image.defaultUser,
      minDiskBytes: image.minDiskBytes,
    });
  }
  await images.withdrawOtherImages(
    tx,
    listed.map(image => image.key),
  );
  if (before.some(image => image.isDefault && image.isDefaultChosen)) return;
  const offered = await images.offeredImages(tx);
  const first = offered.find(image => image.settingsKey === listed[0]?.key) ?? offered[0];
  if (first) await images.makeDefault(tx, { imageId: first.imageId, isChosen: false });
}

async function followPrices(
  tx: Transaction,
  audit: Audit,
  { skuId, settingsKey, prices }: { skuId: string; settingsKey: string; prices: Readonly<Record<string, string>> },
): Promise<void> {
  const standing = await standingPrices(tx, { skuIds: [skuId], now: tx.now });
  const current = pricesInForce(standing, tx.now);
  const wanted = new Map<string, Micros | null>([...current.keys()].map(currency => [currency, null]));
  for (const [currency, decimal] of Object.entries(prices)) wanted.set(currency, fromDecimal(decimal));
  for (const [currency, perGpuHour] of wanted) {
    const before = current.get(currency);
    if (before !== undefined && before.perGpuHour === perGpuHour) continue;
    const priceId = newId('price', tx.now);
    await insertPrice(tx, {
      priceId,
      skuId,
      currency,
      perGpuHour,
      effectiveFrom: beginsAtOnce(standing, currency, tx.now),
      isScheduled: false,
      setBy: null,
      setAt: tx.now,
    });
    await audit.record(tx, {
      action: 'catalog.price.set',
      actor: configurationActor,
      organizationId: null,
      resource: auditedPrice,
      targetId: skuId,
      correlationId: newId('corr', tx.now),
      before: before === undefined ? undefined : { per_gpu_hour_micros: before.perGpuHour?.toString() ?? null },
      after: { sku: settingsKey, currency, per_gpu_hour_micros: perGpuHour?.toString() ?? null },
    });
  }
}

function assertKeysUnique(list: string, items: readonly { readonly key: string }[]): void {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (seen.has(key)) throw new Error(`${list} lists ${key} twice; keys are unique.`);
    seen.add(key);
  }
}
