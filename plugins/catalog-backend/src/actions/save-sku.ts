import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { auditedSku, fieldsOfSku } from '../audited';
import { departsFromConfiguration } from '../domain/entries';
import type { CatalogServices } from '../services';
import { updateSku } from '../store/all-skus';
import type { AnySku } from '../store/all-skus';

type Auditing = Pick<CatalogServices, 'audit'>;

interface SkuDeed extends RequestContext {
  readonly action: string;
  readonly before: AnySku | undefined;
  readonly after: AnySku;
}

/** Under the lock of the row. A SKU that is no longer what the configuration says is an administrator's from then on. */
export async function saveSku(
  tx: Transaction,
  services: Auditing,
  deed: SkuDeed & { readonly before: AnySku },
): Promise<void> {
  const { before } = deed;
  const managedBy = departsFromConfiguration(before, deed.after) ? 'administrator' : deed.after.managedBy;
  const after: AnySku = { ...deed.after, managedBy, updatedAt: tx.now };
  await updateSku(tx, after);
  await recordSku(tx, services, { ...deed, after });
}

/** Under the lock of the row: from now on the SKU is an administrator's, whatever the configuration says of it. */
export async function takeOver(
  tx: Transaction,
  services: Auditing,
  context: RequestContext & { readonly sku: AnySku },
): Promise<void> {
  const { sku } = context;
  if (sku.managedBy === 'administrator') return;
  const after = { ...sku, managedBy: 'administrator' } as const;
  await saveSku(tx, services, { ...context, action: 'catalog.sku.update', before: sku, after });
}

export async function recordSku(tx: Transaction, { audit }: Auditing, deed: SkuDeed): Promise<void> {
  const { action, actor, correlationId, before, after } = deed;
  await audit.record(tx, {
    action,
    actor,
    organizationId: null,
    resource: auditedSku,
    targetId: after.skuId,
    correlationId,
    before: before && fieldsOfSku(before),
    after: fieldsOfSku(after),
  });
}
