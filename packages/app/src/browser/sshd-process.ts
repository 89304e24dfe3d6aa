import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { waitFor } from '@portico/plugin-kit/testing';

const program = '/usr/sbin/sshd';
/** Where OpenSSH's server is installed; what needs one is skipped elsewhere. */
export const hasSshd = existsSync(program);

export interface SshdProcess {
  readonly port: number;
  readonly fingerprint: string;
  stop(): Promise<void>;
}

/** An SSH server that lets nobody in: what a machine is to somebody with the wrong password. */
export async function startSshd(): Promise<SshdProcess> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'portico-sshd-'));
  const key = path.join(directory, 'host-key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const port = await freePort();
  const settings = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${key}`,
    `PidFile ${path.join(directory, 'pid')}`,
    'UsePAM no',
    'PasswordAuthentication yes',
    'PubkeyAuthentication no',
    'AllowUsers nobody-at-all',
  ];
  await writeFile(path.join(directory, 'config'), `${settings.join('\n')}\n`);
  const child = spawn(program, ['-D', '-e', '-f', path.join(directory, 'config')], { stdio: 'ignore' });
  await waitFor(() => canConnect(port), 'sshd listens');
  const printed = execFileSync('ssh-keygen', ['-lf', `${key}.pub`], { encoding: 'utf8' });
  return {
    port,
    fingerprint: printed.split(' ')[1] ?? '',
    async stop() {
      child.kill('SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>(resolve => server.close(() => resolve()));
  return port;
}

async function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
