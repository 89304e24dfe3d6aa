import type { LoggerService } from '@backstage/backend-plugin-api';
import { networkOf } from '@portico/plugin-kit/backend';
import type { Clock, SocketOptions } from '@portico/plugin-kit/backend';
import { commonErrors } from '@portico/plugin-kit/contract';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { ClientAddresses } from './client-address';
import { parameterNames, PathTree } from './path-template';
import { correlationIdOf } from './request-reading';

/** Open WebSockets of one server; each holds buffers, and a person has a handful. */
const SOCKETS_MAX = 10_000;
/** Of those, open from one address: an office behind one, and still no way for one client to take them all. */
const SOCKETS_PER_ADDRESS_MAX = 1_000;
/** What may wait in memory for one client to read. Handlers pace themselves well below; beyond it the client reads nothing and asks for more. */
const UNSENT_BYTES_MAX = 8 * 1024 * 1024;
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

/**
 * Ends a connection whose client has others write to it and does not read: answers to its pings, output that it claims to have taken, whatever
 * a handler forgot to bound. All of it is queued in this process, which is everybody's.
 */
class BoundedWebSocket extends WebSocket {
  override send(...args: unknown[]): void {
    if (this.bufferedAmount > UNSENT_BYTES_MAX) this.terminate();
    else (super.send as (...all: unknown[]) => void)(...args);
  }

  override pong(...args: Parameters<WebSocket['pong']>): void {
    if (this.bufferedAmount > UNSENT_BYTES_MAX) this.terminate();
    else super.pong(...args);
  }
}

/** Upgrades to WebSocket, one handler per path. */
export class Sockets {
  readonly #paths = new PathTree<SocketOptions>();
  readonly #perAddress = new Map<string, number>();
  readonly #server = new WebSocketServer({
    WebSocket: BoundedWebSocket,
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
    const address = addresses.of(request);
    const network = networkOf(address);
    const ofNetwork = this.#perAddress.get(network) ?? 0;
    if (ofNetwork >= SOCKETS_PER_ADDRESS_MAX) return refuse(socket, 'rate_limited', correlationId);
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
      this.#perAddress.set(network, (this.#perAddress.get(network) ?? 0) + 1);
      connected.on('close', () => this.#leave(network));
      connected.on('error', error =>
        logger.debug('a WebSocket failed', { path: options.path, correlation_id: correlationId, error: error.message }),
      );
      options.handle({
        socket: connected,
        params,
        credentials: offered.filter(value => value !== options.protocol),
        correlationId,
        address,
      });
    });
  }

  #leave(network: string): void {
    const left = (this.#perAddress.get(network) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(network);
    else this.#perAddress.set(network, left);
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
  // The HTTP server keeps half-open connections and has stopped watching this one: without this its client could keep it for ever.
  socket.once('finish', () => socket.destroy());
  const text = JSON.stringify({ code, message, correlation_id: correlationId, details: {} });
  socket.end(
    `HTTP/1.1 ${commonErrors[code].status} Refused\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `X-Correlation-Id: ${correlationId}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
