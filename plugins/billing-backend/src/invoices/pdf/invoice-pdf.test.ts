import { writeFileSync } from 'node:fs';
import type { InvoiceRow, LineRow } from '../../store/invoices';
import { pdfPages } from '../../testing/pdf-text';
import { invoicePdf, LINES_PER_READ } from './invoice-pdf';
import { directionalRuns, fitted, printable } from './printable';

const party = { address: ['1 Long Way', '12345 Town'], taxId: 'DE 123', email: 'billing@example.com' };
const invoiceOf = (changed: Partial<InvoiceRow> & { customer?: string } = {}): InvoiceRow => {
  const { customer = 'Ωμέγα Α.Ε.', ...row } = changed;
  return {
    invoice_id: 'invoice_1',
    organization_id: 'org_1',
    number: 'INV-2026-000123',
    kind: 'invoice',
    corrects_invoice_id: null,
    currency: 'USD',
    period_from_at: Date.UTC(2026, 1),
    period_to_at: Date.UTC(2026, 2),
    issued_at: Date.UTC(2026, 2, 1, 6, 0, 5),
    customer_name: customer,
    customer_json: JSON.stringify({ ...party, name: customer, purchaseOrder: 'PO 77' }),
    seller_json: JSON.stringify({ ...party, name: 'Portico GmbH' }),
    tax_json: JSON.stringify({ name: 'VAT', ratePercent: '19', inclusive: true }),
    statement_json: JSON.stringify({
      ...{ opening: '5000000', top_ups: '100000000', credits: '0', usage: '-47600004', refunds: '0' },
      ...{ disputes: '0', expired: '0', adjustments: '0', closing: '57399996' },
    }),
    footer: 'Thank you. Registered in Town, HRB 1234.',
    exact_micros: 47_600_004n,
    rounding_micros: 10_000n,
    total_micros: 47_600_000n,
    net_micros: 40_000_000n,
    tax_micros: 7_600_000n,
    opening_micros: 5_000_000n,
    closing_micros: 57_399_996n,
    line_count: 3,
    ...row,
  };
};
const usage = (place: number, changed: Partial<LineRow> = {}): LineRow => ({
  line_number: place + 1,
  kind: 'usage',
  description: 'Usage',
  day: `2026-02-${String((place % 28) + 1).padStart(2, '0')}`,
  project_id: 'proj_1',
  project_name: 'vision',
  sku_id: 'sku_1',
  sku_name: 'H200 SXM 141 GB',
  gpu_count: 8,
  gpu_milliseconds: 8 * 3_600_000 + 1,
  price_per_hour_micros: 19_920_000n,
  amount_micros: 19_920_001n,
  entry_id: null,
  ...changed,
});
const sourceOf = (lines: readonly LineRow[]) => ({
  charged: lines.filter(line => line.kind !== 'movement').length,
  movements: lines.filter(line => line.kind === 'movement').length,
  after: async (number: number) => lines.filter(line => line.line_number > number).slice(0, LINES_PER_READ),
});
const fileOf = async (invoice: InvoiceRow, lines: readonly LineRow[]) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of invoicePdf(invoice, sourceOf(lines))) chunks.push(chunk);
  return Buffer.concat(chunks);
};

test('says what the invoice says, with names in their own script', async () => {
  const lines = [
    usage(0),
    usage(1, { project_name: 'مشروع الرؤية', sku_name: null }),
    usage(2, {
      kind: 'adjustment',
      description: 'node-3 could not be reached',
      gpu_count: null,
      amount_micros: -1_500n,
    }),
    usage(3, { kind: 'movement', description: 'Payment', amount_micros: 100_000_000n }),
  ];
  const [page, ...more] = pdfPages(await fileOf(invoiceOf(), lines));
  expect(more).toEqual([]);
  for (const said of [
    ...['INVOICE', 'INV-2026-000123', 'Ωμέγα Α.Ε.', 'Portico GmbH', 'Your reference PO 77', '2026-02-01 to 2026-02-28'],
    ...['47.60 USD', '40.00 USD', '7.60 USD', 'VAT 19 % included', '0.00 USD', '57.399996', '-47.600004', '100.000000'],
    ...['vision', 'H200 SXM 141 GB', 'sku_1', '8:00:00.001', '19.92', '0.01', 'Payment', 'page 1 of 1'],
    ...['node-3 could not be reached · vision · H200 SXM 141 GB', 'Total, exact 47.600004'],
  ])
    expect(page).toContain(said);
  // Shaped and in the order of reading from the right: the glyphs of the last word come first.
  expect(page?.some(text => /[\u0600-\u06ff\ufb50-\ufeff]{3,} [\u0600-\u06ff\ufb50-\ufeff]{3,}/u.test(text))).toBe(
    true,
  );
  if (process.env.PDF_TO !== undefined) writeFileSync(process.env.PDF_TO, await fileOf(invoiceOf(), lines));
});

test('long tables flow over pages, each with the head of its table and its number', async () => {
  const lines = [
    ...Array.from({ length: 450 }, (_, place) => usage(place)),
    ...Array.from({ length: 130 }, (_, place) => usage(450 + place, { kind: 'movement', description: 'Payment' })),
  ];
  const file = await fileOf(invoiceOf(), lines);
  if (process.env.PDF_LONG_TO !== undefined) writeFileSync(process.env.PDF_LONG_TO, file);
  const pages = pdfPages(file);
  expect(pages.length).toBeGreaterThan(8);
  for (const [place, page] of pages.entries()) {
    expect(page).toContain(`page ${place + 1} of ${pages.length}`);
    expect(page).toContain('Amount');
    expect(page).toContain('INV-2026-000123');
  }
  expect(pages.flat().filter(text => text === 'vision')).toHaveLength(450);
  expect(pages.flat().filter(text => text === 'Payment')).toHaveLength(130);
  expect(pages.flat().filter(text => text.startsWith('Total, exact'))).toHaveLength(1);
});

test('is the same bytes for the same invoice', async () => {
  const lines = [usage(0), usage(1)];
  expect((await fileOf(invoiceOf(), lines)).equals(await fileOf(invoiceOf(), lines))).toBe(true);
});

test.each([
  ['overrides of direction', 'evil\u202Egnp.exe\u2066x', 'evilgnp.exex'],
  ['control characters', 'a\u0000b\u001b[31mc\r\nd\u2028e', 'a b [31mc d e'],
  ['piles of accents', `Z${'\u0351'.repeat(300)}algo`, `Z${'\u0351'.repeat(3)}algo`],
  ['halves of characters', 'a\ud800b', 'ab'],
])('%s do not lay out the document', async (_what, name, shown) => {
  expect(printable(name)).toBe(shown);
  const pages = pdfPages(await fileOf(invoiceOf({ customer: name }), [usage(0, { project_name: name })]));
  expect(pages.flat().join('\n')).not.toMatch(/[\u202e\u2066\u0000\u001b]/u);
  expect(pages).toHaveLength(1);
});

test('a name that is too long is cut with an ellipsis, never within a letter', async () => {
  expect(fitted('abcdef', text => text.length <= 4)).toBe('abc…');
  expect(fitted('👩‍🚀👩‍🚀👩‍🚀', text => text.length <= 6)).toBe('👩‍🚀…');
  expect(fitted('fits', () => true)).toBe('fits');
  const name = 'endless '.repeat(2_000);
  const page = pdfPages(await fileOf(invoiceOf({ customer: name }), [usage(0, { project_name: name })])).flat();
  expect(page.filter(text => /^endless.*…$/.test(text))).toHaveLength(2);
});

test('what is read from the right is one run, figures among it are not', () => {
  expect(directionalRuns('Lab مشروع الرؤية 42')).toEqual(['Lab ', 'مشروع الرؤية', ' 42']);
  expect(directionalRuns('plain')).toEqual(['plain']);
});

test('a credit note is called one, in the coins of its currency; tax on top is still due', async () => {
  const credit = invoiceOf({ kind: 'credit_note', currency: 'BHD', total_micros: -1_234_000n, rounding_micros: 0n });
  expect(pdfPages(await fileOf(credit, [])).flat()).toEqual(expect.arrayContaining(['CREDIT NOTE', '-1.234 BHD']));
  const onTop = invoiceOf({ tax_json: JSON.stringify({ name: 'VAT', ratePercent: '19', inclusive: false }) });
  const page = pdfPages(await fileOf(onTop, [])).flat();
  expect(page[page.indexOf('Still due') + 1]).toBe('7.60 USD');
});
