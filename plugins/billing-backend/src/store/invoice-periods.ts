import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import { movementsOf, NOTHING_STATED } from '../domain/invoice';
import type { Stated } from '../domain/invoice';

/** Months that are closed. */

export interface ClosedMonth {
  readonly from: number;
  readonly invoiceId: string | null;
  readonly closing: Micros;
  readonly stated: Stated;
}

/**
 * Organizations of which that month is not closed, in the order of their ids, with when they became customers. Left out are those whose meters were not reviewed since its end:
 * what was used of it is not known yet where the money ran out meanwhile.
 */
export async function customersToInvoice(
  queries: Queries,
  page: { from: number; to: number; after: string; limit: number },
): Promise<{ organization_id: string; created_at: number; currency: string }[]> {
  return queries.all(
    `SELECT organization_id, created_at, currency FROM billing_customers AS customer
    WHERE organization_id > ? AND created_at < ? AND (review_at IS NULL OR review_at >= ?)
      AND NOT EXISTS (SELECT 1 FROM billing_invoice_periods WHERE organization_id = customer.organization_id AND period_from_at = ?)
    ORDER BY organization_id LIMIT ?`,
    [page.after, page.to, page.to, page.from, page.limit],
  );
}

interface PeriodRow {
  readonly period_from_at: number;
  readonly invoice_id: string | null;
  readonly closing_micros: Micros;
  readonly stated_json: string;
}

/** The last month of an organization that is closed. */
export async function lastClosedMonth(queries: Queries, organizationId: string): Promise<ClosedMonth | undefined> {
  const row = await queries.first<PeriodRow>(
    `SELECT period_from_at, invoice_id, closing_micros, stated_json FROM billing_invoice_periods
    WHERE organization_id = ? ORDER BY period_from_at DESC LIMIT 1`,
    [organizationId],
  );
  if (row === undefined) return undefined;
  return {
    from: row.period_from_at,
    invoiceId: row.invoice_id,
    closing: row.closing_micros,
    stated: readStated(row.stated_json),
  };
}

/** The newest invoice of an organization. */
export async function lastInvoiceId(queries: Queries, organizationId: string): Promise<string | null> {
  const row = await queries.first<{ invoice_id: string }>(
    `SELECT invoice_id FROM billing_invoice_periods WHERE organization_id = ? AND invoice_id IS NOT NULL ORDER BY period_from_at DESC LIMIT 1`,
    [organizationId],
  );
  return row?.invoice_id ?? null;
}

/** False when another replica has closed it, or is about to and succeeds. */
export async function closeMonth(tx: Transaction, month: ClosedMonth & { organizationId: string }): Promise<boolean> {
  const closed = await tx.run(
    `INSERT INTO billing_invoice_periods (organization_id, period_from_at, invoice_id, closing_micros, stated_json, closed_at)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (organization_id, period_from_at) DO NOTHING`,
    [month.organizationId, month.from, month.invoiceId, month.closing, writeStated(month.stated), tx.now],
  );
  return closed === 1;
}

interface StatedDocument {
  readonly movements: Readonly<Record<string, string>>;
  readonly usage: readonly [projectId: string, skuId: string, gpuMilliseconds: number, amount: string][];
}

function writeStated(stated: Stated): string {
  const document: StatedDocument = {
    movements: Object.fromEntries(Object.entries(stated.movements).map(([name, amount]) => [name, amount.toString()])),
    usage: stated.usage.map(sum => [sum.projectId, sum.skuId, sum.gpuMilliseconds, sum.amount.toString()]),
  };
  return JSON.stringify(document);
}

function readStated(json: string): Stated {
  const document = JSON.parse(json) as StatedDocument;
  return {
    // A kind of movement that came later was never stated.
    movements: movementsOf(name => BigInt(document.movements[name] ?? NOTHING_STATED.movements[name])),
    usage: document.usage.map(([projectId, skuId, gpuMilliseconds, amount]) => ({
      ...{ projectId, skuId, gpuMilliseconds },
      amount: BigInt(amount),
    })),
  };
}
