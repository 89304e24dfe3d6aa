import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock } from '@portico/plugin-kit/backend';
import type { RecordingOrigin, RecordingPiece, RecordingProgress } from '../store/recordings';
import { eventLine, headerLine, OutputDecoder } from './asciicast';
import type { CastEventKind } from './asciicast';

/** What was shown is written down after so long at the latest, or as soon as so much has come together: what a killed portal takes with it. */
export const FLUSH_SECONDS = 2;
const FLUSH_BYTES = 64 * 1024;
/** Of the asciicast. Hours of ordinary work; a program that prints without end reaches it in a second. Then the recording ends and the connection goes on. */
export const RECORDING_BYTES_MAX = 16 * 1024 * 1024;
/** What waits for a database that is slow or away. Beyond it output is left out of the recording, not held back from the user. */
export const WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** Written in one transaction: short enough that nobody waits for it. */
const PIECES_PER_WRITE = 8;

export interface OutputRecorderOptions {
  readonly clock: Clock;
  readonly logger: Pick<LoggerService, 'warn'>;
  readonly origin: RecordingOrigin;
  /** Writes in one transaction. May be called with the same pieces again when it has failed. */
  write(progress: RecordingProgress, pieces: readonly RecordingPiece[]): Promise<void>;
  readonly recordingBytesMax?: number;
  readonly waitingBytesMax?: number;
}

/**
 * Takes what a terminal shows and writes it down in pieces, beside the terminal and never in its way: nobody waits for it, what it holds is bounded, and
 * while the database is away for long it leaves out what it cannot hold and says so, in the recording and about it. The other way round a database that
 * stalls would freeze every shell of the platform, and a recording is worth less than the work it watches.
 */
export class OutputRecorder {
  readonly #decoder = new OutputDecoder();
  readonly #recordingBytesMax: number;
  readonly #waitingBytesMax: number;
  /** Lines that came since the last piece was made. */
  #lines: string[] = [];
  #lineBytes = 0;
  /** Pieces that are made and not written; from then on their text is what it is. */
  #pieces: RecordingPiece[] = [];
  #pieceBytes = 0;
  #nextPosition = 0;
  #sizeBytes = 0;
  #lastEventAt: number;
  #missingBytes = 0;
  #isTruncated = false;
  #isIncomplete = false;
  #hasEnded = false;
  #flushing: Promise<void> | undefined;
  #isFlushDue = false;
  /** The last attempt failed: the next one comes in its time, however much comes in. */
  #isFailing = false;
  readonly #stopped = new AbortController();

  constructor(private readonly options: OutputRecorderOptions) {
    this.#recordingBytesMax = options.recordingBytesMax ?? RECORDING_BYTES_MAX;
    this.#waitingBytesMax = options.waitingBytesMax ?? WAITING_BYTES_MAX;
    this.#lastEventAt = options.origin.startedAt;
    this.#append(headerLine(options.origin));
  }

  output(bytes: Uint8Array): void {
    if (this.#hasEnded || this.#isTruncated || bytes.byteLength === 0) return;
    if (this.#lineBytes + this.#pieceBytes + bytes.byteLength > this.#waitingBytesMax) {
      this.#decoder.finish();
      this.#missingBytes += bytes.byteLength;
      this.#isIncomplete = true;
      return;
    }
    this.#tellMissing();
    this.#event('o', this.#decoder.decode(bytes));
  }

  resize({ cols, rows }: { cols: number; rows: number }): void {
    if (this.#hasEnded || this.#isTruncated) return;
    this.#event('r', `${cols}x${rows}`);
  }

  /** Takes nothing more, and tries once to write the rest. Whether all of it is written; it may be asked again. */
  async end(): Promise<boolean> {
    if (!this.#hasEnded) {
      this.#tellMissing();
      this.#event('o', this.#decoder.finish());
      this.#hasEnded = true;
      this.#stopped.abort();
    }
    await this.#flushing;
    await this.#flush();
    return this.#lines.length === 0 && this.#pieces.length === 0;
  }

  #tellMissing(): void {
    if (this.#missingBytes === 0) return;
    const missing = this.#missingBytes;
    this.#missingBytes = 0;
    this.#event('m', `${missing} bytes of output are missing here: they could not be written down in time.`);
  }

  #event(kind: CastEventKind, text: string): void {
    if (text === '' || this.#isTruncated) return;
    this.#lastEventAt = Math.max(this.#lastEventAt, this.options.clock.now());
    const seconds = (this.#lastEventAt - this.options.origin.startedAt) / 1000;
    const line = eventLine(seconds, kind, text);
    if (this.#sizeBytes + Buffer.byteLength(line) <= this.#recordingBytesMax) return this.#append(line);
    this.#isTruncated = true;
    this.#append(eventLine(seconds, 'm', 'The recording ends here: it has reached its largest size.'));
  }

  #append(line: string): void {
    const bytes = Buffer.byteLength(line);
    this.#lines.push(line);
    this.#lineBytes += bytes;
    this.#sizeBytes += bytes;
    if (this.#lineBytes >= FLUSH_BYTES && !this.#isFailing) void this.#flush();
    else void this.#flushLater();
  }

  async #flushLater(): Promise<void> {
    if (this.#isFlushDue || this.#hasEnded) return;
    this.#isFlushDue = true;
    await this.options.clock.sleep(FLUSH_SECONDS * 1000, this.#stopped.signal);
    this.#isFlushDue = false;
    if (!this.#hasEnded) await this.#flush();
  }

  /** One at a time. */
  async #flush(): Promise<void> {
    this.#flushing ??= this.#writeAll().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  async #writeAll(): Promise<void> {
    do {
      this.#makePiece();
      const pieces = this.#pieces.slice(0, PIECES_PER_WRITE);
      if (pieces.length === 0) return;
      try {
        await this.options.write(this.#progress(), pieces);
      } catch (error) {
        const { recordingId } = this.options.origin;
        this.options.logger.warn('a recording could not be written and is tried again', {
          recording_id: recordingId,
          error: String(error),
        });
        this.#isFailing = true;
        return void this.#flushLater();
      }
      this.#isFailing = false;
      this.#pieces.splice(0, pieces.length);
      this.#pieceBytes -= pieces.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    } while (this.#pieces.length > 0 || this.#lineBytes >= FLUSH_BYTES);
    if (this.#lines.length > 0) void this.#flushLater();
  }

  #makePiece(): void {
    if (this.#lines.length === 0) return;
    this.#pieces.push({ position: this.#nextPosition, text: this.#lines.join('') });
    this.#nextPosition += 1;
    this.#pieceBytes += this.#lineBytes;
    this.#lines = [];
    this.#lineBytes = 0;
  }

  #progress(): RecordingProgress {
    return {
      lastEventAt: this.#lastEventAt,
      sizeBytes: this.#sizeBytes,
      isTruncated: this.#isTruncated,
      isIncomplete: this.#isIncomplete,
    };
  }
}
