import type { Queries } from '@portico/plugin-kit/backend';

/**
 * Invoices are of their lines, months follow each other from the first without gap and each opens with what the one before closed with, and numbers of a series and year go from
 * one to the last that was given.
 */
export async function invoicesTile(queries: Queries): Promise<string[]> {
  const problems: string[] = [];
  const ofLines = await queries.all<{ number: string }>(
    `SELECT invoice.number FROM billing_invoices AS invoice LEFT JOIN billing_invoice_lines AS line ON line.invoice_id = invoice.invoice_id
    GROUP BY invoice.number, invoice.exact_micros, invoice.opening_micros, invoice.closing_micros, invoice.line_count
    HAVING coalesce(sum(CASE WHEN line.kind = 'movement' THEN 0 ELSE line.amount_micros END), 0) <> invoice.exact_micros
      OR coalesce(sum(CASE WHEN line.kind = 'movement' THEN line.amount_micros ELSE -line.amount_micros END), 0) <> invoice.closing_micros - invoice.opening_micros
      OR count(line.line_number) <> invoice.line_count`,
  );
  problems.push(...ofLines.map(row => `invoice ${row.number} is not what its lines come to`));

  const months = await queries.all<{
    organization_id: string;
    period_from_at: number;
    closing_micros: bigint;
    number: string | null;
    opening_micros: bigint | null;
    invoice_closing_micros: bigint | null;
    period_to_at: number | null;
  }>(
    `SELECT period.organization_id, period.period_from_at, period.closing_micros, invoice.number, invoice.opening_micros,
      invoice.closing_micros AS invoice_closing_micros, invoice.period_to_at
    FROM billing_invoice_periods AS period LEFT JOIN billing_invoices AS invoice ON invoice.invoice_id = period.invoice_id
    ORDER BY period.organization_id, period.period_from_at`,
  );
  let before: (typeof months)[number] | undefined;
  for (const month of months) {
    const follows = before?.organization_id === month.organization_id ? before : undefined;
    const of = `${month.organization_id} in ${new Date(month.period_from_at).toISOString().slice(0, 7)}`;
    if (follows !== undefined && monthAfter(follows.period_from_at) !== month.period_from_at)
      problems.push(`${of} is closed, and the month before is not`);
    const opening = follows?.closing_micros ?? 0n;
    if (month.number === null) {
      if (month.closing_micros !== opening) problems.push(`the balance of ${of} moved without an invoice`);
    } else if (
      month.opening_micros !== opening ||
      month.invoice_closing_micros !== month.closing_micros ||
      month.period_to_at !== monthAfter(month.period_from_at)
    ) {
      problems.push(`${month.number} does not follow the invoice before`);
    }
    before = month;
  }

  const series = await queries.all<{ series: string; year: number; last_number: number }>(
    'SELECT series, year, last_number FROM billing_invoice_series',
  );
  const numbers = new Set(
    (await queries.all<{ number: string }>('SELECT number FROM billing_invoices')).map(row => row.number),
  );
  for (const { series: name, year, last_number: last } of series)
    for (let sequence = 1; sequence <= last; sequence += 1) {
      const number = `${name}-${year}-${String(sequence).padStart(6, '0')}`;
      if (!numbers.delete(number)) problems.push(`${number} was given and is not there`);
    }
  return [...problems, ...[...numbers].map(number => `${number} was not given by its series`)];
}

function monthAfter(from: number): number {
  const date = new Date(from);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}
