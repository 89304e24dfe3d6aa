import { StripeFault } from './stripe-fault';

export interface StripeReply {
  readonly status: number;
  readonly body: string;
}

/** How long Stripe remembers a key. */
const REMEMBERED_SECONDS = 24 * 3_600;

interface Remembered {
  readonly request: string;
  readonly requestId: string;
  readonly at: number;
  reply: StripeReply | null;
}

/**
 * What Stripe promises of an `Idempotency-Key`: the same request again is answered with the first reply whatever that was, server errors included; other parameters are refused
 * with 400, and one that is still under way with 409. What was refused by validation is not remembered.
 */
export class IdempotentReplies {
  readonly #kept = new Map<string, Remembered>();

  /** The reply of the first time, or null: go on, and call `finish`. */
  begin(
    key: string,
    about: { request: string; requestId: string; now: number },
  ): { reply: StripeReply; requestId: string } | null {
    const known = this.#kept.get(key);
    if (known === undefined || known.at + REMEMBERED_SECONDS <= about.now) {
      this.#kept.set(key, { request: about.request, requestId: about.requestId, at: about.now, reply: null });
      return null;
    }
    if (known.request !== about.request) {
      throw new StripeFault(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      });
    }
    if (known.reply === null) {
      throw new StripeFault(409, {
        type: 'invalid_request_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Stripe idempotency key: ${key}. Please try again later.`,
      });
    }
    return { reply: known.reply, requestId: known.requestId };
  }

  finish(key: string, reply: StripeReply): void {
    const known = this.#kept.get(key);
    if (known !== undefined) known.reply = reply;
  }

  forget(key: string): void {
    this.#kept.delete(key);
  }
}
