/** The browser's end of `portico.terminal.v1` (see the contract): the shell lives on the server, this end comes and goes. */
const PROTOCOL = 'portico.terminal.v1';

const RECONNECT_MILLISECONDS = 500;
const RECONNECT_MILLISECONDS_MAX = 15_000;
const PING_MILLISECONDS = 5_000;
/** No answer to a ping for so long: the connection is dead although the system has not noticed. */
const PONG_MILLISECONDS_MAX = 12_000;
/** Output is acknowledged in steps of this size, well below the server's window. */
const ACKNOWLEDGE_BYTES = 64 * 1024;

export type TerminalState =
  | { kind: 'connecting' }
  | { kind: 'connected'; latencyMilliseconds: number | null }
  | { kind: 'reconnecting'; cause: string }
  | { kind: 'ended'; text: string };

export interface TerminalClientOptions {
  mintToken: () => Promise<{ token: string; websocket_path: string }>;
  /** Draws bytes and calls back when they are drawn. */
  write: (bytes: Uint8Array, drawn: () => void) => void;
  /** Forgets what is on screen: another shell, or a part that can no longer be replayed. */
  reset: () => void;
  onGap: () => void;
  /** The user has to know something, such as that the terminal is recorded. Told once for each, however often it connects. */
  onNotice: (notice: { code: string; message: string }) => void;
  onState: (state: TerminalState) => void;
  /** Whether another try can help; a refusal by the API cannot be waited out. */
  isFinal: (error: unknown) => string | null;
}

const endings: Readonly<Record<string, string>> = {
  released: 'The workload was released.',
  session_limit:
    'Detached: a connection may last so long and no longer. The shell goes on; open the terminal again to return to it.',
  idle_limit:
    'Detached after a long time without input or output. The shell goes on; open the terminal again to return to it.',
  shell_lost: 'The shell is gone: its workload ended.',
};

/**
 * Connects, and connects again to the same shell after a loss, saying from which byte on it has not seen the output. A shell that exited is not a lost
 * network: it ends the client.
 */
export class TerminalClient {
  #socket: WebSocket | undefined;
  #sessionId: string | undefined;
  /** Offset of the next byte of output. */
  #seq = 0;
  #acknowledged = 0;
  #size = { cols: 80, rows: 24 };
  #wait = RECONNECT_MILLISECONDS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pinger: ReturnType<typeof setInterval> | undefined;
  #pingedAt: number | null = null;
  #isOver = false;
  readonly #noticed = new Set<string>();

  constructor(private readonly options: TerminalClientOptions) {
    window.addEventListener('offline', this.#goneOffline);
    window.addEventListener('online', this.#backOnline);
  }

  /** A cut connection is noticed at the next missed answer; the browser often knows sooner. */
  readonly #goneOffline = () => {
    if (this.#isOver || this.#sessionId === undefined) return;
    this.#drop();
    this.#retry('your network is gone');
  };

  readonly #backOnline = () => {
    if (this.#isOver || this.#socket !== undefined) return;
    this.#wait = RECONNECT_MILLISECONDS;
    clearTimeout(this.#timer);
    void this.#connect();
  };

  start(size: { cols: number; rows: number }): void {
    this.#size = size;
    this.options.onState({ kind: 'connecting' });
    void this.#connect();
  }

  input(bytes: Uint8Array): void {
    // What is typed while the network is away is not kept: it would run later, unseen.
    if (this.#socket?.readyState === WebSocket.OPEN && this.#sessionId !== undefined)
      this.#socket.send(bytes as Uint8Array<ArrayBuffer>);
  }

  resize(size: { cols: number; rows: number }): void {
    this.#size = size;
    this.#control({ type: 'resize', ...size });
  }

  /** Leaves; the shell goes on. */
  close(): void {
    this.#isOver = true;
    this.#forget();
    this.#socket?.close(1000);
  }

  #forget(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#pinger);
    window.removeEventListener('offline', this.#goneOffline);
    window.removeEventListener('online', this.#backOnline);
  }

  /** Turns away from the present socket: whatever it still says is of no interest. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    clearInterval(this.#pinger);
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  async #connect(): Promise<void> {
    this.#drop();
    let ticket: { token: string; websocket_path: string };
    try {
      ticket = await this.options.mintToken();
    } catch (error) {
      const final = this.options.isFinal(error);
      if (final !== null) this.#end(final);
      else this.#retry('the portal cannot be reached');
      return;
    }
    if (this.#isOver || this.#socket !== undefined) return;
    const address = new URL(ticket.websocket_path, window.location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, [PROTOCOL, ticket.token]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      const seen = this.#sessionId === undefined ? {} : { after_seq: this.#seq };
      this.#control({ type: 'attach', ...this.#size, ...seen });
    };
    socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => {
      if (typeof message.data === 'string') this.#receive(JSON.parse(message.data) as Record<string, unknown>);
      else this.#output(new Uint8Array(message.data));
    };
    socket.onclose = event => {
      clearInterval(this.#pinger);
      this.#socket = undefined;
      if (!this.#isOver) this.#retry(event.code === 1001 ? 'the portal is restarting' : 'the connection was lost');
    };
  }

  #receive(message: Record<string, unknown>): void {
    switch (message.type) {
      case 'session_ready': {
        const sessionId = String(message.session_id);
        const fromSeq = Number(message.from_seq);
        if (this.#sessionId !== undefined && this.#sessionId !== sessionId) this.options.reset();
        this.#sessionId = sessionId;
        this.#seq = fromSeq;
        this.#acknowledged = fromSeq;
        this.#wait = RECONNECT_MILLISECONDS;
        this.options.onState({ kind: 'connected', latencyMilliseconds: null });
        this.#ping();
        this.#pinger = setInterval(() => this.#ping(), PING_MILLISECONDS);
        return;
      }
      case 'gap':
        this.#seq = Number(message.to_seq);
        this.options.onGap();
        return;
      case 'notice': {
        const [code, text] = [String(message.code), String(message.message)];
        if (this.#noticed.has(code)) return;
        this.#noticed.add(code);
        this.options.onNotice({ code, message: text });
        return;
      }
      case 'pong':
        if (this.#pingedAt !== null) {
          this.options.onState({
            kind: 'connected',
            latencyMilliseconds: Math.round(performance.now() - this.#pingedAt),
          });
        }
        this.#pingedAt = null;
        return;
      case 'closed': {
        const reason = String(message.reason);
        const code = message.exit_code;
        return this.#end(
          reason === 'exited'
            ? `The shell exited${typeof code === 'number' && code !== 0 ? ` with code ${code}` : ''}.`
            : (endings[reason] ?? 'The terminal was closed.'),
        );
      }
      case 'error':
        if (
          message.code === 'signed_out' ||
          message.code === 'permission_denied' ||
          message.code === 'allocation_not_active'
        ) {
          this.#end(String(message.message));
        }
        return;
    }
  }

  #output(bytes: Uint8Array): void {
    this.#seq += bytes.byteLength;
    const seq = this.#seq;
    this.options.write(bytes, () => {
      if (seq - this.#acknowledged < ACKNOWLEDGE_BYTES && seq !== this.#seq) return;
      this.#acknowledged = seq;
      this.#control({ type: 'ack', seq });
    });
  }

  #ping(): void {
    if (this.#pingedAt !== null) {
      if (performance.now() - this.#pingedAt > PONG_MILLISECONDS_MAX) {
        this.#drop();
        this.#retry('the portal does not answer');
      }
      return;
    }
    this.#pingedAt = performance.now();
    this.#control({ type: 'ping' });
  }

  #control(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #retry(cause: string): void {
    this.#pingedAt = null;
    clearTimeout(this.#timer);
    this.options.onState({ kind: 'reconnecting', cause: navigator.onLine ? cause : 'your network is gone' });
    // Spread out, so that a restarted portal is not met by everybody at once.
    this.#timer = setTimeout(() => void this.#connect(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(this.#wait * 2, RECONNECT_MILLISECONDS_MAX);
  }

  #end(text: string): void {
    this.#isOver = true;
    this.#forget();
    this.options.onState({ kind: 'ended', text });
    this.#socket?.close(1000);
  }
}
