import { Readable } from 'node:stream';
import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import type { ExecProcess, ExecRequest } from '../port';
import { RuntimeError } from '../port';
import { ChannelStream } from './channel-stream';
import { sendSignal } from './channel-signal';

type End = { exitCode: number | null; signal: string | null };

export type Terminal = { term: string; cols: number; rows: number };

/** Asks the container's sshd for a session and for what is to run in it. */
export function openSession<Attended>(
  client: Client,
  { command, pty, environment }: ExecRequest,
  attend: (channel: ClientChannel) => Attended,
): Promise<Attended> {
  const env = { ...environment };
  const terminal = pty === null ? false : terminalOf(pty);
  const open = (done: (error: Error | undefined, channel: ClientChannel) => void) => {
    if (command.kind === 'sftp') client.subsys('sftp', done);
    else if (command.kind === 'shell') client.shell(terminal, { env }, done);
    else client.exec(command.line, terminal === false ? { env } : { env, pty: terminal }, done);
  };
  return opened(client, open, attend);
}

function terminalOf({ term, cols, rows }: Terminal): PseudoTtyOptions {
  return { term, cols, rows, width: 0, height: 0 };
}

/**
 * What a client opens, or why not; a client that is lost meanwhile calls nobody back. `attend` listens to the channel in the turn it opens in: all a short command has to say may have come with the
 * same packet.
 */
export function opened<Attended>(
  client: Client,
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  attend: (channel: ClientChannel) => Attended,
): Promise<Attended> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: Error) =>
      reject(new RuntimeError('runtime_failed', message, cause && { cause }));
    const lost = () => fail('The connection to the container was lost.');
    client.once('close', lost);
    try {
      open((error, channel) => {
        client.off('close', lost);
        if (error) return fail(`The container refused: ${error.message}.`, error);
        // A broken connection ends the channel, and an error nobody listens to would end the process.
        channel.on('error', () => undefined);
        resolve(attend(channel));
      });
    } catch (error) {
      client.off('close', lost);
      fail('The connection to the container was lost.', error as Error);
    }
  });
}

/** One program in the container. Exit may be reported before the last output has been read; the streams end by themselves. */
export class ContainerExec implements ExecProcess {
  readonly stdio: ChannelStream;
  readonly stderr: Readable;
  #end: End | null = null;
  readonly #listeners: ((end: End) => void)[] = [];

  constructor(
    private readonly channel: ClientChannel,
    { pty }: Pick<ExecRequest, 'pty'>,
  ) {
    // Whoever drops the streams has dropped the command: it is hung up on. Its errors have no reader any more.
    this.stdio = new ChannelStream(channel, () => {
      this.signal('HUP');
      channel.stderr.resume();
    });
    this.stderr = pty === null ? channel.stderr : Readable.from([]);
    if (pty !== null) channel.stderr.resume();
    channel.on('exit', (code: number | null, signal?: string) => {
      this.stdio.goDeaf();
      this.#finish({ exitCode: code, signal: signal ?? null });
    });
    channel.on('close', () => this.#finish({ exitCode: null, signal: null }));
  }

  resize({ cols, rows }: { cols: number; rows: number }): void {
    this.channel.setWindow(rows, cols, 0, 0);
  }

  signal(name: string): void {
    sendSignal(this.channel, name);
  }

  onExit(listener: (end: End) => void): void {
    if (this.#end) queueMicrotask(() => listener(this.#end as End));
    else this.#listeners.push(listener);
  }

  #finish(end: End): void {
    if (this.#end) return;
    this.#end = end;
    for (const listener of this.#listeners.splice(0)) listener(end);
  }
}
