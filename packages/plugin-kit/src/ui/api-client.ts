import { createApiRef } from '@backstage/frontend-plugin-api';
import type { BodySentTo, OperationShape, ParamsOf, QuerySentTo, ReplyOf } from '../contract';
import { ApiError, apiErrorFrom } from './api-error';

type Optional<Key extends string, Value> = object extends Value ? { [K in Key]?: Value } : { [K in Key]: Value };

/** What an operation takes, read off its schemas. */
export type Arguments<Op extends OperationShape> = (Op extends { readonly params: unknown }
  ? { params: ParamsOf<Op> }
  : object) &
  (Op extends { readonly query: unknown } ? Optional<'query', QuerySentTo<Op>> : object) &
  (Op extends { readonly body: unknown } ? { body: BodySentTo<Op> } : object);

export interface CallOptions {
  idempotencyKey?: string;
  signal?: AbortSignal;
  /** Asks in the default project, whichever is active. */
  withoutProject?: boolean;
}

/** Calls operations of the contract with the browser's session. */
export interface ApiClient {
  call<Op extends OperationShape>(operation: Op, args: Arguments<Op>, options?: CallOptions): Promise<ReplyOf<Op>>;
  /** Address of an operation that the browser downloads itself (CSV). */
  href<Op extends OperationShape>(operation: Op, args: Arguments<Op>): string;
}

export const apiClientRef = createApiRef<ApiClient>({ id: 'portico.api-client' });

/** What the shell knows and every request carries. */
export interface RequestHeaders {
  csrfToken: string | null;
  projectId: string | null;
}

/** Answers 404 for one reason alone: the active project is gone, or was never the caller’s. */
const WHO_AM_I = 'me';
const UNSAFE_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** A request without an answer for so long is given up; the longest synchronous operation waits 5 s for a twin. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

export function createApiClient(options: {
  headers: () => RequestHeaders;
  /** Told when the session is over, so that the shell can ask to sign in again. */
  onSignedOut: () => void;
}): ApiClient {
  function href(operation: OperationShape, args: object): string {
    const { params = {}, query = {} } = args as { params?: Record<string, string>; query?: Record<string, unknown> };
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== '') search.set(name, String(value));
    }
    const text = search.toString();
    return `/api/v1/${path}${text === '' ? '' : `?${text}`}`;
  }

  return {
    href,
    async call(operation, args, callOptions = {}) {
      const { csrfToken, projectId: activeProjectId } = options.headers();
      // Who one is does not depend on a project that was deleted meanwhile: asked without naming one, the default is active.
      const projectId = callOptions.withoutProject ? null : activeProjectId;
      const headers = new Headers({ accept: 'application/json' });
      if (projectId !== null) headers.set('x-project-id', projectId);
      if (csrfToken !== null && UNSAFE_METHODS.has(operation.method)) headers.set('x-csrf-token', csrfToken);
      if (callOptions.idempotencyKey !== undefined) headers.set('idempotency-key', callOptions.idempotencyKey);
      const body = (args as { body?: unknown }).body;
      if (body !== undefined) headers.set('content-type', 'application/json');
      const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS);
      let response: Response;
      try {
        response = await fetch(href(operation, args), {
          method: operation.method,
          headers,
          credentials: 'same-origin',
          signal: callOptions.signal === undefined ? timeout : AbortSignal.any([callOptions.signal, timeout]),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      } catch (error) {
        if (callOptions.signal?.aborted) throw error;
        throw new ApiError({
          status: 0,
          code: 'network_unreachable',
          message: 'The portal cannot be reached. What you typed is still here; try again.',
          correlationId: undefined,
          details: {},
          retryAfterSeconds: undefined,
        });
      }
      if (!response.ok) {
        const error = await apiErrorFrom(response);
        if (error.status === 401 && operation.permission !== 'public') options.onSignedOut();
        if (error.status === 404 && operation.path === WHO_AM_I && projectId !== null)
          return this.call(operation, args, { ...callOptions, withoutProject: true });
        throw error;
      }
      return (response.status === 204 ? undefined : await response.json()) as never;
    },
  };
}
