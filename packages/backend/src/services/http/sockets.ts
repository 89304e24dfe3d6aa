import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock, SocketOptions } from '@portico/plugin-kit/backend';
import { commonErrors } from '@portico/plugin-kit/contract';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ClientAddresses } from './client-address';
import { parameterNames, PathTree } from './path-template';
import { correlationIdOf } from './request-reading';

/** Open WebSockets of one server; each holds buffers, and a person has a handful. */
const SOCKETS_MAX = 10_000;
/** Largest message in bytes a client may send: a generous paste into a terminal. */
const MESSAGE_BYTES_MAX = 1024 * 1024;
/** Milliseconds a client has to answer our close frame before it is cut off. */
const CLOSE_MILLISECONDS_MAX = 2_000;
/** RFC 6455: the server is going away. */
const GOING_AWAY = 1001;

export interface SocketServices {
  readonly clock: Clock;
  readonly addresses: ClientAddresses;
  readonly logger: LoggerService;
  readonly publicUrl: string;
  readonly stopping: AbortSignal;
}

/** Upgrades to WebSocket, one handler per path. */
export class Sockets {
  readonly #paths = new PathTree<SocketOptions>();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    clientTracking: true,
  });

  constructor(private readonly services: SocketServices) {
    services.stopping.addEventListener('abort', () => this.#closeAll(), { once: true });
  }

  get open(): number {
    return this.#server.clients.size;
  }

  add(options: SocketOptions): void {
    const kept = this.#paths.at(options.path, () => options);
    if (kept !== options) throw new Error(`Two WebSockets are served at ${options.path}`);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Without a listener an error of a half-open socket would end the process.
    socket.on('error', () => socket.destroy());
    const { clock, addresses, logger, stopping } = this.services;
    const correlationId = correlationIdOf(request, clock.now());
    const found = this.#paths.find((request.url ?? '').split('?')[0] as string);
    if (!found) return refuse(socket, 'not_found', correlationId);
    if (stopping.aborted || this.open >= SOCKETS_MAX) return refuse(socket, 'service_unavailable', correlationId);
    if (!this.#originAllowed(request)) return refuse(socket, 'csrf_token_invalid', correlationId);

    const options = found.value;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(value => value.trim());
    if (!offered.includes(options.protocol))
      return refuse(socket, 'request_malformed', correlationId, `Offer the sub-protocol ${options.protocol}.`);
    const params = decoded(parameterNames(options.path), found.parameters);
    if (!params) return refuse(socket, 'not_found', correlationId);

    // `ws` would answer the first protocol offered; the one that names the contract is answered alone, a token never echoed.
    request.headers['sec-websocket-protocol'] = options.protocol;
    this.#server.handleUpgrade(request, socket, head, connected => {
      connected.on('error', error =>
        logger.debug('a WebSocket failed', { path: options.path, correlation_id: correlationId, error: error.message }),
      );
      options.handle({
        socket: connected,
        params,
        credentials: offered.filter(value => value !== options.protocol),
        correlationId,
        address: addresses.of(request),
      });
    });
  }

  /** A page of another site must not speak through its visitor. Programs send no Origin, and prove themselves by token. */
  #originAllowed(request: IncomingMessage): boolean {
    const origin = request.headers.origin;
    if (origin === undefined) return true;
    if (origin === new URL(this.services.publicUrl).origin) return true;
    try {
      return new URL(origin).host === request.headers.host;
    } catch {
      return false;
    }
  }

  #closeAll(): void {
    for (const client of this.#server.clients) {
      client.close(GOING_AWAY, 'The portal is restarting; reconnect in a moment.');
      setTimeout(() => client.terminate(), CLOSE_MILLISECONDS_MAX).unref();
    }
  }
}

function decoded(names: readonly string[], encoded: readonly string[]): Record<string, string> | undefined {
  try {
    return Object.fromEntries(names.map((name, place) => [name, decodeURIComponent(encoded[place] ?? '')]));
  } catch {
    return undefined;
  }
}

/** An upgrade that is refused is still HTTP: the same envelope, written by hand because there is no response object. */
function refuse(
  socket: Duplex,
  code: keyof typeof commonErrors,
  correlationId: string,
  message: string = commonErrors[code].sentence,
): void {
  const text = JSON.stringify({ code, message, correlation_id: correlationId, details: {} });
  socket.end(
    `HTTP/1.1 ${commonErrors[code].status} Refused\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `X-Correlation-Id: ${correlationId}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
