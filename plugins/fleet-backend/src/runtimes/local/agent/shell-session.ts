import { encodeJson, encodeOffset, frameType, readJson, readOffset, FrameError } from '../frames';
import {
  ENDED_SESSION_KEPT_MS,
  HANG_UP_GRACE_MS,
  INPUT_WINDOW_BYTES,
  OUTPUT_FRAME_BYTES,
  OUTPUT_WINDOW_BYTES,
  REPLAY_BYTES,
  STALLED_READER_MS,
} from '../limits';
import { OutputRing } from '../../output-ring';
import { Terminal } from './terminal';
import type { Socket } from 'node:net';

interface Attachment {
  socket: Socket;
  sentSeq: number;
  acknowledgedSeq: number;
  inputBytes: number;
  stall: NodeJS.Timeout | null;
  exitSent: boolean;
}

interface ShellSessionOptions {
  sessionId: string;
  file: string;
  args: readonly string[];
  cols: number;
  rows: number;
  directory: string;
  environment: Readonly<Record<string, string>>;
  onForgotten: () => void;
}

/**
 * A shell that outlives its readers. Output goes into the ring; every attachment is a cursor into it. The terminal is read only while
 * every attachment is within its window, so attached readers lose nothing and a slow one stops the program. With nobody attached the
 * terminal is always read and the ring forgets its oldest bytes.
 */
export class ShellSession {
  private readonly ring = new OutputRing(REPLAY_BYTES);
  private readonly attachments = new Set<Attachment>();
  private readonly terminal: Terminal;
  private exit: { exitCode: number; signal: number } | null = null;
  private paused = false;
  private pumpScheduled = false;
  private forget: NodeJS.Timeout | null = null;

  constructor(private readonly options: ShellSessionOptions) {
    this.terminal = new Terminal({
      ...options,
      onOutput: chunk => {
        this.ring.append(chunk);
        this.schedulePump();
      },
      onEnd: end => {
        this.exit = end;
        this.pump();
        this.forgetWhenAlone();
      },
    });
  }

  get ended(): boolean {
    return this.exit !== null;
  }

  /** Takes over a connection that asked for this session. */
  attach(
    socket: Socket,
    request: { cols: number; rows: number; afterSeq: number | null },
  ): (type: number, payload: Buffer) => void {
    if (this.forget) clearTimeout(this.forget);
    const wanted = Math.min(request.afterSeq ?? this.ring.startSeq, this.ring.endSeq);
    const fromSeq = Math.max(wanted, this.ring.startSeq);
    const attachment: Attachment = {
      socket,
      sentSeq: fromSeq,
      acknowledgedSeq: fromSeq,
      inputBytes: 0,
      stall: null,
      exitSent: false,
    };
    this.attachments.add(attachment);
    socket.on('drain', () => this.pump());
    socket.on('close', () => this.leave(attachment));
    socket.write(encodeJson(frameType.accepted, { fromSeq, gapFromSeq: fromSeq > wanted ? wanted : null }));
    this.terminal.resize(request);
    this.pump();
    return (type, payload) => this.onFrame(attachment, type, payload);
  }

  end(): void {
    this.terminal.kill('SIGHUP');
    setTimeout(() => this.terminal.kill('SIGKILL'), HANG_UP_GRACE_MS).unref();
  }

  private onFrame(attachment: Attachment, type: number, payload: Buffer): void {
    if (type === frameType.input) this.takeInput(attachment, payload);
    else if (type === frameType.acknowledge) {
      const seq = readOffset(payload);
      if (seq > attachment.sentSeq) throw new FrameError('output was acknowledged that was never sent');
      attachment.acknowledgedSeq = Math.max(attachment.acknowledgedSeq, seq);
      this.clearStall(attachment);
      this.pump();
    } else if (type === frameType.resize) this.terminal.resize(readJson(payload) as { cols: number; rows: number });
    else if (type === frameType.terminate) this.end();
    else throw new FrameError('a frame that means nothing to a shell');
  }

  private takeInput(attachment: Attachment, payload: Buffer): void {
    const { length } = payload;
    attachment.inputBytes += length;
    if (attachment.inputBytes > INPUT_WINDOW_BYTES) throw new FrameError('input beyond the window');
    this.terminal.write(payload, () => {
      attachment.inputBytes -= length;
      if (!attachment.socket.destroyed) attachment.socket.write(encodeOffset(frameType.inputTaken, length));
    });
  }

  /** After the poll phase that brought the output: several reads become one frame, and a single one waits for nothing. */
  private schedulePump(): void {
    if (this.pumpScheduled) return;
    this.pumpScheduled = true;
    setImmediate(() => {
      this.pumpScheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    let withinWindows = true;
    for (const attachment of this.attachments) {
      this.send(attachment);
      if (this.ring.endSeq - attachment.acknowledgedSeq < OUTPUT_WINDOW_BYTES) continue;
      withinWindows = false;
      this.watchStall(attachment);
    }
    if (withinWindows === !this.paused) return;
    this.paused = !withinWindows;
    if (this.paused) this.terminal.pause();
    else this.terminal.resume();
  }

  private send(attachment: Attachment): void {
    const { socket } = attachment;
    // The ring may only overtake a reader that joined far behind; it is told what it missed.
    if (attachment.sentSeq < this.ring.startSeq) {
      socket.write(encodeJson(frameType.gap, { fromSeq: attachment.sentSeq, toSeq: this.ring.startSeq }));
      attachment.sentSeq = this.ring.startSeq;
      attachment.acknowledgedSeq = Math.max(attachment.acknowledgedSeq, this.ring.startSeq);
    }
    while (attachment.sentSeq < this.ring.endSeq && !socket.writableNeedDrain && !socket.destroyed) {
      const room = OUTPUT_WINDOW_BYTES - (attachment.sentSeq - attachment.acknowledgedSeq);
      if (room <= 0) break;
      const bytes = this.ring.view(attachment.sentSeq, Math.min(room, OUTPUT_FRAME_BYTES));
      socket.write(encodeOffset(frameType.output, attachment.sentSeq, bytes));
      attachment.sentSeq += bytes.length;
    }
    if (this.exit && attachment.sentSeq === this.ring.endSeq && !attachment.exitSent) {
      attachment.exitSent = true;
      socket.end(encodeJson(frameType.exit, this.exit));
    }
  }

  /** Only a reader that holds up another is cut off, and only when it stops altogether for that long. */
  private watchStall(attachment: Attachment): void {
    if (attachment.stall || this.attachments.size < 2) return;
    attachment.stall = setTimeout(() => {
      attachment.stall = null;
      if (this.attachments.size > 1) attachment.socket.destroy();
    }, STALLED_READER_MS);
  }

  private clearStall(attachment: Attachment): void {
    if (attachment.stall) clearTimeout(attachment.stall);
    attachment.stall = null;
  }

  private leave(attachment: Attachment): void {
    this.clearStall(attachment);
    this.attachments.delete(attachment);
    this.pump();
    this.forgetWhenAlone();
  }

  /** An ended session stays for a reader who was away; one who has seen its end needs it no more. */
  private forgetWhenAlone(): void {
    if (!this.exit || this.attachments.size > 0) return;
    if (this.forget) clearTimeout(this.forget);
    this.forget = setTimeout(this.options.onForgotten, ENDED_SESSION_KEPT_MS);
  }
}
