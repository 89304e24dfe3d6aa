import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { InvoiceRow, LineRow } from '../../store/invoices';
import { layOutInvoice } from './invoice-layout';
import type { InvoiceText } from './invoice-layout';
import { Sheet } from './sheet';
import type { Canvas } from './sheet';

const FACES = { text: 'DejaVuSansCondensed', bold: 'DejaVuSansCondensed-Bold', figures: 'DejaVuSansMono' } as const;
const { resolve } = createRequire(__filename);

/** Lines read and drawn at once: some hundredths of a second, in which nothing else is served. The memory of a document is about this many lines, however many it has. */
export const LINES_PER_READ = 50;

export interface LineSource {
  readonly charged: number;
  readonly movements: number;
  /** At most `LINES_PER_READ`, in order. */
  after(lineNumber: number): Promise<readonly LineRow[]>;
}

/**
 * An invoice as PDF, page after page. The same bytes whenever it is made: what stands in it is frozen, and dates and ids of the file are taken from it. Reads its lines outside of
 * any transaction, as fast as they are taken.
 */
export async function* invoicePdf(
  invoice: InvoiceRow,
  source: LineSource,
  options: { compress?: boolean } = {},
): AsyncGenerator<Uint8Array> {
  const text: InvoiceText = { invoice, charged: source.charged, movements: source.movements };
  const counted = new Sheet(null, () => undefined);
  for await (const _ of layOutInvoice(counted, text, blankLines(source)));

  const document = new PDFDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    compress: options.compress ?? true,
    lang: 'en',
    displayTitle: true,
    // One layout per text and no more is kept: a long invoice has a hundred thousand different ones.
    fontLayoutCache: false,
    info: {
      Title: `${invoice.number} · ${invoice.customer_name}`,
      Creator: 'Portico',
      Producer: 'Portico',
      CreationDate: new Date(invoice.issued_at),
    },
  } as ConstructorParameters<typeof PDFDocument>[0]);
  for (const [face, file] of Object.entries(FACES))
    document.registerFont(face, resolve(`dejavu-fonts-ttf/ttf/${file}.ttf`));
  const sheet = new Sheet(document as unknown as Canvas, page => drawFoot(page, invoice, counted.pages));
  for await (const _ of layOutInvoice(sheet, text, linesOf(source))) yield* taken(document);
  document.end();
  for await (const chunk of document) yield chunk as Uint8Array;
}

function* taken(document: PDFKit.PDFDocument): Generator<Uint8Array> {
  for (let chunk = document.read() as Uint8Array | null; chunk !== null; chunk = document.read() as Uint8Array | null)
    yield chunk;
}

async function* linesOf(source: LineSource): AsyncGenerator<readonly LineRow[]> {
  let last = 0;
  for (;;) {
    const rows = await source.after(last);
    if (rows.length > 0) yield rows;
    if (rows.length < LINES_PER_READ) return;
    last = rows.at(-1)?.line_number ?? last;
  }
}

const BLANK_LINE: LineRow = {
  line_number: 1,
  kind: 'usage',
  description: '',
  ...{ day: null, project_id: null, project_name: null, sku_id: null, sku_name: null },
  ...{ gpu_count: null, gpu_milliseconds: null, price_per_hour_micros: null, entry_id: null },
  amount_micros: 0n,
};

/** As many as there are: their height is all that counting needs. */
async function* blankLines({ charged, movements }: LineSource): AsyncGenerator<readonly LineRow[]> {
  for (let count = 0; count < charged; count += 1) yield [BLANK_LINE];
  for (let count = 0; count < movements; count += 1) yield [{ ...BLANK_LINE, kind: 'movement' }];
}

function drawFoot(sheet: Sheet, invoice: InvoiceRow, pages: number): void {
  sheet.foot(invoice.number, `page ${sheet.pages} of ${pages}`);
}
