import { PassThrough } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { RuntimeError } from '@portico/plugin-fleet/port';
import { readPid } from './shell-command';

/** Bytes that may come before a script has begun: what sudo complains of. */
const PREAMBLE_BYTES_MAX = 64 * 1024;

/**
 * A command on a node: its streams without the line that names its process, how it ended, and a way to end it. `terminate` is told the process to end once that is known; closing the
 * channel alone would leave what writes nothing running.
 */
export class RemoteCommand {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  /** Of the whole command: null when the connection was lost, or it was ended, before it said how it ended. */
  readonly ended: Promise<number | null>;
  #pid: number | undefined;
  #preamble = '';
  #terminated = false;

  constructor(
    private readonly channel: ClientChannel,
    private readonly kill: (pid: number) => void,
  ) {
    let status: number | null = null;
    channel.on('exit', (code: number | null) => (status = code));
    this.ended = new Promise(resolve => channel.once('close', () => resolve(status)));
    // A broken connection ends the channel; what there is to say is said by `ended`.
    channel.on('error', () => channel.destroy());
    channel.stdin.on('error', () => {});
    channel.pipe(this.stdout);
    channel.stderr.on('data', (chunk: Buffer) => this.#read(chunk));
    channel.stderr.on('end', () => this.stderr.end());
    void this.ended.then(() => {
      if (!this.stderr.writableEnded) this.stderr.end();
      if (!this.stdout.writableEnded) this.stdout.end();
    });
  }

  /** Whether the script began; while false, `preamble` is what was said instead. */
  get began(): boolean {
    return this.#pid !== undefined;
  }
  get preamble(): string {
    return this.#preamble;
  }

  terminate(): void {
    if (this.#terminated) return;
    this.#terminated = true;
    if (this.#pid !== undefined) this.kill(this.#pid);
    // Else it is ended as soon as it says which process it is.
    if (this.#pid !== undefined || this.channel.destroyed) this.channel.close();
    this.stdout.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#pid === undefined) {
      this.#preamble += chunk.toString('utf8');
      const found = readPid(this.#preamble);
      if (found === undefined) {
        if (this.#preamble.length > PREAMBLE_BYTES_MAX) this.channel.close();
        return;
      }
      this.#pid = found.pid;
      if (this.#terminated) {
        this.kill(found.pid);
        this.channel.close();
      }
      if (found.rest !== '') this.stderr.write(found.rest);
      return;
    }
    if (!this.stderr.write(chunk)) {
      this.channel.stderr.pause();
      this.stderr.once('drain', () => this.channel.stderr.resume());
    }
  }
}

/** Why a script did not begin, from what was said in its place. */
export function notBegun(said: string, status: number | null): RuntimeError {
  const text = said.trim().slice(0, 500);
  if (/^sudo:/m.test(text) || /sudo.*not found/.test(text)) {
    return new RuntimeError('access_denied', `The login may not use sudo without a password there: ${text}`);
  }
  if (status === null) return new RuntimeError('node_unreachable', 'The connection was lost before the command began.');
  return new RuntimeError(
    'runtime_failed',
    `The node did not run the command (status ${status}): ${text || 'it said nothing'}`,
  );
}
