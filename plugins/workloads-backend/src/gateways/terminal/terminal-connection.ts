import type { ShellAttachment } from '@portico/plugin-fleet/runtime';
import type { Clock } from '@portico/plugin-kit/backend';
import type { WebSocket } from 'ws';
import type { RecordedTerminal } from '../../recordings/connection-evidence';
import { recordedNotice } from '../recorded-notice';
import { closeCodes, parseClientControl } from './control-frames';
import type { CloseCode, ErrorControl, ServerControl, TerminalSize } from './control-frames';

/** The first frame must come within this time. */
const ATTACH_SECONDS_MAX = 10;
/** A WebSocket ping goes out so often, and a peer that missed two is gone. */
const HEARTBEAT_SECONDS = 15;
const HEARTBEATS_MISSED_MAX = 2;
/** Whoever has lost the right to be here is cut off after so long, whether it answers our close frame or not. */
const CUT_OFF_SECONDS = 2;
/** Frames that come before the shell is there. A paused socket still delivers what it had taken in, which is less than this. */
const EARLY_BYTES_MAX = 2 * 1024 * 1024;

export interface TerminalSession {
  sessionId: string;
  attachment: ShellAttachment;
  /** Takes what the user is shown, where that is recorded. */
  recorded: RecordedTerminal | undefined;
}

export interface TerminalConnectionOptions {
  clock: Clock;
  /** Without input, resize or output taken by the client for so long, the connection ends. */
  idleSeconds: number;
  /** Called whenever the client types, resizes or takes output. */
  active(): void;
  /** The connection ends after so long, whatever happens in it. */
  sessionSeconds: number;
  /** Called once, after the client has said what it has seen already. */
  open(request: { size: TerminalSize; afterSeq: number | undefined }): Promise<TerminalSession>;
  /** The shell has exited. Awaited before the client is told, so that whoever attaches next finds another shell. */
  exited(sessionId: string): Promise<void>;
  /** What to tell the client when `open` failed. */
  openFailed(error: unknown): { code: CloseCode; control: ErrorControl };
  closed(): void;
}

/**
 * One WebSocket on one shell session. The shell belongs to the allocation's supervisor: whatever ends this connection only detaches,
 * and several connections may share a session.
 *
 * Flow control. Output: the runtime sends at most its window beyond what was acknowledged, so memory here is bounded by that window.
 * Until the client has acknowledged once, what left for the kernel counts as read; from its first `ack` on the client's word counts.
 * Input: while the shell does not take it the socket is paused, and with it the client's acknowledgements: what left for the kernel
 * counts again then, or a large paste into a program that echoes it would wait for acknowledgements queued behind itself.
 */
export class TerminalConnection {
  #state: 'awaiting_attach' | 'opening' | 'attached' | 'ending' | 'closed' = 'awaiting_attach';
  #session: TerminalSession | undefined;
  #early: { data: Buffer; isBinary: boolean }[] = [];
  #earlyBytes = 0;
  #clientAcknowledges = false;
  #flushedSeq = 0;
  #heartbeatsMissed = 0;
  #activeAt: number;
  readonly #closing = new AbortController();

  constructor(
    private readonly socket: WebSocket,
    private readonly options: TerminalConnectionOptions,
  ) {
    const startedAt = (this.#activeAt = options.clock.now());
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('pong', () => (this.#heartbeatsMissed = 0));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#closed());
    void this.#after(ATTACH_SECONDS_MAX, () => {
      if (this.#state === 'awaiting_attach') this.#refuse(closeCodes.attachTimeout, 'attach_timeout');
    });
    void this.#watchLimits(startedAt + options.sessionSeconds * 1000);
    void this.#heartbeat();
    socket.resume();
  }

  /** Ends the connection, not the shell. From here on nothing of the client reaches the shell. */
  end(code: CloseCode, reason: string, control?: ServerControl): void {
    if (this.#state === 'ending' || this.#state === 'closed') return;
    if (control !== undefined) this.#send(control);
    this.#state = 'ending';
    this.#early = [];
    this.#detach();
    // A paused socket would never see the other side's close frame.
    this.socket.resume();
    this.socket.close(code, reason);
    // An orderly end waits for a slow reader to take the last output, as long as `ws` waits for the answer to a close frame.
    if (code !== closeCodes.normal) void this.#after(CUT_OFF_SECONDS, () => this.socket.terminate());
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#state === 'ending' || this.#state === 'closed') return;
    if (this.#state === 'opening') {
      this.#earlyBytes += data.length;
      if (this.#earlyBytes > EARLY_BYTES_MAX) return this.#refuse(closeCodes.protocolError, 'too_much_too_early');
      this.#early.push({ data, isBinary });
      return;
    }
    if (isBinary) this.#input(data);
    else this.#control(data);
  }

  #input(data: Buffer): void {
    if (this.#session === undefined) return this.#refuse(closeCodes.protocolError, 'attach_first');
    this.#active();
    if (this.#session.attachment.write(data)) return;
    this.socket.pause();
    this.#acknowledgeFlushed();
  }

  #control(data: Buffer): void {
    const control = parseClientControl(data);
    if (control === null) return this.#refuse(closeCodes.protocolError, 'control_malformed');
    if (control.type === 'ping') return this.#send({ type: 'pong' });
    if (control.type === 'attach') {
      if (this.#state !== 'awaiting_attach') return this.#refuse(closeCodes.protocolError, 'attached_already');
      return void this.#attach({ cols: control.cols, rows: control.rows }, control.afterSeq);
    }
    if (this.#session === undefined) return this.#refuse(closeCodes.protocolError, 'attach_first');
    const { attachment } = this.#session;
    if (control.type === 'resize') {
      this.#active();
      attachment.resize({ cols: control.cols, rows: control.rows });
      this.#session.recorded?.resize({ cols: control.cols, rows: control.rows });
    } else {
      this.#clientAcknowledges = true;
      // Nobody has read what has not left for them yet.
      attachment.acknowledge(Math.min(control.seq, this.#flushedSeq));
    }
  }

  async #attach(size: TerminalSize, afterSeq: number | undefined): Promise<void> {
    this.#state = 'opening';
    this.socket.pause();
    const opened = await this.options.open({ size, afterSeq }).catch((error: unknown) => {
      const { code, control } = this.options.openFailed(error);
      this.end(code, control.code, control);
    });
    if (opened === undefined) return;
    // It ended while the shell was being opened.
    if (this.#hasEnded()) return opened.attachment.detach();
    this.#session = opened;
    this.#state = 'attached';
    this.#serve(opened, afterSeq);
    for (const { data, isBinary } of this.#early.splice(0)) this.#receive(data, isBinary);
  }

  #serve({ attachment, sessionId, recorded }: TerminalSession, afterSeq: number | undefined): void {
    const { fromSeq } = attachment;
    this.#flushedSeq = fromSeq;
    this.#send({ type: 'session_ready', session_id: sessionId, from_seq: fromSeq });
    if (recorded !== undefined) this.#send(recordedNotice);
    if (afterSeq !== undefined && fromSeq > afterSeq) this.#send({ type: 'gap', from_seq: afterSeq, to_seq: fromSeq });
    this.socket.resume();
    attachment.onDrain(() => this.socket.resume());
    attachment.onGap(gap => {
      // The one before the first byte has been told just now.
      if (gap.toSeq > fromSeq) this.#send({ type: 'gap', from_seq: gap.fromSeq, to_seq: gap.toSeq });
    });
    attachment.onOutput((chunk, seq) => {
      if (this.socket.readyState === this.socket.OPEN) recorded?.output(chunk);
      this.#output(chunk, seq + chunk.byteLength);
    });
    attachment.onClose(end => void this.#shellEnded(sessionId, end));
  }

  #output(chunk: Uint8Array, endSeq: number): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    // `ws` calls back when the bytes have left for the kernel, or never will.
    this.socket.send(chunk, { binary: true }, error => {
      if (error) return;
      this.#active();
      this.#flushedSeq = endSeq;
      this.#acknowledgeFlushed();
    });
  }

  #acknowledgeFlushed(): void {
    if (!this.#clientAcknowledges || this.socket.isPaused) this.#session?.attachment.acknowledge(this.#flushedSeq);
  }

  async #shellEnded(sessionId: string, end: Parameters<Parameters<ShellAttachment['onClose']>[0]>[0]): Promise<void> {
    if (this.#state !== 'attached') return;
    if (end.reason === 'exited') await this.options.exited(sessionId);
    // The connection was lost, not the shell: the client comes back and finds it, or learns that the workload is gone.
    if (end.reason === 'lost') return this.#refuse(closeCodes.attachmentLost, 'attachment_lost');
    this.end(closeCodes.normal, end.reason, { type: 'closed', exit_code: end.exitCode, reason: end.reason });
  }

  async #watchLimits(endsAt: number): Promise<void> {
    const { clock, idleSeconds } = this.options;
    for (;;) {
      const now = clock.now();
      const idleAt = this.#activeAt + idleSeconds * 1000;
      const limit = now >= endsAt ? 'session_limit' : now >= idleAt ? 'idle_limit' : undefined;
      if (limit !== undefined)
        return this.end(closeCodes.normal, limit, { type: 'closed', exit_code: null, reason: limit });
      await clock.sleep(Math.min(idleAt, endsAt) - now, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
    }
  }

  async #heartbeat(): Promise<void> {
    for (;;) {
      await this.options.clock.sleep(HEARTBEAT_SECONDS * 1000, this.#closing.signal);
      if (this.#hasEnded()) return;
      if (this.#heartbeatsMissed >= HEARTBEATS_MISSED_MAX) return this.socket.terminate();
      // A paused socket delivers no pong: it is held back by us and cannot be called dead.
      if (this.socket.isPaused) continue;
      this.#heartbeatsMissed += 1;
      this.socket.ping();
    }
  }

  async #after(seconds: number, act: () => void): Promise<void> {
    await this.options.clock.sleep(seconds * 1000, this.#closing.signal);
    if (!this.#closing.signal.aborted) act();
  }

  #active(): void {
    this.#activeAt = this.options.clock.now();
    this.options.active();
  }

  #hasEnded(): boolean {
    return this.#state === 'ending' || this.#state === 'closed';
  }

  #detach(): void {
    const session = this.#session;
    this.#session = undefined;
    session?.attachment.detach();
  }

  #closed(): void {
    this.#state = 'closed';
    this.#closing.abort();
    this.#early = [];
    this.#detach();
    this.options.closed();
  }

  #refuse(code: CloseCode, reason: keyof typeof refusals): void {
    this.end(code, reason, { type: 'error', code: reason, message: refusals[reason] });
  }

  #send(control: ServerControl): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(control));
  }
}

/** Sentences for those who write a client. */
const refusals = {
  attach_timeout: `The first frame, an attach, has to come within ${ATTACH_SECONDS_MAX} seconds.`,
  attach_first: 'The first frame has to be an attach.',
  attached_already: 'This connection is attached already.',
  attachment_lost: 'The connection to the shell was lost. Attach again.',
  control_malformed: 'A text frame was no control message of this protocol.',
  too_much_too_early: 'Wait for session_ready before you send more.',
} as const;
