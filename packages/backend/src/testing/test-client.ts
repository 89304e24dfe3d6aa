import type { BodySentTo, OperationShape, ParamsOf, QuerySentTo, ReplyOf } from '@portico/plugin-kit/contract';

export interface RawRequest {
  readonly token?: string;
  /** Sent as JSON; a string or bytes go as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

export interface RawReply {
  readonly status: number;
  /** The JSON of the body, `undefined` when it is empty or no JSON. */
  // Tests look into replies of many shapes; `call` is the typed way.
  readonly body: Record<string, unknown> & { items?: Record<string, unknown>[] };
  readonly text: string;
  readonly headers: Headers;
}

/** What an operation is called with, by its contract. */
export type CallInput<Op> = (Op extends { readonly params: unknown }
  ? { readonly params: ParamsOf<Op> }
  : { readonly params?: undefined }) &
  (Op extends { readonly body: unknown } ? { readonly body: BodySentTo<Op> } : { readonly body?: undefined }) & {
    readonly query?: QuerySentTo<Op>;
    readonly token?: string;
    readonly idempotencyKey?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** Speaks to a portal over real HTTP. */
export class TestClient {
  constructor(readonly url: string) {}

  /** `path` is below `/api/v1/`, or absolute when it begins with a slash. */
  async request(method: string, path: string, options: RawRequest = {}): Promise<RawReply> {
    const url = new URL(path.startsWith('/') ? path : `/api/v1/${path}`, this.url);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      for (const one of [value].flat()) if (one !== undefined) url.searchParams.append(name, String(one));
    }
    const raw = typeof options.body === 'string' || options.body instanceof Uint8Array;
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: raw ? (options.body as string) : JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const text = await textOf(response);
    return { status: response.status, body: parsed(text) as RawReply['body'], text, headers: response.headers };
  }

  /** Calls an operation that must succeed and returns its body; anything else throws with what the portal said. */
  async call<const Op extends OperationShape>(operation: Op, input: CallInput<Op>): Promise<ReplyOf<Op>> {
    const reply = await this.#send(operation, input);
    if (reply.status >= 300) throw new Error(`${operation.id} answered ${reply.status}: ${reply.text}`);
    return (operation.streams ? reply.text : reply.body) as ReplyOf<Op>;
  }

  /** Calls an operation that must be refused and returns the refusal. */
  async refusal<const Op extends OperationShape>(operation: Op, input: CallInput<Op>): Promise<Refusal> {
    const { status, body, text, headers } = await this.#send(operation, input);
    if (status < 400) throw new Error(`${operation.id} should have been refused and answered ${status}: ${text}`);
    return { status, ...(body as unknown as Omit<Refusal, 'status' | 'headers'>), headers };
  }

  #send<Op extends OperationShape>(operation: Op, input: CallInput<Op>): Promise<RawReply> {
    const given = input as {
      params?: Record<string, unknown>;
      body?: unknown;
      query?: Record<string, unknown>;
      token?: string;
      idempotencyKey?: string;
      headers?: Record<string, string>;
    };
    const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_whole, name: string) =>
      encodeURIComponent(String(given.params?.[name])),
    );
    return this.request(operation.method, path, {
      ...(given.token === undefined ? {} : { token: given.token }),
      ...(given.body === undefined ? {} : { body: given.body }),
      ...(given.query === undefined ? {} : { query: given.query }),
      headers: {
        ...(given.idempotencyKey === undefined ? {} : { 'idempotency-key': given.idempotencyKey }),
        ...given.headers,
      },
    });
  }
}

/** Events have no end: that they come is the answer. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) return response.text();
  await response.body?.cancel();
  return '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
