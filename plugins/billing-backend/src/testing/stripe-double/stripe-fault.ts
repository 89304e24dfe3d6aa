/** An error as Stripe answers it: `{ error: { type, code, message, param } }` with a status. */
export class StripeFault extends Error {
  constructor(
    readonly status: number,
    readonly error: {
      readonly type: 'invalid_request_error' | 'card_error' | 'api_error' | 'idempotency_error';
      readonly message: string;
      readonly code?: string;
      readonly param?: string;
      readonly decline_code?: string;
      readonly [extra: string]: unknown;
    },
    /** Refused before anything was begun: Stripe keeps no answer for the idempotency key. */
    readonly isValidation = false,
  ) {
    super(error.message);
    this.name = 'StripeFault';
  }
}

export function invalid(message: string, details: { code?: string; param?: string } = {}): StripeFault {
  return new StripeFault(400, { type: 'invalid_request_error', message, ...details }, true);
}

/** Refused by what is so, not by how it was said: kept under the idempotency key. */
export function refused(message: string, details: { code?: string; param?: string } = {}): StripeFault {
  return new StripeFault(400, { type: 'invalid_request_error', message, ...details });
}

export function missing(what: string, id: string, param = 'id'): StripeFault {
  return new StripeFault(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param,
  });
}
