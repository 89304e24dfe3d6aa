import { cutPage, encodeCursor, decodeCursor } from '@portico/plugin-kit/backend';
import type { Parameter, Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { InvoiceLine } from '../domain/invoice';

/** Invoices and their lines: written once, read ever after. Nothing here changes or removes a row. */

export interface InvoiceRow {
  readonly invoice_id: string;
  readonly organization_id: string;
  readonly number: string;
  readonly kind: 'invoice' | 'credit_note';
  readonly corrects_invoice_id: string | null;
  readonly currency: string;
  readonly period_from_at: number;
  readonly period_to_at: number;
  readonly issued_at: number;
  readonly customer_name: string;
  readonly customer_json: string;
  readonly seller_json: string;
  readonly tax_json: string;
  readonly statement_json: string;
  readonly footer: string;
  readonly exact_micros: Micros;
  readonly rounding_micros: Micros;
  readonly total_micros: Micros;
  readonly net_micros: Micros;
  readonly tax_micros: Micros;
  readonly opening_micros: Micros;
  readonly closing_micros: Micros;
  readonly line_count: number;
}

const COLUMNS = [
  'invoice_id',
  'organization_id',
  'number',
  'kind',
  'corrects_invoice_id',
  'currency',
  'period_from_at',
  'period_to_at',
  'issued_at',
  'customer_name',
  'customer_json',
  'seller_json',
  'tax_json',
  'statement_json',
  'footer',
  'exact_micros',
  'rounding_micros',
  'total_micros',
  'net_micros',
  'tax_micros',
  'opening_micros',
  'closing_micros',
  'line_count',
] as const satisfies readonly (keyof InvoiceRow)[];

export async function insertInvoice(tx: Transaction, invoice: InvoiceRow): Promise<void> {
  await tx.run(
    `INSERT INTO billing_invoices (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    COLUMNS.map(column => invoice[column]),
  );
}

/** The next number of a series in a year. Whoever has it holds the series until the transaction ends, so a number that is not used is not given. */
export async function nextNumber(tx: Transaction, series: { series: string; year: number }): Promise<number> {
  const row = await tx.first<{ last_number: number }>(
    `INSERT INTO billing_invoice_series (series, year, last_number) VALUES (?, ?, 1)
    ON CONFLICT (series, year) DO UPDATE SET last_number = billing_invoice_series.last_number + 1 RETURNING last_number`,
    [series.series, series.year],
  );
  if (row === undefined) throw new Error('a series gave no number');
  return row.last_number;
}

/** A line with the names of its time. */
export type NamedLine = InvoiceLine & { readonly projectName: string | null; readonly skuName: string | null };

const LINE_COLUMNS =
  'invoice_id, line_number, kind, description, day, project_id, project_name, sku_id, sku_name, gpu_count, gpu_milliseconds, price_per_hour_micros, amount_micros, entry_id';
const LINE_COLUMN_COUNT = LINE_COLUMNS.split(',').length;
const LINES_PER_STATEMENT = 100;

export async function insertLines(
  tx: Transaction,
  { invoiceId, lines }: { invoiceId: string; lines: readonly NamedLine[] },
): Promise<void> {
  const placeholders = `(${Array(LINE_COLUMN_COUNT).fill('?').join(', ')})`;
  for (let first = 0; first < lines.length; first += LINES_PER_STATEMENT) {
    const some = lines.slice(first, first + LINES_PER_STATEMENT);
    await tx.run(
      `INSERT INTO billing_invoice_lines (${LINE_COLUMNS}) VALUES ${some.map(() => placeholders).join(', ')}`,
      some.flatMap((line, place): Parameter[] => [
        invoiceId,
        first + place + 1,
        line.kind,
        line.description,
        line.day,
        line.projectId,
        line.projectName,
        line.skuId,
        line.skuName,
        line.gpuCount,
        line.gpuMilliseconds,
        line.pricePerHour,
        line.amount,
        line.entryId,
      ]),
    );
  }
}

export async function invoiceById(queries: Queries, invoiceId: string): Promise<InvoiceRow | undefined> {
  return queries.first<InvoiceRow>(`SELECT ${COLUMNS.join(', ')} FROM billing_invoices WHERE invoice_id = ?`, [
    invoiceId,
  ]);
}

/** Newest first; of every organization when none is named. */
export async function invoicesPage(
  queries: Queries,
  page: { organizationId?: string; number?: string; after: Place | undefined; limit: number },
): Promise<InvoiceRow[]> {
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  const where = (condition: string, ...values: Parameter[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (page.organizationId !== undefined) where('organization_id = ?', page.organizationId);
  if (page.number !== undefined) where('number = ?', page.number);
  if (page.after !== undefined) where('(issued_at, number) < (?, ?)', page.after.at, page.after.id);
  return queries.all<InvoiceRow>(
    `SELECT ${COLUMNS.join(', ')} FROM billing_invoices${conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`}
    ORDER BY issued_at DESC, number DESC LIMIT ?`,
    [...parameters, page.limit],
  );
}

export interface LineRow {
  readonly line_number: number;
  readonly kind: InvoiceLine['kind'];
  readonly description: string;
  readonly day: string | null;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly sku_id: string | null;
  readonly sku_name: string | null;
  readonly gpu_count: number | null;
  readonly gpu_milliseconds: number | null;
  readonly price_per_hour_micros: Micros | null;
  readonly amount_micros: Micros;
  readonly entry_id: string | null;
}

/** In the order of their numbers. */
export async function linesAfter(
  queries: Queries,
  page: { invoiceId: string; after: number; limit: number },
): Promise<LineRow[]> {
  return queries.all<LineRow>(
    `SELECT ${LINE_COLUMNS} FROM billing_invoice_lines WHERE invoice_id = ? AND line_number > ? ORDER BY line_number LIMIT ?`,
    [page.invoiceId, page.after, page.limit],
  );
}

export async function linesPage(
  queries: Queries,
  page: { invoiceId: string; limit: number; cursor: string | undefined },
): Promise<{ rows: readonly LineRow[]; nextCursor: string | null }> {
  const list = `billing.invoice_lines ${page.invoiceId}`;
  const [after = 0] = page.cursor === undefined ? [] : (decodeCursor(list, page.cursor, ['number']) as number[]);
  const rows = await linesAfter(queries, { invoiceId: page.invoiceId, after, limit: page.limit + 1 });
  const { shown, nextCursor } = cutPage(rows, page.limit, last => encodeCursor(list, [last.line_number]));
  return { rows: shown, nextCursor };
}

/** How many lines of an invoice are part of its total, and how many tell of the balance alone. */
export async function countLines(queries: Queries, invoiceId: string): Promise<{ charged: number; movements: number }> {
  const row = await queries.first<{ lines: number; movements: number }>(
    `SELECT COUNT(*) AS lines, COUNT(CASE WHEN kind = 'movement' THEN 1 END) AS movements FROM billing_invoice_lines WHERE invoice_id = ?`,
    [invoiceId],
  );
  const { lines, movements } = row ?? { lines: 0, movements: 0 };
  return { charged: lines - movements, movements };
}
