import { CodedError, common } from '@portico/plugin-kit/contract';
import type { ServerResponse } from 'node:http';

/** What the client is told. Anything that is not a coded error is a fault of ours and says no more than that. */
export function codedError(error: unknown): CodedError {
  return error instanceof CodedError ? error : common.fail('internal_error', { cause: error });
}

/** The one mapper from errors to HTTP. Writes nothing when an answer has begun or nobody is there to read it. */
export function sendError(response: ServerResponse, error: CodedError, correlationId: string): void {
  if (response.headersSent || response.writableEnded || response.destroyed) {
    response.destroy();
    return;
  }
  const text = JSON.stringify({
    code: error.code,
    message: error.message,
    correlation_id: correlationId,
    details: error.details,
  });
  response.statusCode = error.status;
  response.setHeader('X-Correlation-Id', correlationId);
  if (error.retryAfterSeconds !== undefined)
    response.setHeader('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterSeconds))));
  if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  // What is left of a body that was too large is not worth reading to the end.
  if (error.status === 413) response.setHeader('Connection', 'close');
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}
