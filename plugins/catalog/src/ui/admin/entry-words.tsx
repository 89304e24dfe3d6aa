import type { ReplyOf } from '@portico/plugin-kit/contract';
import { fromDecimal, toMoney } from '@portico/plugin-kit/contract';
import type { Money } from '@portico/plugin-kit/contract';
import { StateChip } from '@portico/ui';
import type { getAdminOsImage, listAdminOsImages } from '../../contract/image-admin-operations';
import type { getAdminSku, listAdminSkus } from '../../contract/sku-admin-operations';

export type AdminSku = ReplyOf<typeof listAdminSkus>['items'][number];
export type AdminSkuDetail = ReplyOf<typeof getAdminSku>;
export type SkuPrice = AdminSkuDetail['price_history'][number];
export type AdminImage = ReplyOf<typeof listAdminOsImages>['items'][number];
export type AdminImageDetail = ReplyOf<typeof getAdminOsImage>;
type Entry = Pick<AdminSku, 'offered' | 'managed_by' | 'origin' | 'settings_key'>;

export const GIB = 1024 ** 3;

export function OfferChip({ isOffered }: { isOffered: boolean }) {
  return isOffered ? <StateChip tone="running" label="Offered" /> : <StateChip tone="muted" label="Withdrawn" />;
}

export const managers = ['configuration', 'administrator'] as const;
export const managerOptions = [
  { value: 'configuration', label: 'The configuration' },
  { value: 'administrator', label: 'Administrators' },
] as const;

export function managerWords({ managed_by, origin }: Entry): string {
  if (managed_by === 'configuration') return 'The configuration';
  return origin === 'configuration' ? 'Administrators, taken over' : 'Administrators';
}

/** What a change of it means, where it is not yet an administrator's. */
export function takeOverWords({ settings_key }: Entry): string {
  return `It follows the entry ${settings_key ?? ''} of the configuration at every start. Changing it here makes it yours: from then on that entry no longer counts.`;
}

export function inUseWords({ allocations, gpus }: AdminSkuDetail['in_use']): string {
  if (allocations === 0) return 'Nothing';
  const held = gpus === 1 ? '1 GPU' : `${gpus} GPUs`;
  return `${allocations === 1 ? '1 allocation' : `${allocations} allocations`} with ${held}`;
}

const AMOUNT = /^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$/;

/** An amount as it is typed; null while it is none. */
export function typedAmount(text: string, currency: string): Money | null {
  const typed = text.trim();
  return AMOUNT.test(typed) && CURRENCY.test(currency) ? toMoney(fromDecimal(typed), currency) : null;
}

const CURRENCY = /^[A-Z]{3}$/;
export function isCurrency(text: string): boolean {
  return CURRENCY.test(text);
}
