/**
 * Every refusal has a stable code, never reused, with the status it travels under and one sentence for people. A plugin
 * declares its own with `defineErrors`; the ones any operation may answer are here.
 */
export interface ErrorDefinition {
  readonly status: 400 | 401 | 402 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 503;
  readonly sentence: string;
}
export type ErrorDefinitions = Readonly<Record<string, ErrorDefinition>>;

export function defineErrors<const Definitions extends ErrorDefinitions>(definitions: Definitions): Definitions {
  return definitions;
}

export const commonErrors = defineErrors({
  request_malformed: { status: 400, sentence: 'The request does not fit the contract; details name each place.' },
  idempotency_key_required: { status: 400, sentence: 'This operation needs an Idempotency-Key header.' },
  idempotency_key_invalid: { status: 400, sentence: 'An Idempotency-Key is 1 to 128 visible ASCII characters.' },
  cursor_invalid: { status: 400, sentence: 'The cursor does not belong to this list; start again without it.' },
  authentication_required: { status: 401, sentence: 'Sign in to do this.' },
  csrf_token_invalid: {
    status: 403,
    sentence: 'The request did not come from a page of this portal; reload and try again.',
  },
  permission_denied: { status: 403, sentence: 'You do not have the permission for this.' },
  session_required: {
    status: 403,
    sentence: 'This is for a person who has signed in; an API key cannot do it.',
  },
  step_up_required: {
    status: 403,
    sentence: 'Confirm that it is you, then repeat the request: what it does is worth asking twice.',
  },
  second_factor_required: {
    status: 403,
    sentence: 'The organization asks for a second factor: set one up in your account, or sign in with it.',
  },
  auth_enterprise_required: {
    status: 403,
    sentence: 'The organization asks its members to sign in through its own identity provider.',
  },
  not_found: { status: 404, sentence: 'There is nothing here, or it is not yours.' },
  method_not_allowed: {
    status: 405,
    sentence: 'This address exists, but not for this method; Allow names the ones it has.',
  },
  idempotency_in_progress: { status: 409, sentence: 'A request with this Idempotency-Key is still being worked on.' },
  version_conflict: { status: 409, sentence: 'It was changed by someone else meanwhile; look again and retry.' },
  body_too_large: { status: 413, sentence: 'The request body is larger than this operation accepts.' },
  media_type_unsupported: { status: 415, sentence: 'Send JSON, with Content-Type application/json.' },
  idempotency_key_reused: { status: 422, sentence: 'This Idempotency-Key was used before with another request.' },
  rate_limited: { status: 429, sentence: 'Too many requests; wait as long as Retry-After says.' },
  internal_error: { status: 500, sentence: 'Something broke on our side. The correlation id finds it in the logs.' },
  service_unavailable: { status: 503, sentence: 'The service cannot do this at the moment; nothing was changed.' },
  storage_full: { status: 503, sentence: 'The disk of the portal is full; nothing was changed.' },
});

/** Thrown by effectful code; the one mapper of the HTTP service turns it into the error envelope. Match on `code`, never on the message. */
export class CodedError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    error: { code: string; status: number; sentence: string },
    options: {
      message?: string;
      details?: Readonly<Record<string, unknown>>;
      retryAfterSeconds?: number;
      cause?: unknown;
    } = {},
  ) {
    super(options.message ?? error.sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = error.code;
    this.status = error.status;
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/**
 * Binds a plugin's definitions to a thrower: `const { fail } = errorsOf(workloadErrors); throw fail('sku_sold_out', { details })`.
 */
export function errorsOf<const Definitions extends ErrorDefinitions>(definitions: Definitions) {
  return {
    fail(code: keyof Definitions & string, options?: ConstructorParameters<typeof CodedError>[1]): CodedError {
      const definition = definitions[code] as ErrorDefinition;
      return new CodedError({ code, ...definition }, options);
    },
  };
}
export const common = errorsOf(commonErrors);
