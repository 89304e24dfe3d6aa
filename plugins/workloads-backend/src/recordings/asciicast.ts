/** Asciicast version 2: a header line, then one line for each event, its time in seconds since the start. */

export interface CastHeader {
  readonly columns: number;
  readonly rows: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

export function headerLine({ columns, rows, startedAt }: CastHeader): string {
  return `${JSON.stringify({ version: 2, width: columns, height: rows, timestamp: Math.floor(startedAt / 1000) })}\n`;
}

/** `o`: output. `r`: a new size, `COLSxROWS`. `m`: a marker. There is no `i`: input is not recorded. */
export type CastEventKind = 'o' | 'r' | 'm';

export function eventLine(seconds: number, kind: CastEventKind, text: string): string {
  return `${JSON.stringify([seconds, kind, text])}\n`;
}

/**
 * Bytes of a terminal as text, whose characters may be cut anywhere between two pieces. Bytes that are no UTF-8 become U+FFFD, as a terminal shows them:
 * the format knows text alone.
 */
export class OutputDecoder {
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  decode(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes, { stream: true });
  }

  /** What was begun and will not be finished; afterwards it starts anew. */
  finish(): string {
    return this.#decoder.decode();
  }
}
