import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { ContainerSessions, FindContainerAccess } from '../container-access';
import { RuntimeError } from '../port';
import type { ExecProcess, ExecRequest, InstanceRef, ShellAttachment, ShellRequest } from '../port';
import { ChannelStream } from './channel-stream';
import { ContainerClients } from './container-clients';
import { ContainerExec, opened, openSession } from './container-exec';
import { EXECS_MAX, FORWARDS_MAX, SHELL_SESSIONS_MAX } from './limits';
import { ShellSession } from './shell-session';
import type { SessionAttachment } from './shell-attachment';

/** What is open to one allocation. */
interface Open {
  readonly shells: Map<string, Promise<ShellSession>>;
  execs: number;
  forwards: number;
}

export function createContainerSessions(find: FindContainerAccess): ContainerSessions {
  return new SessionsOverSsh(find);
}

/**
 * Shells, commands and connections inside containers, over one SSH connection to each container's own sshd. A shell session lives here and in that sshd: a lost connection, a restart of the portal above
 * all, ends it, and what must go on runs under tmux or in the background, as on any machine reached by SSH.
 */
class SessionsOverSsh implements ContainerSessions {
  readonly #clients: ContainerClients;
  readonly #open = new Map<string, Open>();

  constructor(find: FindContainerAccess) {
    this.#clients = new ContainerClients(find);
  }

  async openShell(instance: InstanceRef, request: ShellRequest): Promise<ShellAttachment> {
    const { shells } = this.#openOf(instance);
    const { sessionId } = request;
    let session = shells.get(sessionId);
    if (session === undefined) {
      if (shells.size >= SHELL_SESSIONS_MAX)
        throw new RuntimeError('runtime_failed', `${SHELL_SESSIONS_MAX} shells are open already.`);
      session = this.#startShell(instance, request, () => {
        if (shells.get(sessionId) === session) shells.delete(sessionId);
        this.#forgetWhenEmpty(instance.allocationId);
      });
      shells.set(sessionId, session);
    }
    return (await session).attach(request) satisfies SessionAttachment;
  }

  async exec(instance: InstanceRef, request: ExecRequest): Promise<ExecProcess> {
    return this.#counted(instance, { what: 'execs', max: EXECS_MAX }, (client, leave) =>
      openSession(client, request, channel => {
        channel.once('close', leave);
        return new ContainerExec(channel, request);
      }),
    );
  }

  async forward(instance: InstanceRef, { host, port }: { host: string; port: number }): Promise<Duplex> {
    return this.#counted(instance, { what: 'forwards', max: FORWARDS_MAX }, (client, leave) =>
      opened(
        client,
        done => client.forwardOut('127.0.0.1', 0, host, port, done),
        channel => {
          channel.once('close', leave);
          return new ChannelStream(channel);
        },
      ),
    );
  }

  ended(allocationId: string, reason: 'released' | 'lost'): void {
    const open = this.#open.get(allocationId);
    this.#open.delete(allocationId);
    for (const session of open?.shells.values() ?? [])
      session.then(shell => shell.end({ exitCode: null, reason })).catch(() => undefined);
    this.#clients.drop(allocationId);
  }

  close(): void {
    for (const allocationId of [...this.#open.keys()]) this.ended(allocationId, 'lost');
    this.#clients.close();
  }

  async #startShell(instance: InstanceRef, request: ShellRequest, forgotten: () => void): Promise<ShellSession> {
    const { sessionId, cols, rows } = request;
    const { client, leave } = await this.#clients.use(instance).catch((error: unknown) => {
      forgotten();
      throw error;
    });
    try {
      const shell: ExecRequest = {
        command: { kind: 'shell' },
        pty: { term: 'xterm-256color', cols, rows },
        environment: { COLORTERM: 'truecolor' },
      };
      return await openSession(client, shell, channel => {
        channel.once('close', leave);
        return new ShellSession(sessionId, channel, forgotten);
      });
    } catch (error) {
      leave();
      forgotten();
      throw error;
    }
  }

  async #counted<Opened>(
    instance: InstanceRef,
    { what, max }: { what: 'execs' | 'forwards'; max: number },
    openOn: (client: Client, leave: () => void) => Promise<Opened>,
  ): Promise<Opened> {
    const open = this.#openOf(instance);
    if (open[what] >= max)
      throw new RuntimeError(
        'runtime_failed',
        `${max} ${what === 'execs' ? 'commands' : 'connections'} are open already.`,
      );
    open[what] += 1;
    let leaveClient = () => {};
    let left = false;
    const leave = () => {
      if (left) return;
      left = true;
      open[what] -= 1;
      leaveClient();
      this.#forgetWhenEmpty(instance.allocationId);
    };
    try {
      const used = await this.#clients.use(instance);
      leaveClient = used.leave;
      return await openOn(used.client, leave);
    } catch (error) {
      leave();
      throw error;
    }
  }

  #openOf({ allocationId }: InstanceRef): Open {
    let open = this.#open.get(allocationId);
    if (open === undefined) {
      open = { shells: new Map(), execs: 0, forwards: 0 };
      this.#open.set(allocationId, open);
    }
    return open;
  }

  #forgetWhenEmpty(allocationId: string): void {
    const open = this.#open.get(allocationId);
    if (open && open.shells.size === 0 && open.execs === 0 && open.forwards === 0) this.#open.delete(allocationId);
  }
}
