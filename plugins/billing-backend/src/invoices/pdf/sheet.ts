import { directionalRuns, fitted, printable } from './printable';

/** A4, in points of 1/72 inch. */
export const PAGE = { width: 595.28, height: 841.89, left: 48, right: 48, top: 48, bottom: 64 } as const;
export const CONTENT_WIDTH = PAGE.width - PAGE.left - PAGE.right;

const INK = '#14181d';
const FAINT = '#5c6670';
const HAIRLINE = '#c3cad1';

export type Face = 'text' | 'bold' | 'figures';

/** The part of pdfkit that is drawn with. */
export interface Canvas {
  addPage(): unknown;
  font(name: string, size: number): Canvas;
  fillColor(color: string): Canvas;
  widthOfString(text: string, options: object): number;
  text(text: string, x: number, y: number, options: object): Canvas;
  moveTo(x: number, y: number): Canvas;
  lineTo(x: number, y: number): Canvas;
  lineWidth(width: number): Canvas;
  strokeColor(color: string): Canvas;
  stroke(): Canvas;
}

export interface Cell {
  readonly x: number;
  readonly width: number;
  readonly size?: number;
  readonly face?: Face;
  readonly faint?: boolean;
  readonly align?: 'left' | 'right';
}

/** No layout of its own: every piece is one run in one direction, shaped as a whole. */
const SHAPED = { features: [], lineBreak: false } as const;

interface PreparedText {
  readonly runs: readonly { readonly text: string; readonly width: number }[];
  readonly width: number;
}

/** Texts that are remembered with their measures: the names of a page of lines, several times over. */
const KNOWN_MAX = 1_000;
/** Letters of the longest line of a page, with room to spare. */
const LENGTH_MAX = 400;
/** Figures, dates and numbers of invoices; each sign as wide as every other. */
const PLAIN = /^[\x20-\x2f0-9:A-Z]{1,40}$/;
/** Width of a sign of the face of figures, in parts of its size. */
const FIGURE_EMS = 0.602051;

/**
 * Paper that flows: rows of known height one below the other, a new page when one does not fit. Without a canvas nothing is drawn and the pages are counted, by the very same
 * steps, so that every page can say how many there are before the last one is known.
 */
export class Sheet {
  pages = 0;
  y = 0;
  /** Drawn at the top of every page that begins within a table. */
  #repeatHead: (() => void) | undefined;
  readonly #known = new Map<string, PreparedText>();
  readonly #canvas: Canvas | null;
  readonly #drawFoot: (sheet: Sheet) => void;

  constructor(canvas: Canvas | null, drawFoot: (sheet: Sheet) => void) {
    this.#canvas = canvas;
    this.#drawFoot = drawFoot;
    this.#begin();
  }

  #begin(): void {
    this.#canvas?.addPage();
    this.pages += 1;
    this.#drawFoot(this);
    this.y = PAGE.top;
  }

  /** Makes room for so much; on a new page when this one has none. */
  need(height: number): void {
    if (this.y + height <= PAGE.height - PAGE.bottom) return;
    this.#begin();
    this.#repeatHead?.();
  }

  down(height: number): void {
    this.y += height;
  }

  /** Rows drawn from now on have this head, here and on every page after. */
  beginTable(head: () => void): void {
    head();
    this.#repeatHead = head;
  }

  endTable(): void {
    this.#repeatHead = undefined;
  }

  rule(options: { faint?: boolean; x?: number; width?: number } = {}): void {
    const { x = PAGE.left, width = CONTENT_WIDTH } = options;
    this.#canvas
      ?.lineWidth(0.5)
      .strokeColor(options.faint ? HAIRLINE : INK)
      .moveTo(x, this.y)
      .lineTo(x + width, this.y)
      .stroke();
  }

  /** The line at the foot of a page, drawn when it begins. */
  foot(left: string, right: string): void {
    const y = this.y;
    this.y = PAGE.height - PAGE.bottom + 22;
    this.rule({ faint: true });
    this.y += 7;
    const half = CONTENT_WIDTH / 2;
    const cell = { width: half, size: 6.5, face: 'figures', faint: true } as const;
    this.write(left, { ...cell, x: PAGE.left });
    this.write(right, { ...cell, x: PAGE.left + half, align: 'right' });
    this.y = y;
  }

  /** One line of text in a cell, cut with an ellipsis where it does not fit. `at` is below the current position. */
  write(text: string, cell: Cell, at = 0): void {
    const canvas = this.#canvas;
    if (canvas === null || text === '') return;
    const { size = 8, face = 'text' } = cell;
    canvas.font(face, size).fillColor(cell.faint ? FAINT : INK);
    const { runs, width } = this.#prepared(canvas, text, cell);
    let left = cell.align === 'right' ? cell.x + cell.width - width : cell.x;
    for (const run of runs) {
      canvas.text(run.text, left, this.y + at, SHAPED);
      left += run.width;
    }
  }

  /** What is drawn of a text, measured. The same names stand in many rows, and figures are all of one width, so little is measured anew. */
  #prepared(canvas: Canvas, text: string, cell: Cell): PreparedText {
    const { size = 8, face = 'text' } = cell;
    const key = `${face} ${size} ${cell.width} ${text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const isPlain = face === 'figures' && PLAIN.test(text);
    const widthOf = (run: string) => (isPlain ? run.length * size * FIGURE_EMS : canvas.widthOfString(run, SHAPED));
    const measured = (shown: string): PreparedText => {
      const runs = (isPlain ? [shown] : directionalRuns(shown)).map(run => ({ text: run, width: widthOf(run) }));
      return { runs, width: runs.reduce((sum, run) => sum + run.width, 0) };
    };
    const shown = isPlain ? text : printable(text);
    let prepared = measured(shown);
    if (prepared.width > cell.width || shown.length > LENGTH_MAX)
      prepared = measured(fitted(shown, one => one.length <= LENGTH_MAX && measured(one).width <= cell.width));
    if (isPlain) return prepared;
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    this.#known.set(key, prepared);
    return prepared;
  }
}
