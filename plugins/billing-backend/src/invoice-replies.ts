import type { ReplyOf } from '@portico/plugin-kit/contract';
import { toInstant, toMoney } from '@portico/plugin-kit/contract';
import type { getBillingDetails, getInvoice, listInvoiceLines, listInvoices } from '@portico/plugin-billing/contract';
import type { Tax } from './domain/invoice';
import type { Seller } from './invoices/invoice-policy';
import type { BillingDetails } from './store/billing-details';
import type { InvoiceRow, LineRow } from './store/invoices';

/** Invoices and what they are made with, in the words of the contract. */

export function detailsReply(details: BillingDetails): ReplyOf<typeof getBillingDetails> {
  return {
    legal_name: details.legalName,
    address: [...details.address],
    tax_id: details.taxId,
    email: details.email,
    purchase_order: details.purchaseOrder,
  };
}

export function invoiceSummary(row: InvoiceRow): ReplyOf<typeof listInvoices>['items'][number] {
  const { currency } = row;
  return {
    invoice_id: row.invoice_id,
    number: row.number,
    kind: row.kind,
    organization_id: row.organization_id,
    customer_name: row.customer_name,
    currency,
    period_from: toInstant(row.period_from_at),
    period_to: toInstant(row.period_to_at),
    issued_at: toInstant(row.issued_at),
    total: toMoney(row.total_micros, currency),
    closing_balance: toMoney(row.closing_micros, currency),
  };
}

export function invoiceReply(row: InvoiceRow): ReplyOf<typeof getInvoice> {
  const { currency } = row;
  const money = (amount: bigint) => toMoney(amount, currency);
  const seller = JSON.parse(row.seller_json) as Seller;
  const customer = JSON.parse(row.customer_json) as Seller & { purchaseOrder: string | null };
  const tax = JSON.parse(row.tax_json) as Tax;
  const statement = JSON.parse(row.statement_json) as Readonly<Record<string, string>>;
  const stated = (name: string) => money(BigInt(statement[name] ?? '0'));
  return {
    ...invoiceSummary(row),
    corrects_invoice_id: row.corrects_invoice_id,
    seller: partyReply(seller),
    customer: { ...partyReply(customer), purchase_order: customer.purchaseOrder },
    amounts: {
      exact: money(row.exact_micros),
      rounding: money(row.rounding_micros),
      total: money(row.total_micros),
      net: money(row.net_micros),
      tax: { name: tax.name, rate_percent: tax.ratePercent, inclusive: tax.inclusive, amount: money(row.tax_micros) },
      due: money(tax.inclusive ? 0n : row.tax_micros),
    },
    statement: {
      opening_balance: stated('opening'),
      top_ups: stated('top_ups'),
      credits: stated('credits'),
      usage: stated('usage'),
      refunds: stated('refunds'),
      disputes: stated('disputes'),
      expired: stated('expired'),
      adjustments: stated('adjustments'),
      closing_balance: stated('closing'),
    },
    footer: row.footer,
    line_count: row.line_count,
  };
}

function partyReply(party: Seller) {
  return { name: party.name, address: [...party.address], tax_id: party.taxId, email: party.email };
}

export function invoiceLine(row: LineRow, currency: string): ReplyOf<typeof listInvoiceLines>['items'][number] {
  return {
    line_number: row.line_number,
    kind: row.kind,
    charged: row.kind !== 'movement',
    description: row.description,
    day: row.day,
    project_id: row.project_id,
    project_name: row.project_name,
    sku_id: row.sku_id,
    sku_name: row.sku_name,
    gpu_count: row.gpu_count,
    gpu_seconds: row.gpu_milliseconds === null ? null : secondsText(row.gpu_milliseconds),
    price_per_hour: row.price_per_hour_micros === null ? null : toMoney(row.price_per_hour_micros, currency),
    amount: toMoney(row.amount_micros, currency),
    entry_id: row.entry_id,
  };
}

/** Exact, with three decimals. */
function secondsText(milliseconds: number): string {
  const magnitude = Math.abs(milliseconds);
  const decimals = String(magnitude % 1000).padStart(3, '0');
  return `${milliseconds < 0 ? '-' : ''}${Math.floor(magnitude / 1000)}.${decimals}`;
}
