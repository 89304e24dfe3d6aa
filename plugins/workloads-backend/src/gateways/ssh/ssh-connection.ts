import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SshKey } from '@portico/plugin-access/port';
import type { ExecProcess, ExecRequest } from '@portico/plugin-fleet/runtime';
import type { Clock } from '@portico/plugin-kit/backend';
import type { AuthContext, Connection, ServerChannel, Session } from 'ssh2';
import type { OpenConnection } from '../../recordings/connection-evidence';
import type { ReachableAllocation } from '../allocation-access';
import { watchStanding } from '../standing-check';
import type { Standing } from '../standing-check';
import { signatureAlgorithms } from './algorithms';
import { ClientBackPressure } from './client-socket';
import { joinForward } from './ssh-forward';
import { serveSession } from './ssh-session';
import { correctKeyExchange, refuseTinyPackets } from './ssh2-internals';

/** Twice sshd's MaxAuthTries: clients offer the keys of their agent one by one. */
const AUTHENTICATION_ATTEMPTS_MAX = 12;
/** Channels that one connection may have open, sessions and forwards together. sshd allows 10 sessions and any number of forwards. */
const CHANNELS_MAX = 64;
/** A client that does not answer our goodbye is cut off after so long. */
const GOODBYE_SECONDS = 2;

/** Who has logged in, and by which key. */
export interface Login {
  readonly allocation: ReachableAllocation;
  readonly key: SshKey;
  readonly isServiceAccount: boolean;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

export interface SshConnectionOptions {
  clock: Clock;
  login(context: AuthContext): Promise<Login | undefined>;
  /** Whether the login would succeed now. Asked every few seconds. */
  standing(login: Login): Promise<Standing>;
  /** Writes down that somebody is in. Nothing is served before it is written, and nothing at all when it cannot be. */
  loggedIn(login: Login): Promise<OpenConnection>;
  /** What is called whenever a channel of the login moves bytes. */
  activity(login: Login): () => void;
  exec(login: Login, request: ExecRequest): Promise<ExecProcess>;
  forward(login: Login, target: { host: string; port: number }): Promise<Duplex>;
}

/** One client: its login by key, its channels, and its end. Agent, X11 and remote forwarding have no handler, which `ssh2` refuses. */
export class SshConnection {
  readonly #backPressure: ClientBackPressure;
  readonly #closing = new AbortController();
  readonly #gone = new Set<() => void>();
  #attempts = 0;
  #channels = 0;
  #login: Login | undefined;
  #active: () => void = () => undefined;
  #evidence: Promise<OpenConnection> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly socket: Socket,
    private readonly options: SshConnectionOptions,
  ) {
    this.#backPressure = new ClientBackPressure(connection, socket);
    correctKeyExchange(connection, signatureAlgorithms);
    refuseTinyPackets(connection);
    connection.on('authentication', context => {
      this.#authenticate(context).catch(() => this.end());
    });
    connection.on('ready', () => this.#ready());
    connection.on('error', () => this.end());
    // A client that says it is going has heard what it wanted to hear.
    connection.on('end', () => this.end());
    socket.on('close', () => this.#closed());
  }

  /** Takes leave; whoever does not answer is cut off. */
  end(): void {
    if (this.#closing.signal.aborted) return;
    this.#hangUpAll();
    this.connection.end();
    void this.options.clock.sleep(GOODBYE_SECONDS * 1000, this.#closing.signal).then(() => this.socket.destroy());
  }

  async #authenticate(context: AuthContext): Promise<void> {
    this.#attempts += 1;
    if (this.#attempts > AUTHENTICATION_ATTEMPTS_MAX) return this.end();
    // When the database cannot be asked, nobody is let in.
    const login = context.method === 'publickey' ? await this.options.login(context).catch(() => undefined) : undefined;
    if (login === undefined) return context.reject(['publickey']);
    if (context.method === 'publickey' && context.signature !== undefined) this.#login = login;
    context.accept();
  }

  #ready(): void {
    const login = this.#login;
    if (login === undefined) return this.end();
    const watch = watchStanding({
      clock: this.options.clock,
      check: () => this.options.standing(login),
      onLost: () => this.end(),
    });
    this.#closing.signal.addEventListener('abort', () => watch.stop());
    this.#active = this.options.activity(login);
    const evidence = (this.#evidence = this.options.loggedIn(login));
    // Whoever needs it hears of it; where nobody does, nothing has happened.
    evidence.catch(() => undefined);
    this.connection.on('session', (accept, reject) => {
      if (this.#channels < CHANNELS_MAX) this.#serveSession(login, evidence, accept());
      else reject();
    });
    this.connection.on('tcpip', (accept, reject, info) => {
      if (this.#channels >= CHANNELS_MAX) return reject();
      const target = { host: info.destIP, port: info.destPort };
      const open = async () => {
        (await evidence).used('forward');
        return this.options.forward(login, target);
      };
      this.#forward(open, accept, reject).catch(() => this.end());
    });
  }

  #serveSession(login: Login, evidence: Promise<OpenConnection>, session: Session): void {
    const channel = this.#openChannel();
    session.on('close', channel.close);
    serveSession({
      session,
      evidence,
      exec: request => this.options.exec(login, request),
      backPressure: this.#backPressure,
      active: this.#active,
      onGone: channel.onGone,
    });
  }

  async #forward(open: () => Promise<Duplex>, accept: () => ServerChannel, reject: () => void): Promise<void> {
    const channel = this.#openChannel();
    const stream = await open().catch(() => undefined);
    if (stream === undefined || channel.isGone()) {
      stream?.destroy();
      channel.close();
      return reject();
    }
    const accepted = accept();
    accepted.on('close', channel.close);
    joinForward(accepted, stream, { active: this.#active, backPressure: this.#backPressure, onGone: channel.onGone });
  }

  /** Counts a channel until it is closed or the connection is gone, and tells those who asked. */
  #openChannel(): { close: () => void; isGone: () => boolean; onGone: (listener: () => void) => void } {
    const listeners: (() => void)[] = [];
    let isGone = false;
    const close = () => {
      if (isGone) return;
      isGone = true;
      this.#channels -= 1;
      this.#gone.delete(close);
      for (const listener of listeners.splice(0)) listener();
    };
    this.#channels += 1;
    this.#gone.add(close);
    return {
      close,
      isGone: () => isGone,
      onGone: listener => {
        if (isGone) listener();
        else listeners.push(listener);
      },
    };
  }

  #hangUpAll(): void {
    for (const close of [...this.#gone]) close();
  }

  #closed(): void {
    this.#closing.abort();
    this.#hangUpAll();
    void this.#evidence?.then(
      opened => opened.close(),
      () => undefined,
    );
  }
}
