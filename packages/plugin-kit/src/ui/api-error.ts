/** A refusal as the contract words it, or `network_unreachable` when no answer came. Match on `code`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly correlationId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(error: {
    status: number;
    code: string;
    message: string;
    correlationId: string | undefined;
    details: Readonly<Record<string, unknown>>;
    retryAfterSeconds: number | undefined;
  }) {
    super(error.message);
    this.name = 'ApiError';
    this.status = error.status;
    this.code = error.code;
    this.correlationId = error.correlationId;
    this.details = error.details;
    this.retryAfterSeconds = error.retryAfterSeconds;
  }
}

interface Envelope {
  code: string;
  message: string;
  correlation_id: string;
  details: Record<string, unknown>;
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'code' in value && 'correlation_id' in value;
}

/** Reads the error envelope; a reply that has none (a proxy's page) still becomes a coded error. */
export async function apiErrorFrom(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const retryAfter = Number(response.headers.get('retry-after'));
  const shared = {
    status: response.status,
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
  };
  if (isEnvelope(body)) {
    return new ApiError({
      ...shared,
      code: body.code,
      message: body.message,
      correlationId: body.correlation_id,
      details: body.details,
    });
  }
  return new ApiError({
    ...shared,
    code: 'service_unavailable',
    message: 'The portal did not answer as expected. Try again in a moment.',
    correlationId: response.headers.get('x-correlation-id') ?? undefined,
    details: {},
  });
}
