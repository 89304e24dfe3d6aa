export interface CastEvent {
  /** Seconds since the start. */
  readonly at: number;
  readonly kind: 'o' | 'r' | 'm';
  readonly text: string;
}

export interface Cast {
  readonly columns: number;
  readonly rows: number;
  readonly seconds: number;
  readonly events: readonly CastEvent[];
}

/** Null for what is no asciicast. A line that is cut off, the last of a file that broke off, is left out, and so is what is none of output, size and marker. */
export function readCast(text: string): Cast | null {
  const [first = '', ...lines] = text.split('\n');
  const header = parsed(first) as { version?: unknown; width?: unknown; height?: unknown } | null;
  if (header === null || header.version !== 2) return null;
  if (typeof header.width !== 'number' || typeof header.height !== 'number') return null;
  const events = lines.flatMap(line => eventOf(parsed(line)) ?? []);
  return { columns: header.width, rows: header.height, seconds: events.at(-1)?.at ?? 0, events };
}

export function sizeOf({ kind, text }: CastEvent): { cols: number; rows: number } | null {
  const [, cols, rows] = (kind === 'r' && /^(\d{1,4})x(\d{1,4})$/.exec(text)) || [];
  return cols === undefined || rows === undefined ? null : { cols: Number(cols), rows: Number(rows) };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

function eventOf(value: unknown): CastEvent | null {
  if (!Array.isArray(value)) return null;
  const [at, kind, text] = value as unknown[];
  if (typeof at !== 'number' || typeof text !== 'string') return null;
  return kind === 'o' || kind === 'r' || kind === 'm' ? { at, kind, text } : null;
}
