import { toDecimal } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { figureText } from '../../domain/currency';
import { MOVEMENTS } from '../../domain/invoice';
import type { Tax } from '../../domain/invoice';
import type { InvoiceRow, LineRow } from '../../store/invoices';
import { CONTENT_WIDTH, PAGE } from './sheet';
import type { Cell, Sheet } from './sheet';

/** What an invoice looks like: ink on paper, hairlines, figures one below the other. */
export interface InvoiceText {
  readonly invoice: InvoiceRow;
  readonly charged: number;
  readonly movements: number;
}

interface Party {
  readonly name: string;
  readonly address: readonly string[];
  readonly taxId: string | null;
  readonly email: string | null;
  readonly purchaseOrder?: string | null;
}

const ROW = 13;
const HALF = CONTENT_WIDTH / 2;
const RIGHT = PAGE.left + HALF;

const MOVEMENT_WORDS = {
  top_ups: 'Payments',
  credits: 'Credits given without payment',
  refunds: 'Refunds',
  disputes: 'Disputed payments',
  expired: 'Credits that ran out',
  adjustments: 'Made good',
} as const;

/** Draws it, and stops after every batch of lines so that what is drawn can be taken away. */
export async function* layOutInvoice(
  sheet: Sheet,
  text: InvoiceText,
  lines: AsyncIterable<readonly LineRow[]>,
): AsyncGenerator<void> {
  const { invoice } = text;
  drawHead(sheet, invoice);
  drawParties(sheet, invoice);
  drawAmounts(sheet, invoice);
  drawStatement(sheet, invoice);
  yield;

  let table: 'charged' | 'movements' | undefined;
  for await (const batch of lines) {
    for (const line of batch) {
      const belongs = line.kind === 'movement' ? 'movements' : 'charged';
      if (table !== belongs) {
        if (table === 'charged') closeCharged(sheet, invoice);
        openTable(sheet, belongs);
        table = belongs;
      }
      sheet.need(ROW);
      if (belongs === 'charged') drawCharged(sheet, invoice.currency, line);
      else drawMovement(sheet, invoice.currency, line);
      sheet.down(ROW);
    }
    yield;
  }
  if (table === 'charged') closeCharged(sheet, invoice);
  sheet.endTable();
  drawClosingWords(sheet, invoice);
  yield;
}

function drawHead(sheet: Sheet, invoice: InvoiceRow): void {
  const seller = JSON.parse(invoice.seller_json) as Party;
  sheet.write(seller.name, { x: PAGE.left, width: HALF, size: 15, face: 'bold' });
  const title = invoice.kind === 'credit_note' ? 'CREDIT NOTE' : 'INVOICE';
  sheet.write(title, { x: RIGHT, width: HALF, size: 15, face: 'bold', align: 'right' });
  sheet.down(24);
  sheet.rule();
  sheet.down(8);
  const facts: [string, string][] = [
    ['Number', invoice.number],
    ['Period (UTC)', `${dateOf(invoice.period_from_at)} to ${dateOf(invoice.period_to_at - 1)}`],
    ['Issued', dateOf(invoice.issued_at)],
    ['Currency', invoice.currency],
  ];
  for (const [place, [label, value]] of facts.entries()) {
    const x = PAGE.left + (place * CONTENT_WIDTH) / facts.length;
    const width = CONTENT_WIDTH / facts.length - 6;
    sheet.write(label, { x, width, size: 7, faint: true });
    sheet.write(value, { x, width, size: 7.5, face: 'figures' }, 11);
  }
  sheet.down(30);
  sheet.rule({ faint: true });
  sheet.down(12);
}

function drawParties(sheet: Sheet, invoice: InvoiceRow): void {
  const seller = JSON.parse(invoice.seller_json) as Party;
  const customer = JSON.parse(invoice.customer_json) as Party;
  const columns = [linesOfParty('From', seller), linesOfParty('To', customer)];
  for (const [place, lines] of columns.entries()) {
    const cell = { x: PAGE.left + place * HALF, width: HALF - 12 };
    for (const [row, line] of lines.entries())
      sheet.write(
        line,
        { ...cell, size: row === 0 ? 7 : 8.5, faint: row === 0, face: row === 1 ? 'bold' : 'text' },
        row * 12,
      );
  }
  sheet.down(Math.max(...columns.map(lines => lines.length)) * 12 + 10);
}

function linesOfParty(label: string, party: Party): string[] {
  return [
    label,
    party.name,
    ...party.address,
    ...(party.taxId ? [`Tax number ${party.taxId}`] : []),
    ...(party.email ? [party.email] : []),
    ...(party.purchaseOrder ? [`Your reference ${party.purchaseOrder}`] : []),
  ];
}

function drawAmounts(sheet: Sheet, invoice: InvoiceRow): void {
  const { currency } = invoice;
  const tax = JSON.parse(invoice.tax_json) as Tax;
  const due = tax.inclusive ? 0n : invoice.tax_micros;
  const rows: [string, Micros][] = [['Total', invoice.total_micros]];
  if (Number(tax.ratePercent) > 0) {
    if (tax.inclusive) rows.push(['Net', invoice.net_micros]);
    rows.push([`${tax.name} ${tax.ratePercent} % ${tax.inclusive ? 'included' : 'on top'}`, invoice.tax_micros]);
  }
  rows.push(['Paid from the balance', invoice.total_micros], ['Still due', due]);
  sheet.rule();
  sheet.down(8);
  for (const [place, [label, amount]] of rows.entries()) {
    const isTotal = place === 0;
    const size = isTotal ? 13 : 8.5;
    sheet.write(label, { x: PAGE.left, width: HALF, size, face: isTotal ? 'bold' : 'text' });
    const figures = { x: RIGHT, width: HALF, size, face: 'figures', align: 'right' } as const;
    sheet.write(`${figureText(amount, currency)} ${currency}`, figures);
    sheet.down(isTotal ? 21 : ROW);
  }
  sheet.down(6);
}

function drawStatement(sheet: Sheet, invoice: InvoiceRow): void {
  const statement = JSON.parse(invoice.statement_json) as Record<string, string>;
  const row = (label: string, name: string, strong = false) => {
    const face = strong ? 'bold' : 'text';
    sheet.write(label, { x: PAGE.left, width: HALF, face, size: 8 });
    const figures = { x: RIGHT, width: HALF, face: 'figures', align: 'right', size: 8 } as const;
    sheet.write(toDecimal(BigInt(statement[name] ?? '0')), figures);
    sheet.down(ROW);
  };
  sheet.rule();
  sheet.down(6);
  heading(sheet, 'How the balance moved, exact');
  row(`Balance on ${dateOf(invoice.period_from_at)} 00:00`, 'opening');
  row('Use, and corrections of use', 'usage');
  for (const name of MOVEMENTS) if ((statement[name] ?? '0') !== '0') row(MOVEMENT_WORDS[name], name);
  sheet.rule({ faint: true });
  sheet.down(4);
  row(`Balance on ${dateOf(invoice.period_to_at)} 00:00`, 'closing', true);
  sheet.down(8);
}

function heading(sheet: Sheet, words: string): void {
  sheet.write(words, { x: PAGE.left, width: CONTENT_WIDTH, size: 9, face: 'bold' });
  sheet.down(16);
}

/** Columns side by side, in points. */
function columns<const Name extends string>(widths: readonly (readonly [Name, number, 'left' | 'right'])[]) {
  let x: number = PAGE.left;
  const cells = widths.map(([name, width, align]) => {
    const cell: Cell = { x, width: width - 6, size: 7, align };
    x += width;
    return [name, cell] as const;
  });
  return Object.fromEntries(cells) as Record<Name, Cell>;
}

const CHARGED = columns([
  ['Day', 56, 'left'],
  ['Project', 120, 'left'],
  ['Hardware', 104, 'left'],
  ['GPUs', 30, 'right'],
  ['GPU time h:m:s', 72, 'right'],
  ['Price per hour', 62, 'right'],
  ['Amount', CONTENT_WIDTH - 444 + 6, 'right'],
]);
const MOVED = columns([
  ['Day', 56, 'left'],
  ['What', CONTENT_WIDTH - 56 - 90, 'left'],
  ['Amount', 90 + 6, 'right'],
]);

/** Room for a heading, the head of the table and two rows: none of them ends a page alone. */
const TABLE_BEGIN = 16 + 18 + 2 * ROW;

function openTable(sheet: Sheet, table: 'charged' | 'movements'): void {
  sheet.endTable();
  sheet.need(TABLE_BEGIN);
  heading(sheet, table === 'charged' ? 'What was used, and what was made good' : 'What else moved the balance');
  const cells: Record<string, Cell> = table === 'charged' ? CHARGED : MOVED;
  sheet.beginTable(() => {
    for (const [name, cell] of Object.entries(cells)) sheet.write(name, { ...cell, faint: true, size: 6.5 });
    sheet.down(11);
    sheet.rule();
    sheet.down(5);
  });
}

function drawCharged(sheet: Sheet, currency: string, line: LineRow): void {
  const figures = (cell: Cell): Cell => ({ ...cell, face: 'figures', size: 6.5 });
  if (line.day !== null) sheet.write(line.day, figures(CHARGED.Day));
  if (line.kind === 'usage') {
    sheet.write(line.project_name ?? line.project_id ?? '', CHARGED.Project);
    sheet.write(line.sku_name ?? line.sku_id ?? '', CHARGED.Hardware);
  } else {
    const about = [line.description, line.project_name, line.sku_name].filter(Boolean).join(' · ');
    sheet.write(about, { ...CHARGED.Project, width: CHARGED.Project.width + CHARGED.Hardware.width + 6 });
  }
  if (line.gpu_count !== null) sheet.write(String(line.gpu_count), figures(CHARGED.GPUs));
  if (line.gpu_milliseconds !== null) sheet.write(hoursText(line.gpu_milliseconds), figures(CHARGED['GPU time h:m:s']));
  if (line.price_per_hour_micros !== null)
    sheet.write(shortDecimal(line.price_per_hour_micros), figures(CHARGED['Price per hour']));
  sheet.write(figureText(line.amount_micros, currency), figures(CHARGED.Amount));
}

function closeCharged(sheet: Sheet, invoice: InvoiceRow): void {
  const { currency } = invoice;
  sheet.need(3 * ROW);
  sheet.rule({ faint: true });
  sheet.down(5);
  const words = { ...CHARGED.Project, width: CHARGED['Price per hour'].x - CHARGED.Project.x };
  const figures = { ...CHARGED.Amount, face: 'figures', size: 6.5 } as const;
  sheet.write('Rounding: the total is the exact sum, rounded once, not the sum of rounded lines', words);
  sheet.write(figureText(invoice.rounding_micros, currency), figures);
  sheet.down(ROW);
  sheet.write(`Total, exact ${toDecimal(invoice.exact_micros)}`, { ...words, face: 'bold' });
  sheet.write(figureText(invoice.total_micros, currency), figures);
  sheet.down(ROW + 14);
}

function drawMovement(sheet: Sheet, currency: string, line: LineRow): void {
  if (line.day !== null) sheet.write(line.day, { ...MOVED.Day, face: 'figures', size: 6.5 });
  sheet.write(line.description, MOVED.What);
  sheet.write(figureText(line.amount_micros, currency), { ...MOVED.Amount, face: 'figures', size: 6.5 });
}

/** Of the footer; about what a line holds at its size. */
const FOOTER_LETTERS_PER_LINE = 110;

function drawClosingWords(sheet: Sheet, invoice: InvoiceRow): void {
  const lines = wrapped(invoice.footer, FOOTER_LETTERS_PER_LINE);
  if (lines.length === 0) return;
  sheet.need(16 + lines.length * 11);
  sheet.down(14);
  for (const line of lines) {
    sheet.write(line, { x: PAGE.left, width: CONTENT_WIDTH, size: 7.5, faint: true });
    sheet.down(11);
  }
}

function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/u).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A price as it was set: without the zeros at its end beyond two decimals. */
function shortDecimal(amount: Micros): string {
  return toDecimal(amount).replace(/(\.\d\d\d*?)0+$/, '$1');
}

/** Hours, minutes and seconds, exact. */
function hoursText(milliseconds: number): string {
  const magnitude = Math.abs(milliseconds);
  const seconds = Math.floor(magnitude / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const rest = magnitude % 1000 === 0 ? '' : `.${String(magnitude % 1000).padStart(3, '0')}`;
  return `${milliseconds < 0 ? '-' : ''}${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${rest}`;
}
