import { Readable } from 'node:stream';
import { greetAgent } from './agent-connection';
import { CommandStream } from './command-stream';
import { encodeJson, frameType, readJson } from './frames';
import { CONNECT_DEADLINE_MS } from './limits';
import { RuntimeError } from './port';
import { RawStream } from './raw-stream';
import { connectUnix } from './unix-socket';
import type { Duplex } from 'node:stream';
import type { AgentConnection } from './agent-connection';
import type { ExecStream } from './frames';
import type { ExecProcess, ExecRequest } from './port';

const NONE = Promise.resolve(null);

type End = { exitCode: number | null; signal: string | null };

/**
 * Starts a command: a control connection, then one for output, one for input and, without a terminal, one for errors. They are apart because
 * a connection one of whose directions breaks takes the other with it. Exit may be reported before the last output has been read; the
 * streams end by themselves.
 */
export async function startExec(socketPath: string, request: ExecRequest): Promise<ExecProcess> {
  const control = await greetAgent(socketPath, {
    op: 'exec',
    command: request.command,
    pty: request.pty,
    environment: { ...request.environment },
    separateInput: true,
  });
  const execId = String(control.answer['execId']);
  const open = async (stream: ExecStream) => {
    const socket = await connectUnix(socketPath, CONNECT_DEADLINE_MS);
    socket.on('error', () => socket.destroy());
    socket.write(encodeJson(frameType.hello, { op: 'exec-stream', execId, stream }));
    return socket;
  };
  // A stream is answered by the program itself, not by the agent: what arrives on it is output from the first byte.
  const started = waitForStart(control);
  const opening = [
    open('stdio'),
    // An agent of an earlier release knows one connection for both.
    control.answer['separateInput'] ? open('stdin') : NONE,
    request.pty ? NONE : open('stderr'),
  ] as const;
  try {
    const [output, input, errors] = await Promise.all(opening);
    const stdio = input ? new CommandStream(output, input) : new RawStream(output);
    const process = new AgentExec(control, stdio, errors ? new RawStream(errors) : Readable.from([]));
    await started(process);
    return process;
  } catch (error) {
    control.socket.destroy();
    for (const opened of opening) opened.then(socket => socket?.destroy()).catch(() => undefined);
    throw error;
  }
}

function waitForStart(control: AgentConnection): (process: AgentExec) => Promise<void> {
  return process =>
    new Promise((done, failed) => {
      const fail = (message: string) => {
        clearTimeout(timer);
        failed(new RuntimeError('runtime_failed', message));
      };
      const timer = setTimeout(() => fail('The command did not start in time.'), CONNECT_DEADLINE_MS);
      control.socket.once('close', () => fail('The sandbox closed the connection.'));
      control.onFrame((type, payload) => {
        if (type === frameType.accepted) {
          clearTimeout(timer);
          done();
        } else if (type === frameType.refused) {
          fail(`The command could not be started: ${String(readJson(payload)['message']).slice(0, 200)}`);
        } else if (type === frameType.exit) process.finish(readJson(payload));
      });
    });
}

class AgentExec implements ExecProcess {
  private end: End | null = null;
  private listeners: ((end: End) => void)[] = [];

  constructor(
    private readonly control: AgentConnection,
    readonly stdio: Duplex,
    readonly stderr: Readable,
  ) {
    control.socket.on('close', () => this.finish({ exitCode: null, signal: null }));
    // Whoever drops the streams has dropped the command.
    stdio.on('close', () => !stdio.readableEnded && control.socket.destroy());
  }

  resize({ cols, rows }: { cols: number; rows: number }): void {
    this.send(encodeJson(frameType.resize, { cols, rows }));
  }

  signal(name: string): void {
    this.send(encodeJson(frameType.signal, { name }));
  }

  onExit(listener: (end: End) => void): void {
    if (this.end) queueMicrotask(() => listener(this.end as End));
    else this.listeners.push(listener);
  }

  finish(end: Record<string, unknown>): void {
    if (this.end) return;
    const { exitCode, signal } = end;
    this.end = {
      exitCode: typeof exitCode === 'number' ? exitCode : null,
      signal: typeof signal === 'string' ? signal.slice(0, 16) : null,
    };
    for (const listener of this.listeners.splice(0)) listener(this.end);
  }

  private send(frame: Buffer): void {
    if (!this.control.socket.destroyed && this.control.socket.writable) this.control.socket.write(frame);
  }
}
