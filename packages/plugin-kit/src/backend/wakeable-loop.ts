import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock } from './clock';

/** After a failure (the database is away, the disk is full) a loop waits this long, doubling up to the maximum. */
const FAILURE_MILLISECONDS = 200;
const FAILURE_MILLISECONDS_MAX = 10_000;

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Pick<LoggerService, 'warn'>;
  /** How long it rests when nobody wakes it. A wake-up is only a hint; this is what makes work certain to be found. */
  readonly pollMilliseconds: number;
  /** One round, never overlapping. True when there is more to do at once; a number is how long to rest instead of the usual. */
  work(signal: AbortSignal): Promise<boolean | number>;
}

/** A background loop that is idle until woken or until its poll is due, survives failures and stops cleanly. */
export class WakeableLoop {
  readonly #options: LoopOptions;
  readonly #stop = new AbortController();
  #rest = new AbortController();
  #woken = false;
  #running: Promise<void> | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** The round in progress, or the next, will see whatever was committed before this call. */
  wake(): void {
    this.#woken = true;
    this.#rest.abort();
  }

  /** Ends after the round in progress, whose signal is aborted. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#rest.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      this.#woken = false;
      let rest = this.#options.pollMilliseconds;
      try {
        const more = await this.#options.work(this.#stop.signal);
        failures = 0;
        if (more === true) {
          // SQLite answers without leaving the microtask queue; requests and timers get their turn between rounds.
          await new Promise(resolve => setImmediate(resolve));
          continue;
        }
        if (typeof more === 'number') rest = more;
      } catch (error) {
        // Woken or not, it does not hammer a database that is away.
        rest = Math.min(FAILURE_MILLISECONDS * 2 ** failures, FAILURE_MILLISECONDS_MAX);
        failures += 1;
        if (!this.#stop.signal.aborted)
          this.#options.logger.warn(`${this.#options.name} failed and tries again`, error as Error);
        await this.#options.clock.sleep(rest, this.#stop.signal);
        continue;
      }
      if (this.#woken || this.#stop.signal.aborted) continue;
      this.#rest = new AbortController();
      await this.#options.clock.sleep(rest, this.#rest.signal);
    }
  }
}
