/**
 * The terminal protocol `portico.terminal.v1`. Binary frames are bytes: client to shell input, server to shell output. Text frames
 * are JSON control messages. A sequence number is an offset in bytes into the session's output.
 */
export const TERMINAL_PROTOCOL = 'portico.terminal.v1';

/** Terminals larger than this are a mistake or an attack. */
const CELLS_MAX = 1000;
/** Control messages are tiny; anything larger is no control message. */
const CONTROL_BYTES_MAX = 4096;

export interface TerminalSize {
  cols: number;
  rows: number;
}

export type ClientControl =
  | ({ type: 'attach'; afterSeq: number | undefined } & TerminalSize)
  | ({ type: 'resize' } & TerminalSize)
  | { type: 'ack'; seq: number }
  | { type: 'ping' };

export type ServerControl =
  | { type: 'session_ready'; session_id: string; from_seq: number }
  | { type: 'gap'; from_seq: number; to_seq: number }
  | { type: 'pong' }
  /** Something the user must know. Clients show what they have no other way to show; more codes may come. */
  | { type: 'notice'; code: string; message: string }
  | { type: 'closed'; exit_code: number | null; reason: string }
  | ErrorControl;

export interface ErrorControl {
  type: 'error';
  code: string;
  message: string;
}

/** Close codes of the protocol; 4000–4999 is the range RFC 6455 leaves to applications. */
export const closeCodes = {
  normal: 1000,
  protocolError: 4400,
  unauthorized: 4401,
  attachTimeout: 4408,
  notActive: 4409,
  /** The shell may still be there: attach again. */
  attachmentLost: 4410,
  internal: 4500,
} as const;
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

function isCount(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

/** Null for anything that is not a control message of this protocol. */
export function parseClientControl(bytes: Buffer): ClientControl | null {
  if (bytes.length > CONTROL_BYTES_MAX) return null;
  let message: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null) return null;
    message = parsed as Record<string, unknown>;
  } catch {
    return null;
  }
  const { type, cols, rows } = message;
  if (type === 'ping') return { type };
  if (type === 'ack') return isCount(message.seq, Number.MAX_SAFE_INTEGER) ? { type, seq: message.seq } : null;
  if (type !== 'attach' && type !== 'resize') return null;
  if (!isCount(cols, CELLS_MAX) || !isCount(rows, CELLS_MAX) || cols === 0 || rows === 0) return null;
  if (type === 'resize') return { type, cols, rows };
  const afterSeq = message.after_seq ?? undefined;
  if (afterSeq !== undefined && !isCount(afterSeq, Number.MAX_SAFE_INTEGER)) return null;
  return { type, cols, rows, afterSeq };
}
