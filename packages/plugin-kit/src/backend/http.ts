import { createServiceRef } from '@backstage/backend-plugin-api';
import type { IncomingHttpHeaders } from 'node:http';
import type { WebSocket } from 'ws';
import type {
  BodyOf,
  OperationShape,
  ParamsOf,
  PluginContract,
  QueryOf,
  ReplyOf,
  StatusOf,
  StreamMediaType,
} from '../contract';
import type { Actor, Caller, UserCaller } from './caller';
import type { Transaction } from './database';

/**
 * Serves operations under `/api/v1`. Before a handler runs, the caller is authenticated, the request validated against the contract
 * (defaults filled in), the permission checked, the rate limit counted and the idempotency key looked up. What a handler throws becomes the error envelope.
 */
export interface HttpApi {
  /** Every operation of the contract needs a handler, and the contract an entry in the list of contracts: the start fails otherwise. */
  serve<Contract extends PluginContract>(contract: Contract, handlers: Handlers<Contract>): void;
  /** Accepts WebSockets on a path such as `/ws/terminal/{allocation_id}` after checking `Origin`. */
  socket(options: SocketOptions): void;
  /** Lets the portal's pages submit forms there too, beside their own origin: a source of a content security policy, such as `https://*.ports.example`. Asked for each page. */
  formsMayGoTo(source: () => string | null): void;
}

export const httpApiRef = createServiceRef<HttpApi>({ id: 'portico.http', scope: 'root' });

export type Handlers<Contract extends PluginContract> = {
  readonly [Name in keyof Contract['operations']]: Handler<Contract['operations'][Name]>;
};

export type Handler<Op extends OperationShape> = (request: ApiRequest<Op>) => Promise<ApiReply<Op>>;

export interface ApiRequest<Op> {
  readonly params: ParamsOf<Op>;
  readonly query: QueryOf<Op>;
  readonly body: BodyOf<Op>;
  /** The bytes the body came in, of an operation that asks for them; else undefined. */
  readonly rawBody: Op extends { readonly rawBody: true } ? Uint8Array : undefined;
  /** A signed-in user unless the operation is public; then narrow by `kind`. */
  readonly caller: Op extends { readonly permission: 'public' } ? Caller : UserCaller;
  readonly actor: Actor;
  readonly correlationId: string;
  /** Address of the client, the trusted proxy's word where one is configured. */
  readonly address: string;
  readonly headers: IncomingHttpHeaders;
  /** Aborts when the client goes away or the server shuts down. */
  readonly signal: AbortSignal;
  /**
   * The one transaction of a mutating operation. With an `Idempotency-Key` the reply is stored in the same transaction, so the effect and its
   * reply exist both or neither; a repeated key returns the stored reply without running `work`.
   */
  write(work: (tx: Transaction) => Promise<ApiReply<Op>>): Promise<ApiReply<Op>>;
}

export type ApiReply<Op> =
  | { readonly status: StatusOf<Op>; readonly body: ReplyOf<Op>; readonly headers?: ReplyHeaders }
  | {
      readonly status: StatusOf<Op>;
      readonly stream: AsyncIterable<string | Uint8Array>;
      /** One of those the operation streams; the first of them when absent. */
      readonly mediaType?: StreamMediaType;
      readonly headers?: ReplyHeaders;
    };

export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>;

export interface SocketOptions {
  readonly path: string;
  /** The sub-protocol that must be offered, answered alone; further offered values are passed on as `credentials`. */
  readonly protocol: string;
  handle(connection: SocketConnection): void;
}

export interface SocketConnection {
  readonly socket: WebSocket;
  readonly params: Readonly<Record<string, string>>;
  /** The other values of `Sec-WebSocket-Protocol`: where a single-use token travels, never in the URL. */
  readonly credentials: readonly string[];
  readonly correlationId: string;
  readonly address: string;
}
