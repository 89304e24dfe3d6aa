import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';

/**
 * A channel as a stream that can be relied upon: it ends for a reader who comes late, and a writer whose bytes nobody will take any more comes to the end of them. (A channel of `ssh2` that has
 * closed calls no writer back, and says nothing of a close before everything was read.)
 */
export class ChannelStream extends Duplex {
  #writing: (() => void) | null = null;
  #isDeaf = false;

  /** `dropped` is called when somebody has no more use for the stream, while the channel can still be spoken to. */
  constructor(
    private readonly channel: ClientChannel,
    private readonly dropped: () => void = () => undefined,
  ) {
    super({ allowHalfOpen: true });
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('error', () => this.goDeaf());
    channel.on('close', () => {
      this.goDeaf();
      if (!this.readableEnded) this.push(null);
    });
    channel.resume();
  }

  /** Nothing written from here on has a reader: the program has ended, or the connection to it. */
  goDeaf(): void {
    this.#isDeaf = true;
    this.#written();
  }

  override _read(): void {
    this.channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#isDeaf) return done();
    this.#writing = done;
    this.channel.write(chunk, () => this.#written());
  }

  override _final(done: () => void): void {
    if (!this.#isDeaf) this.channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.goDeaf();
    this.dropped();
    this.channel.close();
    this.channel.resume();
    // Whoever drops a stream knows why; nobody need listen for the consequence.
    done(this.listenerCount('error') > 0 ? error : null);
  }

  #written(): void {
    const done = this.#writing;
    this.#writing = null;
    done?.();
  }
}
