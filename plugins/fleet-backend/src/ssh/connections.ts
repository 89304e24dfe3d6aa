import type { Duplex } from 'node:stream';
import { RuntimeError } from '@portico/plugin-fleet/port';
import type { NodeAddressPolicy } from './address-policy';
import { ConnectionPool } from './connection-pool';
import { RUN_GRACE_SECONDS, RUN_SECONDS_DEFAULT } from './limits';
import { RUN_OUTPUT_BYTES_MAX } from './node-connection';
import type { NodeConnection, NodeConnections, RemoteStream, RunOptions, RunResult } from './node-connection';
import { notBegun, RemoteCommand } from './remote-command';
import { commandLine } from './shell-command';
import { openClient } from './ssh-client';
import type { SshLogin } from './ssh-client';

/** `timeout` says so with 124, and with 137 where it had to insist. */
const TIMED_OUT = new Set([124, 137]);

export interface ConnectionsOptions {
  readonly policy: NodeAddressPolicy;
  /** How to log in to the node as of now, or undefined for one that is not reached by SSH. Asked whenever a connection is opened. */
  loginOf(nodeId: string): Promise<SshLogin | undefined>;
}

export function createNodeConnections({ policy, loginOf }: ConnectionsOptions): NodeConnections {
  const reached = new Map<string, PooledNode>();
  let closed = false;
  return {
    to(nodeId) {
      if (closed) throw new RuntimeError('node_unreachable', 'The portal is shutting down.');
      let node = reached.get(nodeId);
      if (node === undefined) {
        node = new PooledNode(policy, async () => {
          const login = await loginOf(nodeId);
          if (login === undefined) throw new RuntimeError('node_unreachable', 'The node is not reached by SSH.');
          return login;
        });
        reached.set(nodeId, node);
      }
      return node;
    },
    forget(nodeId) {
      reached.get(nodeId)?.retire();
      reached.delete(nodeId);
    },
    async close() {
      closed = true;
      for (const node of reached.values()) node.close();
      reached.clear();
    },
  };
}

/** Works on one node by one login until closed. For credentials that are used once, outside of what is pooled by node. */
export async function withConnection<Result>(
  options: { readonly policy: NodeAddressPolicy; readonly login: SshLogin },
  work: (connection: NodeConnection) => Promise<Result>,
): Promise<Result> {
  const node = new PooledNode(options.policy, async () => options.login);
  try {
    return await work(node);
  } finally {
    node.close();
  }
}

class PooledNode implements NodeConnection {
  readonly #pool: ConnectionPool;
  #username = '';

  constructor(
    policy: NodeAddressPolicy,
    private readonly login: () => Promise<SshLogin>,
  ) {
    this.#pool = new ConnectionPool(async () => {
      const login = await this.login();
      this.#username = login.username;
      return openClient(policy, login);
    });
  }

  async run(script: string, options: RunOptions = {}): Promise<RunResult> {
    const timeoutSeconds = options.timeoutSeconds ?? RUN_SECONDS_DEFAULT;
    const command = await this.#start(script, { ...options, timeoutSeconds });
    const began = performance.now();
    const late = new RuntimeError('node_unreachable', `The node took longer than ${timeoutSeconds} s for a command.`);
    const collected = Promise.all([collect(command.stdout), collect(command.stderr)]);
    try {
      const [[stdout, stderr], status] = await untilDone(Promise.all([collected, command.ended]), {
        seconds: timeoutSeconds + RUN_GRACE_SECONDS,
        late,
        signal: options.signal,
      });
      if (!command.began) throw notBegun(command.preamble, status);
      if (status === null) throw new RuntimeError('node_unreachable', 'The connection was lost while a command ran.');
      if (TIMED_OUT.has(status) && performance.now() - began >= timeoutSeconds * 1000) throw late;
      return { status, stdout, stderr };
    } catch (error) {
      command.terminate();
      void collected.catch(() => {});
      throw error;
    }
  }

  async stream(script: string, options: Omit<RunOptions, 'timeoutSeconds'> = {}): Promise<RemoteStream> {
    const { command, stdin } = await this.#open(script, { ...options, timeoutSeconds: 0 });
    const onAbort = () => command.terminate();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    command.stdout.once('close', () => {
      if (!command.stdout.readableEnded) command.terminate();
    });
    void command.ended.then(() => options.signal?.removeEventListener('abort', onAbort));
    if (options.stdin !== undefined) stdin.end(options.stdin);
    return { stdin, stdout: command.stdout, stderr: command.stderr, ended: command.ended };
  }

  async forward(target: { readonly host: string; readonly port: number }): Promise<Duplex> {
    return this.#pool.forward(target);
  }

  retire(): void {
    this.#pool.retire();
  }
  close(): void {
    this.#pool.close();
  }

  async #start(script: string, options: RunOptions & { timeoutSeconds: number }): Promise<RemoteCommand> {
    const { command, stdin } = await this.#open(script, options);
    stdin.end(options.stdin ?? '');
    return command;
  }

  async #open(script: string, options: RunOptions & { timeoutSeconds: number }) {
    const { args = [], timeoutSeconds, signal } = options;
    signal?.throwIfAborted();
    const opened = await this.#pool.session(
      () => commandLine({ script, args, username: this.#username, timeoutSeconds }),
      channel => ({ command: new RemoteCommand(channel, pid => this.#kill(pid)), stdin: channel.stdin }),
    );
    if (signal?.aborted) {
      opened.command.terminate();
      signal.throwIfAborted();
    }
    return opened;
  }

  /** The process group of a command nobody waits for any more. What cannot be reached now was ended by its own time, or will be. */
  #kill(pid: number): void {
    void this.run('kill -TERM "$1"', { args: [String(pid)], timeoutSeconds: 10 }).catch(() => {});
  }
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > RUN_OUTPUT_BYTES_MAX)
      throw new RuntimeError('runtime_failed', `A command on the node said more than ${RUN_OUTPUT_BYTES_MAX} bytes.`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function untilDone<Result>(
  work: Promise<Result>,
  limits: { seconds: number; late: Error; signal: AbortSignal | undefined },
): Promise<Result> {
  const { seconds, late, signal } = limits;
  return new Promise<Result>((resolve, reject) => {
    const timer = setTimeout(() => reject(late), seconds * 1000);
    const onAbort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    void work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
  });
}
