import type { Clock } from '../backend';

/** Where a test's time begins: an instant of no meaning, the same in every run. */
export const TEST_EPOCH = Date.UTC(2026, 0, 15, 12);

/** Time that stands still until the test moves it. Sleepers wake in the order of their alarms, each seeing its own instant. */
export class TestClock implements Clock {
  #now: number;
  #sleepers: { at: number; wake: () => void }[] = [];

  constructor(start: number = TEST_EPOCH) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait. `waitFor(() => clock.sleepers > 0)` is how a test knows that a loop has come to rest. */
  get sleepers(): number {
    return this.#sleepers.length;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise(resolve => {
      const sleeper = {
        at: this.#now + milliseconds,
        wake: () => {
          signal?.removeEventListener('abort', sleeper.wake);
          this.#sleepers = this.#sleepers.filter(other => other !== sleeper);
          resolve();
        },
      };
      signal?.addEventListener('abort', sleeper.wake, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Moves time forward and lets everyone who was due run, timers that they set on the way included. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#sleepers.filter(sleeper => sleeper.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
      await new Promise(resolve => setImmediate(resolve));
    }
    this.#now = end;
  }

  /** The machine's clock was set: nobody wakes, `now` is another. */
  set(now: number): void {
    this.#now = now;
  }
}
