import { common } from '@portico/plugin-kit/contract';

/** Transactions that may wait for the one write connection. At a millisecond each this is ten seconds of work; more would only time out at the client. */
const WAITING_MAX = 10_000;

/** First come, first served: whoever holds the turn is the only writer until it gives it back. */
export class TransactionQueue {
  #held = false;
  readonly #waiting: (() => void)[] = [];
  #first = 0;

  async take(): Promise<void> {
    if (!this.#held) {
      this.#held = true;
      return;
    }
    if (this.#waiting.length - this.#first >= WAITING_MAX)
      throw common.fail('service_unavailable', { retryAfterSeconds: 1 });
    await new Promise<void>(resolve => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting[this.#first];
    if (next === undefined) {
      this.#held = false;
      return;
    }
    this.#first += 1;
    // The array is emptied when its used part has grown, so that taking from its front stays cheap.
    if (this.#first === this.#waiting.length || this.#first > 1024) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
    }
    next();
  }
}
