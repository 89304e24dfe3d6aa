import { FRAME_BYTES_MAX } from './limits';

/**
 * The wire between backend and agent: `length: u32, type: u8, payload`, big endian. One connection carries one thing, so that the
 * kernel's socket buffers give each its own back-pressure. Sandboxes outlive portals: an agent may be older than the backend that talks to
 * it, so frames and greetings are only ever added to. The agent runs as the tenant: its peer believes nothing but the bounds here.
 */
export const frameType = {
  hello: 1,
  accepted: 2,
  refused: 3,
  output: 4,
  input: 5,
  inputTaken: 6,
  acknowledge: 7,
  resize: 8,
  signal: 9,
  terminate: 10,
  gap: 11,
  exit: 12,
} as const;
type FrameType = (typeof frameType)[keyof typeof frameType];

const HEADER_BYTES = 5;
const EMPTY = Buffer.alloc(0);

/** `stdio` is output, and input too where that has no connection of its own. */
export type ExecStream = 'stdio' | 'stdin' | 'stderr';

export type Hello =
  | { op: 'shell'; sessionId: string; cols: number; rows: number; afterSeq: number | null }
  | {
      op: 'exec';
      command: { kind: 'shell' } | { kind: 'command'; line: string } | { kind: 'sftp' };
      pty: { term: string; cols: number; rows: number } | null;
      environment: Record<string, string>;
      /** Input comes over a connection of its own. The answer says so too, when the agent knows of it. */
      separateInput?: boolean;
    }
  | { op: 'exec-stream'; execId: string; stream: ExecStream }
  | { op: 'forward'; host: string; port: number }
  | { op: 'ping' };

export function encodeFrame(type: FrameType, payload: Uint8Array = EMPTY): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt32BE(payload.length, 0);
  frame[4] = type;
  frame.set(payload, HEADER_BYTES);
  return frame;
}

export function encodeJson(type: FrameType, value: unknown): Buffer {
  return encodeFrame(type, Buffer.from(JSON.stringify(value)));
}

/** Offsets travel as doubles: exact up to 2^53 bytes, which is 8 PiB of terminal output. */
export function encodeOffset(type: FrameType, offset: number, bytes: Uint8Array = EMPTY): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + 8 + bytes.length);
  frame.writeUInt32BE(8 + bytes.length, 0);
  frame[4] = type;
  frame.writeDoubleBE(offset, HEADER_BYTES);
  frame.set(bytes, HEADER_BYTES + 8);
  return frame;
}

/** The offset a frame starts with. Throws when it is not a whole number a byte count can be. */
export function readOffset(payload: Buffer): number {
  const offset = payload.length >= 8 ? payload.readDoubleBE(0) : NaN;
  if (!Number.isSafeInteger(offset) || offset < 0) throw new FrameError('a frame carries an impossible offset');
  return offset;
}

export function readJson(payload: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    throw new FrameError('a frame that should be JSON is not');
  }
  if (typeof value !== 'object' || value === null) throw new FrameError('a frame that should be an object is not');
  return value as Record<string, unknown>;
}

/** The peer broke the protocol. The connection is closed; nothing else may follow from it. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Cuts a byte stream into frames. Stops on request, so that the bytes after a handshake can be handed over raw. */
export class FrameReader {
  private pending: Buffer = EMPTY;
  private stopped = false;

  constructor(private readonly onFrame: (type: number, payload: Buffer) => void) {}

  push(chunk: Buffer): void {
    let bytes = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    while (!this.stopped && bytes.length >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(0);
      if (length > FRAME_BYTES_MAX) throw new FrameError('a frame is larger than allowed');
      if (bytes.length < HEADER_BYTES + length) break;
      const type = bytes[4] as number;
      const payload = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
      bytes = bytes.subarray(HEADER_BYTES + length);
      this.pending = bytes;
      this.onFrame(type, payload);
    }
    this.pending = bytes;
  }

  /** Ends framing and returns what came after the last frame. */
  stop(): Buffer {
    this.stopped = true;
    return this.pending;
  }
}
