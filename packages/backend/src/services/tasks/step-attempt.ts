import type { Clock } from '@portico/plugin-kit/backend';

/** Why a step was told to stop. */
export type AbortReason = 'deadline' | 'cancel' | 'lost' | 'shutdown';

/** How long an aborted step may take to come to rest. Afterwards it is left behind, and whoever goes on does so under a higher fencing token. */
const ABORT_GRACE_MILLISECONDS = 5_000;

export type AttemptEnd =
  | { readonly kind: 'done'; readonly result: object | void }
  | { readonly kind: 'threw'; readonly error: unknown }
  | {
      readonly kind: 'aborted';
      readonly reason: AbortReason;
      /** What it came to before the grace was over; `abandoned` when it did not. */
      readonly rest: 'done' | 'threw' | 'abandoned';
      readonly result?: object | void;
    };

/** One attempt at something that may hang: with a deadline, and an end that always comes. */
export class StepAttempt {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  #reason: AbortReason | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: AbortReason): void {
    this.#reason ??= reason;
    this.#controller.abort(new Error(`the step was stopped: ${reason}`));
  }

  async run(work: () => Promise<object | void>, deadlineMilliseconds: number): Promise<AttemptEnd> {
    const over = new AbortController();
    const ended = (async () => work())().then(
      result => ({ kind: 'done', result }) as const,
      (error: unknown) => ({ kind: 'threw', error }) as const,
    );
    const aborted = new Promise<'aborted'>(resolve => {
      if (this.signal.aborted) resolve('aborted');
      else this.signal.addEventListener('abort', () => resolve('aborted'), { once: true });
    });
    void this.#clock.sleep(deadlineMilliseconds, over.signal).then(() => over.signal.aborted || this.abort('deadline'));
    try {
      const first = await Promise.race([ended, aborted]);
      if (first !== 'aborted') return first;
      const reason = this.#reason ?? 'deadline';
      const rest = await Promise.race([ended, this.#clock.sleep(ABORT_GRACE_MILLISECONDS, over.signal)]);
      if (rest === undefined) return { kind: 'aborted', reason, rest: 'abandoned' };
      return rest.kind === 'done'
        ? { kind: 'aborted', reason, rest: 'done', result: rest.result }
        : { kind: 'aborted', reason, rest: 'threw' };
    } finally {
      over.abort();
    }
  }
}
