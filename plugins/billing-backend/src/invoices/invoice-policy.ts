import { defineSettings } from '@portico/plugin-kit/backend';
import type { Settings } from '@portico/plugin-kit/backend';
import { billingSettings } from '@portico/plugin-billing/contract';
import type { Tax } from '../domain/invoice';

/** The platform’s section, as far as it is read here. */
const appSettings = defineSettings({
  key: 'app',
  schema: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } },
});

export interface Seller {
  readonly name: string;
  readonly address: readonly string[];
  readonly taxId: string | null;
  readonly email: string | null;
}

/** How invoices are made, from the settings. */
export interface InvoicePolicy {
  readonly afterMilliseconds: number;
  readonly series: string;
  readonly seller: Seller;
  readonly tax: Tax;
  readonly footer: string;
}

const HOUR_MILLISECONDS = 3_600_000;

export function invoicePolicyOf(settings: Settings): InvoicePolicy {
  const { afterHours, series, seller, tax, footer } = settings.of(billingSettings).invoices;
  return {
    afterMilliseconds: afterHours * HOUR_MILLISECONDS,
    series,
    seller: {
      name: seller.name || settings.of(appSettings).title,
      address: seller.address,
      taxId: seller.taxId || null,
      email: seller.email || null,
    },
    tax,
    footer,
  };
}
