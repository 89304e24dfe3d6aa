import type { Duplex, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ExecProcess, ExecRequest } from '@portico/plugin-fleet/runtime';
import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2';

/** Environment a client may set, as OpenSSH's own default configuration does. */
const ACCEPTED_ENVIRONMENT = /^(LANG|LC_[A-Z]+|COLORTERM|TERM_PROGRAM)$/;
const ENVIRONMENT_VALUE_LENGTH_MAX = 256;
const TERMINAL_CELLS_MAX = 1000;
const COMMAND_LENGTH_MAX = 128 * 1024;

function size(info: { cols: number; rows: number }): { cols: number; rows: number } {
  const bound = (value: number, fallback: number) => (value > 0 && value <= TERMINAL_CELLS_MAX ? value : fallback);
  return { cols: bound(info.cols, 80), rows: bound(info.rows, 24) };
}

/** What can be done inside one instance. */
export interface InsideInstance {
  exec(request: ExecRequest): Promise<ExecProcess>;
  forward(target: { host: string; port: number }): Promise<Duplex>;
}

/**
 * One session channel: a shell, a command or sftp, run inside the instance. Bytes are piped, so that a slow side slows the other down; the exit
 * status goes out after the last byte of output, as OpenSSH clients expect.
 */
export function serveSession(session: Session, instance: InsideInstance): void {
  const environment: Record<string, string> = {};
  let pty: ({ term: string } & { cols: number; rows: number }) | null = null;
  let resize: (size: { cols: number; rows: number }) => void = () => undefined;
  let signal: (name: string) => void = () => undefined;

  session.on('env', (accept, reject, info: { key: string; val: string }) => {
    if (!ACCEPTED_ENVIRONMENT.test(info.key) || info.val.length > ENVIRONMENT_VALUE_LENGTH_MAX) return reject?.();
    environment[info.key] = info.val;
    accept?.();
  });
  session.on('pty', (accept, _reject, info: PseudoTtyInfo & { term?: string }) => {
    pty = { term: /^[A-Za-z0-9._+-]{1,64}$/.test(info.term ?? '') ? (info.term as string) : 'xterm-256color', ...size(info) };
    accept?.();
  });
  session.on('window-change', (accept, _reject, info) => {
    resize(size(info));
    accept?.();
  });
  session.on('signal', (accept, _reject, info) => {
    signal(info.name);
    accept?.();
  });

  const run = async (channel: ServerChannel, command: ExecRequest['command']) => {
    try {
      const process = await instance.exec({ command, pty, environment });
      resize = process.resize.bind(process);
      signal = process.signal.bind(process);
      const exited = new Promise<{ exitCode: number | null; signal: string | null }>(resolve => process.onExit(resolve));
      channel.on('close', () => {
        // The client left: what it started without a terminal of its own ends too, as a hang-up does it.
        process.signal('HUP');
        process.stdio.destroy();
      });
      await Promise.all([pump(channel, process.stdio), drain(process.stderr, channel.stderr as unknown as NodeJS.WritableStream), exited]);
      const end = await exited;
      if (!channel.writable && channel.destroyed) return;
      if (end.signal !== null) channel.exit(end.signal, false, '');
      else channel.exit(end.exitCode ?? 255);
      channel.end();
    } catch (error) {
      if (channel.destroyed) return;
      channel.stderr.write(`The workload cannot be reached at the moment: ${error instanceof Error ? error.message : 'unknown reason'}\r\n`);
      channel.exit(255);
      channel.end();
    }
  };

  session.on('shell', accept => void run(accept(), { kind: 'shell' }));
  session.on('exec', (accept, reject, info) => {
    if (info.command.length > COMMAND_LENGTH_MAX) return reject();
    void run(accept(), { kind: 'command', line: info.command });
  });
  session.on('subsystem', (accept, reject, info) => {
    if (info.name !== 'sftp') return reject();
    void run(accept(), { kind: 'sftp' });
  });
}

/** Both directions of the channel; resolves when the process has closed its output. */
async function pump(channel: ServerChannel, stdio: Duplex): Promise<void> {
  channel.pipe(stdio);
  stdio.pipe(channel, { end: false });
  await finished(stdio, { writable: false }).catch(() => undefined);
}

async function drain(from: Readable, to: NodeJS.WritableStream): Promise<void> {
  from.pipe(to, { end: false });
  await finished(from).catch(() => undefined);
}
