import type { Client, ClientChannel } from 'ssh2';
import { RuntimeError } from '@portico/plugin-fleet/port';
import {
  CONNECTION_AGE_SECONDS,
  CONNECTIONS_PER_NODE_MAX,
  IDLE_SECONDS,
  OPEN_ATTEMPTS_MAX,
  OPEN_REST_MILLISECONDS,
  SESSION_WAIT_SECONDS,
  SESSIONS_PER_CONNECTION_MAX,
  WAITING_PER_NODE_MAX,
} from './limits';

interface PooledConnection {
  readonly client: Client;
  /** Sessions under way; `forwards` are not among them, sshd does not count those. */
  sessions: number;
  forwards: number;
  /** Less than ours where the node's sshd allows less. */
  sessionsMax: number;
  /** Not given out any more; ends with the last thing that runs on it. */
  retired: boolean;
  idle: NodeJS.Timeout | undefined;
}

interface Waiter {
  readonly take: (connection: PooledConnection) => void;
  readonly fail: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The connections to one node. They are opened one after the other, so that sshd's limit on logins under way (`MaxStartups`) is never met, and shared: sessions up to their limit, forwards without
 * one. A lost connection is dropped and what runs on it ends; the next use opens a new one.
 */
export class ConnectionPool {
  readonly #connections = new Set<PooledConnection>();
  readonly #waiting: Waiter[] = [];
  #opening: Promise<void> | undefined;
  #closed = false;
  /** Grows when what is opened from now on may differ from what is open. */
  #generation = 0;

  constructor(private readonly open: () => Promise<Client>) {}

  /**
   * A channel for one command, counted until it closes. The line is asked for once a connection is there: how to become root depends on who logged in. `attend` listens to the channel in the
   * turn it opens in: all a short command has to say may have come with the same packet.
   */
  async session<Attended>(line: () => string, attend: (channel: ClientChannel) => Attended): Promise<Attended> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#acquire();
      const free = () => {
        connection.sessions -= 1;
        this.#settle(connection);
      };
      try {
        return await opened(connection.client, (client, done) =>
          client.exec(line(), (error, channel) => {
            if (error) return done(error);
            channel.once('close', free);
            done(undefined, attend(channel));
          }),
        );
      } catch (error) {
        const refused = isOpenFailure(error);
        if (refused) connection.sessionsMax = Math.max(1, connection.sessions - 1);
        free();
        if (!refused || attempt === OPEN_ATTEMPTS_MAX)
          throw new RuntimeError('node_unreachable', `The node opened no session: ${(error as Error).message}.`, {
            cause: error,
          });
        // sshd counts a session that we have seen end until it has cleared up after it.
        await new Promise(resolve => setTimeout(resolve, OPEN_REST_MILLISECONDS * 2 ** attempt));
      }
    }
  }

  /** A TCP connection made by sshd. */
  async forward({ host, port }: { host: string; port: number }): Promise<ClientChannel> {
    const connection = await this.#anyConnection();
    connection.forwards += 1;
    const free = () => {
      connection.forwards -= 1;
      this.#settle(connection);
    };
    try {
      return await opened<ClientChannel>(connection.client, (client, done) =>
        client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          if (error) return done(error);
          channel.once('close', free);
          // A broken connection ends the channel, and an error nobody listens to would end the process.
          channel.on('error', () => channel.destroy());
          done(undefined, channel);
        }),
      );
    } catch (error) {
      free();
      const code = isOpenFailure(error) ? 'runtime_failed' : 'node_unreachable';
      throw new RuntimeError(
        code,
        `${host} port ${port} cannot be reached from the node: ${(error as Error).message}.`,
        { cause: error },
      );
    }
  }

  /** No new work on what is open; what runs goes on to its end, unless `now`. */
  retire(options: { now: boolean } = { now: false }): void {
    this.#generation += 1;
    for (const connection of this.#connections) {
      connection.retired = true;
      if (options.now) connection.client.destroy();
      else this.#settle(connection);
    }
  }

  close(): void {
    this.#closed = true;
    this.#failWaiting(new RuntimeError('node_unreachable', 'The portal is shutting down.'));
    for (const { client } of this.#connections) client.destroy();
  }

  /** One with a session counted for the caller. */
  #acquire(): Promise<PooledConnection> {
    const free = this.#takeFreest();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#waiting.length >= WAITING_PER_NODE_MAX)
      return Promise.reject(new RuntimeError('node_unreachable', 'Too much is waiting for the node already.'));
    return new Promise((take, fail) => {
      const busy = new RuntimeError(
        'node_unreachable',
        `No session came free within ${SESSION_WAIT_SECONDS} s; the node is too busy.`,
      );
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        fail(busy);
      }, SESSION_WAIT_SECONDS * 1000);
      const waiter: Waiter = { take, fail, timer };
      this.#waiting.push(waiter);
      this.#serve();
    });
  }

  async #anyConnection(): Promise<PooledConnection> {
    const open = [...this.#connections].find(({ retired }) => !retired);
    if (open !== undefined) return open;
    const connection = await this.#acquire();
    connection.sessions -= 1;
    return connection;
  }

  #takeFreest(): PooledConnection | undefined {
    let best: PooledConnection | undefined;
    for (const connection of this.#connections) {
      if (connection.retired || connection.sessions >= connection.sessionsMax) continue;
      if (best === undefined || connection.sessions < best.sessions) best = connection;
    }
    if (best !== undefined) best.sessions += 1;
    return best;
  }

  /** Gives what is free to who waits, and opens one more connection when that was not enough. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      const free = this.#takeFreest();
      if (free === undefined) break;
      const waiter = this.#waiting.shift() as Waiter;
      clearTimeout(waiter.timer);
      waiter.take(free);
    }
    const usable = [...this.#connections].filter(({ retired }) => !retired).length;
    if (this.#waiting.length === 0 || this.#opening !== undefined || usable >= CONNECTIONS_PER_NODE_MAX) return;
    this.#opening = this.#openOne().finally(() => {
      this.#opening = undefined;
      this.#serve();
    });
  }

  async #openOne(): Promise<void> {
    let client: Client;
    const generation = this.#generation;
    try {
      if (this.#closed) throw new RuntimeError('node_unreachable', 'The portal is shutting down.');
      client = await this.open();
    } catch (error) {
      this.#failWaiting(error as Error);
      return;
    }
    // What it was opened with may be out of date by now; those who wait get one opened anew.
    if (this.#closed || generation !== this.#generation) return void client.destroy();
    const connection: PooledConnection = {
      client,
      sessions: 0,
      forwards: 0,
      sessionsMax: SESSIONS_PER_CONNECTION_MAX,
      retired: false,
      idle: undefined,
    };
    this.#connections.add(connection);
    const ageing = setTimeout(() => {
      connection.retired = true;
      this.#settle(connection);
    }, CONNECTION_AGE_SECONDS * 1000).unref();
    client.once('close', () => {
      clearTimeout(ageing);
      clearTimeout(connection.idle);
      connection.retired = true;
      this.#connections.delete(connection);
      this.#serve();
    });
    this.#settle(connection);
  }

  #settle(connection: PooledConnection): void {
    clearTimeout(connection.idle);
    if (connection.sessions === 0 && connection.forwards === 0) {
      if (connection.retired) connection.client.end();
      else
        connection.idle = setTimeout(() => {
          connection.retired = true;
          connection.client.end();
        }, IDLE_SECONDS * 1000).unref();
    }
    this.#serve();
  }

  #failWaiting(error: Error): void {
    for (const { fail, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      fail(error);
    }
  }
}

/** What a client opens, or why not; a client that is lost meanwhile calls nobody back. */
function opened<Opened>(
  client: Client,
  open: (client: Client, done: (error?: Error, opened?: Opened) => void) => void,
): Promise<Opened> {
  return new Promise<Opened>((resolve, reject) => {
    const lost = () => reject(new Error('the connection was lost'));
    client.once('close', lost);
    open(client, (error, result) => {
      client.off('close', lost);
      if (error !== undefined) reject(error);
      else resolve(result as Opened);
    });
  });
}

function isOpenFailure(error: unknown): boolean {
  return error instanceof Error && /open failure/i.test(error.message);
}
