import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface SshResult {
  code: number | null;
  signal: string | null;
  stdout: Buffer;
  stderr: string;
}

/** The machine's own OpenSSH client, with keys and known hosts in a folder of its own and nothing of the user's. */
export class OpenSsh {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'portico-ssh-'));
  readonly #running = new Set<ChildProcess>();

  /** Makes a key pair and returns the line of its `.pub`. */
  key(name: string, ...kind: string[]): string {
    const file = path.join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-N', '', '-f', file, ...(kind.length > 0 ? kind : ['-t', 'ed25519'])]);
    return readFileSync(`${file}.pub`, 'utf8').trim();
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Options before the destination; `-i` is that of the named key. */
  options(key: string): string[] {
    const config = this.file('config');
    const lines = [
      'BatchMode yes',
      'StrictHostKeyChecking accept-new',
      `UserKnownHostsFile ${this.file('known_hosts')}`,
      'GlobalKnownHostsFile /dev/null',
      'IdentitiesOnly yes',
      'IdentityAgent none',
      'LogLevel ERROR',
    ];
    writeFileSync(config, lines.join('\n'));
    return ['-F', config, '-i', this.file(key)];
  }

  start(program: string, args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn(program, args, { stdio: 'pipe', env: { PATH: process.env['PATH'], ...environment } });
    this.#running.add(child);
    child.on('close', () => this.#running.delete(child));
    // It may end before it has read all its input.
    child.stdin?.on('error', () => undefined);
    return child;
  }

  run(
    program: string,
    args: readonly string[],
    options: { input?: string | Buffer; environment?: Record<string, string> } = {},
  ): Promise<SshResult> {
    const child = this.start(program, args, options.environment);
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin?.end(options.input ?? '');
    return new Promise(resolve => {
      child.on('close', (code, signal) => resolve({ code, signal, stdout: Buffer.concat(stdout), stderr }));
    });
  }

  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
