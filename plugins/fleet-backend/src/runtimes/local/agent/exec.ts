import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { encodeJson, frameType, readJson, FrameError } from '../frames';
import { HANG_UP_GRACE_MS, TERMINAL_BACKLOG_BYTES } from '../limits';
import { Terminal } from './terminal';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ExecStream, Hello } from '../frames';
import type { Surroundings } from './surroundings';

type ExecHello = Extract<Hello, { op: 'exec' }>;
type ExecEnd = { exitCode: number | null; signal: string | null };

/**
 * One command with its own lifetime: it ends when its control connection does. Its standard streams are connections of their own.
 * Without a terminal they are handed to the program itself, so no byte of an exec or an sftp transfer passes through this process.
 */
export class Exec {
  private child: ChildProcess | null = null;
  private terminal: Terminal | null = null;
  private readonly streams: Partial<Record<ExecStream, Socket>> = {};

  constructor(
    private readonly control: Socket,
    private readonly request: ExecHello,
    private readonly surroundings: Surroundings,
  ) {
    control.on('close', () => this.signal('SIGHUP', { thenKill: true }));
  }

  /** Starts the command once every stream it needs has arrived. */
  connectStream(stream: ExecStream, socket: Socket): void {
    const { streams, request } = this;
    if (streams[stream]) throw new FrameError('that stream is already connected');
    streams[stream] = socket;
    const { stdio: output, stderr: errors } = streams;
    const input = request.separateInput ? streams.stdin : output;
    if (!output || !input || (!request.pty && !errors)) return;
    try {
      if (request.pty) this.startOnTerminal({ input, output }, request.pty);
      else this.startOnSockets([input, output, errors as Socket]);
      this.control.write(encodeJson(frameType.accepted, { started: true }));
    } catch (error) {
      this.control.end(encodeJson(frameType.refused, { message: (error as Error).message }));
      for (const each of Object.values(streams)) each.destroy();
    }
  }

  onFrame(type: number, payload: Buffer): void {
    if (type === frameType.resize) this.terminal?.resize(readJson(payload) as { cols: number; rows: number });
    else if (type === frameType.signal) this.signal(`SIG${String(readJson(payload)['name']).replace(/^SIG/, '')}`);
    else throw new FrameError('a frame that means nothing to a command');
  }

  private commandLine(): { file: string; args: string[] } {
    const { shell } = this.surroundings;
    const { command } = this.request;
    if (command.kind === 'command') return { file: shell, args: ['-c', command.line] };
    if (command.kind === 'shell') return { file: shell, args: ['-l'] };
    const system = SFTP_SERVERS.find(path => existsSync(path));
    if (system && !this.surroundings.bundledSftp) return { file: system, args: [] };
    return { file: process.execPath, args: ['--max-old-space-size=64', __filename, 'sftp'] };
  }

  private startOnSockets(stdio: [input: Socket, output: Socket, errors: Socket]): void {
    const { file, args } = this.commandLine();
    // A session of its own, so that a signal reaches everything the command starts.
    const child = spawn(file, args, {
      cwd: this.surroundings.directory(),
      env: { ...this.surroundings.environment, ...this.request.environment },
      detached: true,
      stdio,
    });
    this.child = child;
    child.on('error', error => {
      this.control.end(encodeJson(frameType.refused, { message: error.message }));
    });
    child.on('exit', (exitCode, signal) => this.finish({ exitCode, signal }));
    // The program has its own copies now. Ours are closed without a shutdown, which would end its streams.
    for (const socket of stdio) socket.destroy();
  }

  private startOnTerminal(
    { input, output }: { input: Socket; output: Socket },
    pty: { term: string; cols: number; rows: number },
  ): void {
    const { file, args } = this.commandLine();
    // A terminal is read in pieces of at most 4 KiB: those of one turn of the event loop leave together, a lone one at once.
    const pending: Buffer[] = [];
    const flush = () => {
      const chunk = Buffer.concat(pending.splice(0));
      if (chunk.length === 0 || output.destroyed) return;
      output.write(chunk);
      if (output.writableLength > TERMINAL_BACKLOG_BYTES) terminal.pause();
    };
    const terminal = new Terminal({
      file,
      args,
      ...pty,
      directory: this.surroundings.directory(),
      environment: { ...this.surroundings.environment, ...this.request.environment, TERM: pty.term },
      onOutput: chunk => {
        if (pending.push(chunk) === 1) setImmediate(flush);
      },
      onEnd: ({ exitCode, signal }) => {
        flush();
        output.end();
        // What was not read is for nobody any more. Over one connection for both, it would take the output with it.
        if (input !== output) input.destroy();
        this.finish(signal ? { exitCode: null, signal: signalName(signal) } : { exitCode, signal: null });
      },
    });
    this.terminal = terminal;
    output.on('drain', () => terminal.resume());
    output.on('close', () => terminal.resume());
    input.on('data', (chunk: Buffer) => {
      input.pause();
      terminal.write(chunk, () => input.resume());
    });
    input.resume();
  }

  private finish(end: ExecEnd): void {
    this.child = null;
    this.terminal = null;
    if (!this.control.destroyed) this.control.end(encodeJson(frameType.exit, end));
  }

  private signal(name: string, { thenKill = false } = {}): void {
    if (!(name in constants.signals)) return;
    const signal = name as NodeJS.Signals;
    if (this.terminal) this.terminal.kill(signal);
    const pid = this.child?.pid;
    if (pid !== undefined) killGroup(pid, signal);
    if (!thenKill) return;
    setTimeout(() => {
      this.terminal?.kill('SIGKILL');
      if (this.child && pid !== undefined) killGroup(pid, 'SIGKILL');
    }, HANG_UP_GRACE_MS).unref();
  }
}

const SFTP_SERVERS = ['/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server', '/usr/lib/ssh/sftp-server'];

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended by itself.
  }
}

function signalName(signal: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === signal)?.[0] ?? `SIG${signal}`;
}
