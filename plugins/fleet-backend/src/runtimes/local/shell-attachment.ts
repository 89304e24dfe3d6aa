import { greetAgent } from './agent-connection';
import { encodeFrame, encodeJson, encodeOffset, FrameError, frameType, readJson, readOffset } from './frames';
import {
  ACKNOWLEDGE_EVERY_BYTES,
  FRAME_BYTES_MAX,
  HELD_CHUNKS_MAX,
  INPUT_QUEUE_BYTES_MAX,
  INPUT_WINDOW_BYTES,
  OUTPUT_WINDOW_BYTES,
} from './limits';
import type { AgentConnection } from './agent-connection';
import type { ShellAttachment, ShellRequest } from './port';

type End = { exitCode: number | null; reason: 'exited' | 'lost' | 'released' };

/** Opens or joins a shell session. What arrives before the first listener is held, so nothing is lost between two lines of code. */
export async function attachShell(
  socketPath: string,
  request: ShellRequest,
  lostReason: () => 'lost' | 'released',
): Promise<EndingAttachment> {
  const { sessionId, cols, rows, afterSeq } = request;
  const connection = await greetAgent(socketPath, { op: 'shell', sessionId, cols, rows, afterSeq: afterSeq ?? null });
  return new AgentShell(sessionId, connection, lostReason);
}

/** Tells its owner too when it is over, whoever else listens. */
interface EndingAttachment extends ShellAttachment {
  onEnded(listener: () => void): void;
}

class AgentShell implements EndingAttachment {
  readonly fromSeq: number;
  private receivedSeq: number;
  private acknowledgedSeq: number;
  private outputListener: ((chunk: Uint8Array, seq: number) => void) | null = null;
  private gapListener: ((gap: { fromSeq: number; toSeq: number }) => void) | null = null;
  private closeListener: ((end: End) => void) | null = null;
  private drainListener: (() => void) | null = null;
  private endedListener: (() => void) | null = null;
  /** At most one output window; a larger backlog ends the attachment. */
  private held: { chunk: Buffer; seq: number }[] = [];
  private heldGaps: { fromSeq: number; toSeq: number }[] = [];
  private inputQueue: Uint8Array[] = [];
  private inputQueuedBytes = 0;
  private inputInFlightBytes = 0;
  private needDrain = false;
  private end: End | null = null;

  constructor(
    readonly sessionId: string,
    private readonly connection: AgentConnection,
    private readonly lostReason: () => 'lost' | 'released',
  ) {
    const fromSeq = Number(connection.answer['fromSeq']);
    this.fromSeq = Number.isSafeInteger(fromSeq) && fromSeq >= 0 ? fromSeq : 0;
    this.receivedSeq = this.acknowledgedSeq = this.fromSeq;
    const gapFrom = connection.answer['gapFromSeq'];
    if (Number.isSafeInteger(gapFrom)) this.heldGaps.push({ fromSeq: Number(gapFrom), toSeq: this.fromSeq });
    connection.socket.on('close', () => this.close({ exitCode: null, reason: this.lostReason() }));
    connection.onFrame((type, payload) => this.onFrame(type, payload));
  }

  onOutput(listener: (chunk: Uint8Array, seq: number) => void): void {
    this.outputListener = listener;
    for (const { chunk, seq } of this.held.splice(0)) listener(chunk, seq);
  }

  onGap(listener: (gap: { fromSeq: number; toSeq: number }) => void): void {
    this.gapListener = listener;
    for (const gap of this.heldGaps.splice(0)) listener(gap);
  }

  onClose(listener: (end: End) => void): void {
    this.closeListener = listener;
    if (this.end) queueMicrotask(() => listener(this.end as End));
  }

  onEnded(listener: () => void): void {
    this.endedListener = listener;
    if (this.end) listener();
  }

  write(bytes: Uint8Array): boolean {
    if (this.end) return false;
    for (let at = 0; at < bytes.length; at += FRAME_BYTES_MAX / 4)
      this.inputQueue.push(bytes.subarray(at, at + FRAME_BYTES_MAX / 4));
    this.inputQueuedBytes += bytes.length;
    this.sendInput();
    if (this.inputQueuedBytes > INPUT_QUEUE_BYTES_MAX) this.connection.socket.destroy();
    this.needDrain = this.inputQueuedBytes > 0;
    return !this.needDrain;
  }

  onDrain(listener: () => void): void {
    this.drainListener = listener;
  }

  resize({ cols, rows }: { cols: number; rows: number }): void {
    this.send(encodeJson(frameType.resize, { cols, rows }));
  }

  acknowledge(seq: number): void {
    const known = Math.min(seq, this.receivedSeq);
    if (known - this.acknowledgedSeq < ACKNOWLEDGE_EVERY_BYTES) return;
    this.acknowledgedSeq = known;
    this.send(encodeOffset(frameType.acknowledge, known));
  }

  detach(): void {
    this.close({ exitCode: null, reason: 'lost' });
    this.connection.socket.destroy();
  }

  terminate(): void {
    this.send(encodeFrame(frameType.terminate));
  }

  private onFrame(type: number, payload: Buffer): void {
    if (type === frameType.output) {
      const seq = readOffset(payload);
      const chunk = payload.subarray(8);
      // The agent's arithmetic is not trusted: bytes come in order or not at all.
      if (seq !== this.receivedSeq) throw new FrameError('output out of order');
      this.receivedSeq += chunk.length;
      // Nor is its patience: what it sends beyond the window would pile up here for a reader that is slow.
      if (this.receivedSeq - this.acknowledgedSeq > OUTPUT_WINDOW_BYTES)
        throw new FrameError('more output than the window allows');
      if (this.outputListener) this.outputListener(chunk, seq);
      else if (this.held.push({ chunk, seq }) > HELD_CHUNKS_MAX) throw new FrameError('output in too many pieces');
    } else if (type === frameType.inputTaken) {
      this.inputInFlightBytes = Math.max(0, this.inputInFlightBytes - readOffset(payload));
      this.sendInput();
      if (this.needDrain && this.inputQueuedBytes === 0) {
        this.needDrain = false;
        this.drainListener?.();
      }
    } else if (type === frameType.gap) {
      const { fromSeq, toSeq } = readJson(payload) as { fromSeq: number; toSeq: number };
      if (!Number.isSafeInteger(fromSeq) || !Number.isSafeInteger(toSeq) || toSeq <= this.receivedSeq)
        throw new FrameError('an impossible gap');
      // What is gone needs no acknowledgement: the agent counts it as read.
      this.receivedSeq = this.acknowledgedSeq = toSeq;
      if (this.gapListener) this.gapListener({ fromSeq, toSeq });
      else if (this.heldGaps.push({ fromSeq, toSeq }) > HELD_CHUNKS_MAX) throw new FrameError('too many gaps');
    } else if (type === frameType.exit) {
      const { exitCode } = readJson(payload);
      this.close({ exitCode: typeof exitCode === 'number' ? exitCode : null, reason: 'exited' });
    } else throw new FrameError('an unknown frame');
  }

  private sendInput(): void {
    for (let next = this.inputQueue[0]; next; next = this.inputQueue[0]) {
      if (this.inputInFlightBytes + next.length > INPUT_WINDOW_BYTES) return;
      this.inputQueue.shift();
      this.inputQueuedBytes -= next.length;
      this.inputInFlightBytes += next.length;
      this.send(encodeFrame(frameType.input, next));
    }
  }

  private send(frame: Buffer): void {
    if (!this.connection.socket.destroyed && this.connection.socket.writable) this.connection.socket.write(frame);
  }

  private close(end: End): void {
    if (this.end) return;
    this.end = end;
    this.closeListener?.(end);
    this.endedListener?.();
  }
}
