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
  /** Asks in this project; null in the default one. Otherwise in the active one. */
  projectId?: string | null;
  /** Who is there was confirmed for this very call: it is not asked for a second time. */
  isConfirmed?: boolean;
}

/** Calls operations of the contract with the browser's session. */
export interface ApiClient {
  call<Op extends OperationShape>(operation: Op, args: Arguments<Op>, options?: CallOptions): Promise<ReplyOf<Op>>;
  /** Address of an operation that the browser downloads itself (CSV), in the active project. */
  href<Op extends OperationShape>(operation: Op, args: Arguments<Op>): string;
}

export const apiClientRef = createApiRef<ApiClient>({ id: 'portico.api-client' });

/** What the shell knows and every request carries. */
export interface RequestHeaders {
  csrfToken: string | null;
  projectId: string | null;
}

/** What an operation answers whose caller has to confirm again who they are. */
const PROOF_WANTED = 'step_up_required';
/** Answers 404 for one reason alone: the active project is gone, or was never the caller’s. */
const WHO_AM_I = 'me';
const UNSAFE_METHODS = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
/** A request without an answer for so long is given up; the longest synchronous operation waits 5 s for a twin. */
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

export function createApiClient(options: {
  headers: () => RequestHeaders;
  /** Told when the session is over, so that the shell can ask to sign in again. */
  onSignedOut: () => void;
  /** Told of what was not there or not allowed: perhaps the active project is gone, or a role was taken. */
  onRefused: () => void;
  /**
   * Asked when an operation wants to know again who is there. True once that is confirmed: the request is then repeated as it was, its idempotency key
   * included. False when the person would not: the call fails with that error.
   */
  onProofWanted: () => Promise<boolean>;
}): ApiClient {
  function address(operation: OperationShape, args: object): string {
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
    href(operation, args) {
      const { projectId } = options.headers();
      if (operation.activeProjectIn === undefined || projectId === null) return address(operation, args);
      const { query } = args as { query?: object };
      return address(operation, { ...args, query: { ...query, [operation.activeProjectIn]: projectId } });
    },
    async call(operation, args, callOptions = {}) {
      const { csrfToken, projectId: activeProjectId } = options.headers();
      const projectId = callOptions.projectId === undefined ? activeProjectId : callOptions.projectId;
      const headers = new Headers({ accept: 'application/json' });
      if (projectId !== null) headers.set('x-project-id', projectId);
      if (csrfToken !== null && UNSAFE_METHODS.has(operation.method)) headers.set('x-csrf-token', csrfToken);
      if (callOptions.idempotencyKey !== undefined) headers.set('idempotency-key', callOptions.idempotencyKey);
      const body = (args as { body?: unknown }).body;
      if (body !== undefined) headers.set('content-type', 'application/json');
      const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS);
      let response: Response;
      try {
        response = await fetch(address(operation, args), {
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
        const isWho = operation.path === WHO_AM_I;
        // Who one is does not depend on a project that was deleted meanwhile: asked without naming one, the default is active.
        if (error.status === 404 && isWho && projectId !== null)
          return this.call(operation, args, { ...callOptions, projectId: null });
        if (error.code === PROOF_WANTED && !callOptions.isConfirmed && (await options.onProofWanted()))
          return this.call(operation, args, { ...callOptions, isConfirmed: true });
        if ((error.status === 404 || error.code === 'permission_denied') && !isWho) options.onRefused();
        throw error;
      }
      // What is promised without a body has none, whatever its status.
      const isEmpty = operation.responses[response.status] === null;
      if (isEmpty) return undefined as never;
      // A stream that is read whole is the text it is. Told by the reply: what pages know of the contract leaves streams out.
      const isStream = /^(application\/jsonl|text\/)/.test(response.headers.get('content-type') ?? '');
      return (isStream ? await response.text() : await response.json()) as never;
    },
  };
}
