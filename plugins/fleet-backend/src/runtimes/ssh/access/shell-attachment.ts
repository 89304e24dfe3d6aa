import type { ShellAttachment } from '../port';

type Gap = { fromSeq: number; toSeq: number };
export type ShellEnd = { exitCode: number | null; reason: 'exited' | 'lost' | 'released' };

/** What an attachment may ask of the session it belongs to. */
export interface SharedShell {
  readonly sessionId: string;
  pump(): void;
  /** Whether the shell takes more at once; if not, `drained` will be called. */
  write(attachment: SessionAttachment, bytes: Uint8Array): boolean;
  resize(size: { cols: number; rows: number }): void;
  leave(attachment: SessionAttachment): void;
  hangUp(): void;
}

/** One reader and writer of a shell session: a cursor into its output. Nothing is handed over before somebody listens, so nothing is lost between two lines of code. */
export class SessionAttachment implements ShellAttachment {
  readonly sessionId: string;
  sentSeq: number;
  acknowledgedSeq: number;
  stall: NodeJS.Timeout | null = null;
  needsDrain = false;
  #outputListener: ((chunk: Uint8Array, seq: number) => void) | null = null;
  #gapListener: ((gap: Gap) => void) | null = null;
  #closeListener: ((end: ShellEnd) => void) | null = null;
  #drainListener: (() => void) | null = null;
  #gaps: Gap[] = [];
  #end: ShellEnd | null = null;

  constructor(
    private readonly shell: SharedShell,
    readonly fromSeq: number,
    wantedSeq: number,
  ) {
    this.sessionId = shell.sessionId;
    this.sentSeq = this.acknowledgedSeq = fromSeq;
    if (fromSeq > wantedSeq) this.#gaps.push({ fromSeq: wantedSeq, toSeq: fromSeq });
  }

  get ended(): boolean {
    return this.#end !== null;
  }
  get listening(): boolean {
    return this.#outputListener !== null;
  }

  onOutput(listener: (chunk: Uint8Array, seq: number) => void): void {
    this.#outputListener = listener;
    this.shell.pump();
  }

  onGap(listener: (gap: Gap) => void): void {
    this.#gapListener = listener;
    for (const gap of this.#gaps.splice(0)) listener(gap);
  }

  onClose(listener: (end: ShellEnd) => void): void {
    this.#closeListener = listener;
    if (this.#end) queueMicrotask(() => listener(this.#end as ShellEnd));
  }

  onDrain(listener: () => void): void {
    this.#drainListener = listener;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#end) return false;
    this.needsDrain = !this.shell.write(this, bytes);
    return !this.needsDrain;
  }

  resize(size: { cols: number; rows: number }): void {
    if (!this.#end) this.shell.resize(size);
  }

  acknowledge(seq: number): void {
    const known = Math.min(seq, this.sentSeq);
    if (this.#end || known <= this.acknowledgedSeq) return;
    this.acknowledgedSeq = known;
    if (this.stall) clearTimeout(this.stall);
    this.stall = null;
    this.shell.pump();
  }

  detach(): void {
    this.close({ exitCode: null, reason: 'lost' });
  }

  terminate(): void {
    if (!this.#end) this.shell.hangUp();
  }

  send(chunk: Uint8Array): void {
    const seq = this.sentSeq;
    this.sentSeq += chunk.length;
    this.#outputListener?.(chunk, seq);
  }

  /** What is gone needs no acknowledgement: it counts as read. */
  skipTo(toSeq: number): void {
    const gap = { fromSeq: this.sentSeq, toSeq };
    this.sentSeq = toSeq;
    this.acknowledgedSeq = Math.max(this.acknowledgedSeq, toSeq);
    if (this.#gapListener) this.#gapListener(gap);
    else this.#gaps.push(gap);
  }

  drained(): void {
    if (!this.needsDrain) return;
    this.needsDrain = false;
    this.#drainListener?.();
  }

  close(end: ShellEnd): void {
    if (this.#end) return;
    this.#end = end;
    this.shell.leave(this);
    this.#closeListener?.(end);
  }
}
