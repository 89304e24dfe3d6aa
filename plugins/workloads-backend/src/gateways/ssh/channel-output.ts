import type { Readable, Writable } from 'node:stream';
import type { ServerChannel } from 'ssh2';
import type { ClientBackPressure } from './client-socket';
import { forgetWritten } from './ssh2-internals';

/**
 * Everything a channel sends, one piece at a time, whichever stream it is for: output and errors share the channel's window, and `ssh2`
 * repeats data when both wait for it. Also waits for the client's socket, see `ClientBackPressure`.
 */
export class ChannelOutput {
  #last: Promise<void> = Promise.resolve();
  #isAbandoned = false;
  #abandon: (() => void) | undefined;

  constructor(
    private readonly channel: ServerChannel,
    private readonly backPressure: ClientBackPressure,
  ) {}

  /** Sends until the source has ended or failed, or the channel is abandoned. Does not end the channel. */
  async pump(source: Readable, target: 'stdout' | 'stderr'): Promise<void> {
    try {
      // Ending one direction of a connection must not destroy the other.
      for await (const chunk of source.iterator({ destroyOnReturn: false })) {
        await this.#send(target === 'stdout' ? this.channel : this.channel.stderr, chunk as Buffer);
        if (this.#isAbandoned) return;
      }
    } catch {
      // It broke off: what came before has been sent, and its owner hears of it from the source.
    }
  }

  /** The channel is gone; nobody waits for it any more. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#abandon?.();
  }

  #send(target: Writable, chunk: Buffer): Promise<void> {
    const sent = this.#last.then(async () => {
      await this.backPressure.room();
      if (this.#isAbandoned) return;
      await new Promise<void>(resolve => {
        this.#abandon = resolve;
        target.write(chunk, () => resolve());
      });
      forgetWritten(this.channel);
    });
    this.#last = sent;
    return sent;
  }
}
