import type { ShellAttachment } from '@portico/plugin-fleet/runtime';
import type { Clock } from '@portico/plugin-kit/backend';
import type { WebSocket } from 'ws';
import { closeCodes, parseClientControl } from './control-frames';
import type { ServerControl, TerminalSize } from './control-frames';

/** The first frame must come within this time. */
const ATTACH_SECONDS_MAX = 10;
/** A WebSocket ping goes out so often, and a peer that missed two is gone. */
const HEARTBEAT_SECONDS = 15;
const HEARTBEATS_MISSED_MAX = 2;
/**
 * Until the client has acknowledged once, what left for the socket counts as read as long as no more than this waits in our memory. From its first
 * `ack` on, only the client's word counts. Either way the runtime's window bounds what is on its way.
 */
const SOCKET_BUFFER_BYTES_MAX = 1024 * 1024;

export interface TerminalLimits {
  idleSeconds: number;
  /** Epoch milliseconds at which the session ends, whatever happens in it. */
  endsAt: number;
}

export interface TerminalSession {
  sessionId: string;
  attachment: ShellAttachment;
  limits: TerminalLimits;
}

/**
 * One WebSocket on one shell session. The shell belongs to the allocation's supervisor: losing this connection only detaches, and several connections may
 * share a session. `open` is called once, after the client has said what it has seen already.
 */
export class TerminalConnection {
  #session: TerminalSession | undefined;
  #state: 'awaiting_attach' | 'opening' | 'attached' | 'closed' = 'awaiting_attach';
  #clientAcknowledges = false;
  #heartbeatsMissed = 0;
  #lastActivityAt: number;
  readonly #stopped = new AbortController();

  constructor(
    private readonly socket: WebSocket,
    private readonly options: {
      clock: Clock;
      open: (request: { size: TerminalSize; afterSeq: number | undefined }) => Promise<TerminalSession>;
      onExit: (sessionId: string) => void;
      onClose: () => void;
      onError: (error: unknown) => ServerControl & { type: 'error' };
    },
  ) {
    this.#lastActivityAt = options.clock.now();
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('pong', () => (this.#heartbeatsMissed = 0));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#closed());
    void this.#after(ATTACH_SECONDS_MAX, () => {
      if (this.#state === 'awaiting_attach') this.end(closeCodes.attachTimeout, 'attach_timeout');
    });
    void this.#heartbeat();
  }

  /** Ends the connection, not the shell. */
  end(code: number, reason: string, control?: ServerControl): void {
    if (this.#state === 'closed') return;
    if (control !== undefined) this.#send(control);
    // A paused socket would never see the other side's close frame.
    this.socket.resume();
    this.socket.close(code, reason);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#lastActivityAt = this.options.clock.now();
    if (isBinary) {
      const attachment = this.#session?.attachment;
      if (attachment === undefined) return this.end(closeCodes.protocolError, 'attach_first');
      if (!attachment.write(data)) this.socket.pause();
      return;
    }
    const control = parseClientControl(data.toString('utf8'));
    if (control === null) return this.end(closeCodes.protocolError, 'control_malformed');
    if (control.type === 'ping') return this.#send({ type: 'pong' });
    if (control.type === 'attach') {
      if (this.#state !== 'awaiting_attach') return this.end(closeCodes.protocolError, 'attached_already');
      void this.#attach({ cols: control.cols, rows: control.rows }, control.afterSeq);
      return;
    }
    if (this.#session === undefined) return this.end(closeCodes.protocolError, 'attach_first');
    if (control.type === 'resize') return this.#session.attachment.resize({ cols: control.cols, rows: control.rows });
    this.#clientAcknowledges = true;
    this.#session.attachment.acknowledge(control.seq);
  }

  async #attach(size: TerminalSize, afterSeq: number | undefined): Promise<void> {
    this.#state = 'opening';
    this.socket.pause();
    let session: TerminalSession;
    try {
      session = await this.options.open({ size, afterSeq });
    } catch (error) {
      const control = this.options.onError(error);
      return this.end(control.code === 'allocation_not_active' ? closeCodes.notActive : closeCodes.internal, control.code, control);
    }
    // The client left while the shell was being opened; the method may have been closed by `#closed`, which had no session to detach.
    if (this.#isClosed()) return session.attachment.detach();
    this.#session = session;
    this.#state = 'attached';
    const { attachment, sessionId } = session;
    this.#send({ type: 'session_ready', session_id: sessionId, from_seq: attachment.fromSeq });
    if (afterSeq !== undefined && attachment.fromSeq > afterSeq) {
      this.#send({ type: 'gap', from_seq: afterSeq, to_seq: attachment.fromSeq });
    }
    attachment.onDrain(() => this.socket.resume());
    attachment.onGap(gap => this.#send({ type: 'gap', from_seq: gap.fromSeq, to_seq: gap.toSeq }));
    attachment.onClose(end => {
      if (end.reason === 'exited') this.options.onExit(sessionId);
      this.#session = undefined;
      const reason = end.reason === 'lost' ? 'shell_lost' : end.reason;
      this.end(closeCodes.normal, reason, { type: 'closed', exit_code: end.exitCode, reason });
    });
    attachment.onOutput((chunk, seq) => this.#output(attachment, chunk, seq));
    attachment.resize(size);
    this.socket.resume();
    void this.#watchLimits(session.limits);
  }

  #output(attachment: ShellAttachment, chunk: Uint8Array, seq: number): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.#lastActivityAt = this.options.clock.now();
    this.socket.send(chunk, { binary: true }, () => {
      // `ws` calls back when the bytes left for the kernel.
      if (!this.#clientAcknowledges && this.socket.bufferedAmount <= SOCKET_BUFFER_BYTES_MAX) {
        attachment.acknowledge(seq + chunk.byteLength);
      }
    });
  }

  async #watchLimits(limits: TerminalLimits): Promise<void> {
    const { clock } = this.options;
    for (;;) {
      const idleAt = this.#lastActivityAt + limits.idleSeconds * 1000;
      const now = clock.now();
      if (now >= limits.endsAt) {
        this.#session?.attachment.terminate();
        return this.end(closeCodes.normal, 'session_limit', { type: 'closed', exit_code: null, reason: 'session_limit' });
      }
      if (now >= idleAt) {
        return this.end(closeCodes.normal, 'idle_limit', { type: 'closed', exit_code: null, reason: 'idle_limit' });
      }
      await clock.sleep(Math.min(idleAt, limits.endsAt) - now, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
    }
  }

  async #heartbeat(): Promise<void> {
    for (;;) {
      await this.options.clock.sleep(HEARTBEAT_SECONDS * 1000, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
      if (this.#heartbeatsMissed >= HEARTBEATS_MISSED_MAX) return this.socket.terminate();
      // A paused socket delivers no pong; it is being held back by us and cannot be called dead.
      if (this.socket.isPaused) continue;
      this.#heartbeatsMissed += 1;
      this.socket.ping();
    }
  }

  async #after(seconds: number, act: () => void): Promise<void> {
    await this.options.clock.sleep(seconds * 1000, this.#stopped.signal);
    if (!this.#stopped.signal.aborted) act();
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #closed(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#stopped.abort();
    this.#session?.attachment.detach();
    this.#session = undefined;
    this.options.onClose();
  }

  #send(control: ServerControl): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(control));
  }
}
