import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ServerChannel } from 'ssh2';
import type { ClientBackPressure } from './client-socket';
import { forgetWritten } from './ssh2-internals';

/** What is taken from a program ahead of its turn. A stream's own piece is 64 KiB; more only keeps both sides busy. */
const QUEUED_BYTES_MAX = 256 * 1024;

type Target = 'stdout' | 'stderr';

/**
 * Everything a channel sends, one piece at a time, whichever stream it is for: output and errors share the channel's window, and `ssh2`
 * repeats data when both wait for it. Also waits for the client's socket, see `ClientBackPressure`.
 */
export class ChannelOutput {
  readonly #queue: { target: Target; chunk: Buffer }[] = [];
  readonly #held = new Set<Readable>();
  #queuedBytes = 0;
  #isSending = false;
  #isAbandoned = false;
  #idle: (() => void)[] = [];

  constructor(
    private readonly channel: ServerChannel,
    private readonly backPressure: ClientBackPressure,
    /** Called with every piece. */
    private readonly passing: (piece: Buffer) => void,
  ) {}

  /** Resolves when the source has ended or failed and all it said has been sent, or when the channel is abandoned. Does not end the channel. */
  async pump(source: Readable, target: Target): Promise<void> {
    source.on('data', (chunk: Buffer) => {
      if (this.#isAbandoned) return;
      this.passing(chunk);
      this.#queue.push({ target, chunk });
      this.#queuedBytes += chunk.length;
      if (!this.#isSending) this.#sendNext();
      if (this.#queuedBytes <= QUEUED_BYTES_MAX) return;
      source.pause();
      this.#held.add(source);
    });
    // It may break off: what came before is sent, and its owner hears of it from the source.
    await finished(source, { writable: false }).catch(() => undefined);
    if (this.#isSending && !this.#isAbandoned) await new Promise<void>(resolve => this.#idle.push(resolve));
  }

  /** The channel is gone; nobody waits for it any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#queue.length = 0;
    this.#becomeIdle();
  }

  #sendNext(): void {
    const next = this.#queue.shift();
    if (next === undefined || this.#isAbandoned) {
      this.#isSending = false;
      return this.#becomeIdle();
    }
    this.#isSending = true;
    if (this.backPressure.hasRoom) this.#write(next);
    else void this.backPressure.room().then(() => this.#write(next));
  }

  #write({ target, chunk }: { target: Target; chunk: Buffer }): void {
    if (this.#isAbandoned) return;
    const stream = target === 'stdout' ? this.channel : this.channel.stderr;
    stream.write(chunk, () => {
      forgetWritten(this.channel);
      this.#queuedBytes -= chunk.length;
      if (this.#queuedBytes <= QUEUED_BYTES_MAX / 2) {
        for (const source of this.#held) source.resume();
        this.#held.clear();
      }
      this.#sendNext();
    });
  }

  #becomeIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
