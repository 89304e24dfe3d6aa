import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { SignedUp, TestBackendOptions } from '@portico/plugin-kit/testing';
import { Client } from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { OpenSsh } from './open-ssh';
import { startPortalWithSandboxes } from './running-workload';
import type { PortalWithSandboxes } from './running-workload';

interface How {
  key?: string;
  user?: string;
  flags?: string[];
}

/** A person with a workload and a key named `mine`, seen from a machine with OpenSSH. */
export class SshWorkload {
  private constructor(
    readonly portal: PortalWithSandboxes,
    readonly person: SignedUp,
    readonly openSsh: OpenSsh,
    readonly allocationId: string,
    readonly port: number,
    readonly command: string,
  ) {}

  static async start(options: TestBackendOptions = {}): Promise<SshWorkload> {
    const portal = await startPortalWithSandboxes(options);
    const openSsh = new OpenSsh();
    const person = await portal.signUp();
    await portal.addKey(person.token, openSsh.key('mine'));
    const { allocation_id: allocationId, connection } = await portal.launch(person);
    if (connection === null) throw new Error('an active allocation has a connection');
    return new SshWorkload(portal, person, openSsh, allocationId, connection.port, connection.ssh_command);
  }

  async stop(): Promise<void> {
    this.openSsh.close();
    await this.portal.stop();
  }

  #to({ key = 'mine', user = this.allocationId, flags = [] }: How): string[] {
    return [...this.openSsh.options(key), '-p', String(this.port), ...flags, `${user}@127.0.0.1`];
  }

  /** `ssh` with a command, to its end. */
  async ssh(
    command: string[],
    { input, environment, ...how }: How & { input?: string | Buffer; environment?: Record<string, string> } = {},
  ) {
    const { stdout, ...result } = await this.openSsh.run('ssh', [...this.#to(how), ...command], {
      ...(input === undefined ? {} : { input }),
      ...(environment === undefined ? {} : { environment }),
    });
    return { ...result, bytes: stdout, stdout: stdout.toString() };
  }

  /** `ssh` that stays, and what it has printed so far. */
  staying(command: string[], how: How = {}): { child: ChildProcess; text: () => string; ended: () => boolean } {
    const child = this.openSsh.start('ssh', [...this.#to(how), ...command]);
    let text = '';
    let ended = false;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('close', () => (ended = true));
    return { child, text: () => text, ended: () => ended };
  }

  /** Whether a process with such a command line runs inside. */
  async isRunning(pattern: string): Promise<boolean> {
    return (await this.ssh([`pgrep -f '${pattern}' | grep -vw $$ | wc -l`])).stdout.trim() !== '0';
  }

  /** A login by `ssh2`'s client, for what OpenSSH's would not do. */
  login(key: string, more: ConnectConfig = {}): Promise<Client> {
    const client = new Client();
    return new Promise((resolve, reject) => {
      client.on('ready', () => resolve(client)).on('error', reject);
      client.connect({
        host: '127.0.0.1',
        port: this.port,
        username: this.allocationId,
        privateKey: readFileSync(this.openSsh.file(key)),
        ...more,
      });
    });
  }
}
