import type { AccessPort } from '@portico/plugin-access/port';
import type { Database, Outbox, Transaction } from '@portico/plugin-kit/backend';
import { newId, toInstant, toMoney } from '@portico/plugin-kit/contract';
import type { SkuNames } from '@portico/plugin-billing/port';
import { amountsOf, monthOf, NOTHING_STATED } from '../domain/invoice';
import type { Month } from '../domain/invoice';
import { nextOf } from '../domain/rollup-periods';
import type { InvoicePolicy } from '../invoices/invoice-policy';
import { billingDetailsOf } from '../store/billing-details';
import { closeMonth, lastInvoiceId } from '../store/invoice-periods';
import type { ClosedMonth } from '../store/invoice-periods';
import { entriesWithin, movementsBefore, usageBefore, usageByDay } from '../store/invoice-sources';
import { insertInvoice, insertLines, nextNumber } from '../store/invoices';
import type { NamedLine } from '../store/invoices';

export interface InvoiceDeps {
  readonly database: Database;
  readonly outbox: Outbox;
  readonly access: Pick<AccessPort, 'names'>;
  readonly skuNames: SkuNames;
  readonly invoices: InvoicePolicy;
}

interface DueMonth {
  readonly organizationId: string;
  readonly currency: string;
  readonly from: number;
  /** The month before; undefined for the first. */
  readonly before: ClosedMonth | undefined;
}

/** Digits of a number: a million a year in order, more if need be. */
const NUMBER_DIGITS = 6;

/**
 * Closes a month of an organization: with an invoice, or without one when nothing happened in it. What it comes to is read before the transaction begins, because nothing written
 * later can make it wrong: what comes to light afterwards is a difference to what was stated, and on the next invoice. Returns null when another replica was faster.
 */
export async function closeMonthOf(deps: InvoiceDeps, due: DueMonth): Promise<ClosedMonth | null> {
  const { database } = deps;
  const { organizationId, from } = due;
  const to = nextOf('month', from);
  const known = {
    usage: await usageByDay(database.read, { organizationId, from, to }),
    usageBefore: await usageBefore(database.read, { organizationId, before: from }),
    entries: await entriesWithin(database.read, { organizationId, from, to }),
    movements: await movementsBefore(database.read, { organizationId, before: to }),
  };
  const month = monthOf(known, { opening: due.before?.closing ?? 0n, stated: due.before?.stated ?? NOTHING_STATED });
  const lines = await namedLines(deps, month);
  const closing = month.statement.closing;
  return database.transaction(async tx => {
    const invoiceId = lines.length === 0 ? null : newId('invoice', tx.now);
    const closed = { from, invoiceId, closing, stated: month.stated };
    // Before this month is closed: the invoice before it.
    const previous = await lastInvoiceId(tx, organizationId);
    if (!(await closeMonth(tx, { ...closed, organizationId }))) return null;
    if (invoiceId !== null) await issue(tx, deps, { ...due, to, invoiceId, previous, month, lines });
    return closed;
  });
}

/** By the names of projects and hardware, then by day. */
async function namedLines(deps: InvoiceDeps, { lines }: Month): Promise<NamedLine[]> {
  const idsOf = (field: 'projectId' | 'skuId') => [
    ...new Set(lines.flatMap(line => (line[field] === null ? [] : [line[field]]))),
  ];
  const projects = await deps.access.names(deps.database.read, { projects: idsOf('projectId') });
  const skus = await deps.skuNames.ofSkus(deps.database.read, idsOf('skuId'));
  const named = lines.map(line => ({
    ...line,
    projectName: line.projectId === null ? null : (projects.get(line.projectId) ?? null),
    skuName: line.skuId === null ? null : (skus.get(line.skuId) ?? null),
  }));
  const kinds = ['usage', 'usage_correction', 'adjustment', 'movement'];
  const rank = (line: NamedLine) => [
    kinds.indexOf(line.kind),
    ...(line.kind.startsWith('usage')
      ? [line.projectName ?? '~', line.projectId, line.skuName ?? '~', line.skuId]
      : []),
  ];
  // A stable sort: within a project and its hardware the days stay in order.
  return named.sort((a, b) => compare(rank(a), rank(b)));
}

function compare(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [place, value] of a.entries()) {
    const other = b[place];
    if (value === other) continue;
    return (value as string) < (other as string) ? -1 : 1;
  }
  return 0;
}

async function issue(
  tx: Transaction,
  deps: InvoiceDeps,
  invoice: DueMonth & {
    to: number;
    invoiceId: string;
    previous: string | null;
    month: Month;
    lines: readonly NamedLine[];
  },
): Promise<void> {
  const { organizationId, currency, from, to, invoiceId, previous, month, lines } = invoice;
  const { seller, tax, footer, series } = deps.invoices;
  const details = await billingDetailsOf(tx, organizationId);
  const names = await deps.access.names(tx, { organizations: [organizationId] });
  const customerName = details.legalName ?? names.get(organizationId) ?? organizationId;
  const amounts = amountsOf(lines, { currency, tax });
  const kind = amounts.total < 0n ? 'credit_note' : 'invoice';
  await insertLines(tx, { invoiceId, lines });
  // Last of all that others may wait for: the series is held for as short as can be.
  const year = new Date(tx.now).getUTCFullYear();
  const sequence = await nextNumber(tx, { series, year });
  const number = `${series}-${year}-${String(sequence).padStart(NUMBER_DIGITS, '0')}`;
  await insertInvoice(tx, {
    invoice_id: invoiceId,
    organization_id: organizationId,
    number,
    kind,
    corrects_invoice_id: kind === 'credit_note' ? previous : null,
    currency,
    period_from_at: from,
    period_to_at: to,
    issued_at: tx.now,
    customer_name: customerName,
    customer_json: JSON.stringify({ ...details, name: customerName }),
    seller_json: JSON.stringify(seller),
    tax_json: JSON.stringify(tax),
    statement_json: JSON.stringify(
      Object.fromEntries(Object.entries(month.statement).map(([name, amount]) => [name, amount.toString()])),
    ),
    footer,
    exact_micros: amounts.exact,
    rounding_micros: amounts.rounding,
    total_micros: amounts.total,
    net_micros: amounts.net,
    tax_micros: amounts.tax,
    opening_micros: month.statement.opening,
    closing_micros: month.statement.closing,
    line_count: lines.length,
  });
  await deps.outbox.append(tx, {
    eventType: 'billing.invoice_issued',
    correlationId: newId('corr', tx.now),
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      invoice_id: invoiceId,
      number,
      kind,
      period_from: toInstant(from),
      period_to: toInstant(to),
      total: toMoney(amounts.total, currency),
    },
  });
}
