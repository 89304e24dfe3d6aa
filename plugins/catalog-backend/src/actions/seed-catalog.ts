import type { Actor, Audit, AuditedResource, Database, SettingsOf, Transaction } from '@portico/plugin-kit/backend';
import { fromDecimal, newId } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import type { catalogSettings } from '@portico/plugin-catalog/contract';
import { saveImage, withdrawOtherImages } from '../store/images';
import { currentPrices, insertPrice, saveSku, withdrawOtherSkus } from '../store/skus';

export type CatalogConfiguration = SettingsOf<typeof catalogSettings>;

const auditedPrice = {
  type: 'price',
  fields: { sku: 'track', currency: 'track', per_gpu_hour_micros: 'track' },
} as const satisfies AuditedResource;
const configurationActor: Actor = { type: 'system', id: 'catalog-configuration' };

/**
 * Makes the catalogue that of the configuration. Idempotent. Nothing is deleted: what is not listed any more is no longer offered, and a changed price is
 * a new row, so that what somebody once agreed to can be looked up. Running allocations keep the price they were launched at.
 */
export async function seedCatalog(
  services: { database: Database; audit: Audit },
  configuration: CatalogConfiguration,
): Promise<void> {
  assertKeysUnique('catalog.skus', configuration.skus);
  assertKeysUnique('catalog.images', configuration.images);
  await services.database.transaction(async tx => {
    for (const [position, sku] of configuration.skus.entries()) {
      const { key: settingsKey, pricesPerGpuHour, ...description } = sku;
      const gpuCounts = [...sku.gpuCounts].sort((one, other) => one - other);
      const skuId = await saveSku(tx, newId('sku', tx.now), { ...description, gpuCounts, settingsKey, position });
      await followPrices(tx, services.audit, { skuId, settingsKey, prices: pricesPerGpuHour });
    }
    await withdrawOtherSkus(
      tx,
      configuration.skus.map(sku => sku.key),
    );
    for (const [position, { key: settingsKey, name, version, description }] of configuration.images.entries()) {
      await saveImage(tx, newId('img', tx.now), {
        settingsKey,
        position,
        name,
        version,
        description,
        isDefault: position === 0,
      });
    }
    await withdrawOtherImages(
      tx,
      configuration.images.map(image => image.key),
    );
  });
}

async function followPrices(
  tx: Transaction,
  audit: Audit,
  { skuId, settingsKey, prices }: { skuId: string; settingsKey: string; prices: Readonly<Record<string, string>> },
): Promise<void> {
  const current = await currentPrices(tx, skuId);
  const wanted = new Map<string, Micros | null>([...current.keys()].map(currency => [currency, null]));
  for (const [currency, decimal] of Object.entries(prices)) wanted.set(currency, fromDecimal(decimal));
  for (const [currency, perGpuHour] of wanted) {
    const before = current.get(currency);
    if (before !== undefined && before.price_micros === perGpuHour) continue;
    const priceId = newId('price', tx.now);
    // Later than the one before even when the clock was set back.
    const effectiveFrom = Math.max(tx.now, (before?.effective_from ?? 0) + 1);
    await insertPrice(tx, { priceId, skuId, currency, perGpuHour, effectiveFrom });
    await audit.record(tx, {
      action: 'catalog.price.set',
      actor: configurationActor,
      organizationId: null,
      resource: auditedPrice,
      targetId: skuId,
      correlationId: newId('corr', tx.now),
      before: before === undefined ? undefined : { per_gpu_hour_micros: before.price_micros?.toString() ?? null },
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
