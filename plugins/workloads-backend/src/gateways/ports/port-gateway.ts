import { createServer, request as httpRequest, ServerResponse } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { RuntimeError } from '@portico/plugin-fleet/port';
import type { PublishedPort } from '../../published-address';
import { watchStanding } from '../standing-check';
import { ENTER_PATH } from './enter-path';
import { replyHeaders, requestHeaders } from './forwarded-headers';
import { createPortAdmission } from './port-admission';
import type { AdmissionServices, Admitted } from './port-admission';
import { sendNotice } from './port-pages';

/** A form with one ticket. */
const TICKET_FORM_BYTES_MAX = 4096;
/** Exchanges open at once to one workload through this replica, streams and WebSockets included. */
const EXCHANGES_PER_ALLOCATION_MAX = 256;
/** From the last byte of the request to the first of the reply: models load slowly. */
const REPLY_SECONDS_MAX = 300;
/** For a client to send its headers, as the portal's own server has it. */
const HEADERS_SECONDS_MAX = 20;

export interface PortGatewayOptions extends AdmissionServices {
  readonly listen: { readonly host: string; readonly port: number };
  readonly logger: Pick<LoggerService, 'warn' | 'debug'>;
  /** The page of a workload, for whoever has to go back there. */
  workloadUrl(allocationId: string): string;
}

/**
 * One HTTP server for the published ports of all workloads, told apart by host name. A request is let through for whoever could open a terminal in the workload, and is carried by its runtime's
 * `forward`, so nothing of a node is reachable from outside. What stays open (streams, WebSockets) is cut within seconds of losing the right to it.
 */
export async function startPortGateway(options: PortGatewayOptions): Promise<{ port: number; close(): Promise<void> }> {
  const admission = createPortAdmission(options);
  const { access, address, clock, database, listen, logger } = options;
  const exchanges = new Map<string, number>();
  const cuts = new Set<() => void>();

  const server = createServer(
    { headersTimeout: HEADERS_SECONDS_MAX * 1000, requestTimeout: 0 },
    (request, response) => {
      serve(request, response).catch((error: unknown) => {
        logger.warn('a request to a published port failed', { error: String(error) });
        if (!response.headersSent) notice(request, response, 'unreachable', null);
        else response.destroy();
      });
    },
  );
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => {
      logger.warn('a WebSocket of a published port failed', { error: String(error) });
      socket.destroy();
    });
  });

  function notice(
    request: IncomingMessage,
    response: ServerResponse,
    what: Parameters<typeof sendNotice>[1],
    published: PublishedPort | null,
  ): void {
    const wantsPage = (request.headers.accept ?? '').includes('text/html');
    // What was not read would hold the connection.
    request.resume();
    sendNotice(response, what, { workloadUrl: published && options.workloadUrl(published.allocationId), wantsPage });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const published = address.portOf(request.headers.host);
    if (published === undefined) return notice(request, response, 'nowhere', null);
    if (request.url?.split('?')[0] === ENTER_PATH) return enter(request, response, published);
    const admitted = await admission.admit(request, published, { isUpgrade: false });
    if (typeof admitted === 'string') return notice(request, response, admitted, published);
    const exchange = begin(admitted, published, () => response.destroy());
    if (exchange === undefined) return notice(request, response, 'too_busy', published);
    response.once('close', exchange.end);
    const stream = await connect(published);
    if (typeof stream === 'string') return notice(request, response, stream, published);
    const onward = ask(request, stream, published);
    onward.on('response', reply => {
      response.writeHead(reply.statusCode ?? 502, replyHeaders(reply.headers, admission));
      reply.on('data', exchange.active);
      pipeline(reply, response, () => stream.destroy());
    });
    onward.on('error', () => {
      stream.destroy();
      if (response.headersSent) response.destroy();
      else notice(request, response, 'nothing_listens', published);
    });
    response.once('close', () => stream.destroy());
    pipeline(request, onward, () => undefined);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const published = address.portOf(request.headers.host);
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    const admitted =
      published !== undefined && isWebSocket && (await admission.admit(request, published, { isUpgrade: true }));
    if (!admitted || !published || typeof admitted === 'string') return refuseUpgrade(socket, 403);
    const exchange = begin(admitted, published, () => socket.destroy());
    if (exchange === undefined) return refuseUpgrade(socket, 503);
    socket.once('close', exchange.end);
    const stream = await connect(published);
    if (typeof stream === 'string') return refuseUpgrade(socket, 502);
    if (socket.destroyed) return void stream.destroy();
    const onward = ask(request, stream, published);
    onward.on('upgrade', (reply, far: Duplex, farHead: Buffer) => {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\n${headerLines({ ...replyHeaders(reply.headers, admission), connection: 'Upgrade', upgrade: 'websocket' })}\r\n`,
      );
      if (farHead.length > 0) socket.write(farHead);
      if (head.length > 0) far.write(head);
      far.on('data', exchange.active);
      socket.on('data', exchange.active);
      pipeline(far, socket, () => socket.destroy());
      pipeline(socket, far, () => far.destroy());
    });
    onward.on('response', reply => {
      reply.resume();
      refuseUpgrade(socket, reply.statusCode ?? 502);
      stream.destroy();
    });
    onward.on('error', () => {
      stream.destroy();
      refuseUpgrade(socket, 502);
    });
    socket.once('close', () => stream.destroy());
    onward.end();
  }

  /** Counts the exchange, and cuts it off when the right to it is lost. Undefined when there are too many. */
  function begin(admitted: Admitted, published: PublishedPort, cut: () => void) {
    const { allocationId } = published;
    const open = exchanges.get(allocationId) ?? 0;
    if (open >= EXCHANGES_PER_ALLOCATION_MAX) return undefined;
    exchanges.set(allocationId, open + 1);
    const watch = watchStanding({ clock, check: () => admission.standing(admitted, published), onLost: cut });
    cuts.add(cut);
    const active = access.activity(allocationId);
    active();
    let hasEnded = false;
    return {
      active,
      end() {
        if (hasEnded) return;
        hasEnded = true;
        watch.stop();
        cuts.delete(cut);
        const left = (exchanges.get(allocationId) ?? 1) - 1;
        if (left === 0) exchanges.delete(allocationId);
        else exchanges.set(allocationId, left);
      },
    };
  }

  async function connect({ allocationId, port }: PublishedPort): Promise<Duplex | 'nothing_listens' | 'unreachable'> {
    const target = await access.runtimeOf(database.read, allocationId);
    if (target === undefined) return 'unreachable';
    try {
      const stream = await target.runtime.forward(target.instance, { host: '127.0.0.1', port });
      stream.on('error', () => stream.destroy());
      return stream;
    } catch (error) {
      logger.debug('a published port could not be connected to', { allocation_id: allocationId, error: String(error) });
      return error instanceof RuntimeError && error.code !== 'node_unreachable' ? 'nothing_listens' : 'unreachable';
    }
  }

  /** The request as the workload hears it. An upgrade keeps the two headers that make it one. */
  function ask(request: IncomingMessage, stream: Duplex, published: PublishedPort): ClientRequest {
    const headers = requestHeaders(request, {
      cookieName: admission.cookieName,
      address: request.socket.remoteAddress ?? '',
      isSecure: address.isSecure,
    });
    const isUpgrade = request.headers.upgrade !== undefined;
    let hasReply = false;
    const onward = httpRequest({
      createConnection: () => stream,
      method: request.method,
      path: request.url,
      host: '127.0.0.1',
      port: published.port,
      headers: {
        ...headers,
        ...(isUpgrade ? { connection: 'Upgrade', upgrade: 'websocket' } : { connection: 'close' }),
      },
      setHost: false,
      timeout: REPLY_SECONDS_MAX * 1000,
    });
    onward.once('response', () => (hasReply = true));
    onward.once('upgrade', () => (hasReply = true));
    onward.on('timeout', () => {
      if (!hasReply) onward.destroy(new Error('no reply in time'));
    });
    return onward;
  }

  async function enter(request: IncomingMessage, response: ServerResponse, published: PublishedPort): Promise<void> {
    const ticket = request.method === 'POST' ? await ticketIn(request) : undefined;
    const entered = ticket === undefined ? undefined : await admission.enter(published, ticket);
    if (entered === undefined) return notice(request, response, 'ticket_invalid', published);
    const secure = address.isSecure ? '; Secure' : '';
    response.writeHead(303, {
      Location: '/',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'Set-Cookie': `${admission.cookieName}=${entered.cookie}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${entered.seconds}${secure}`,
    });
    response.end();
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  address.listeningOn(port);
  return {
    port,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      // Upgraded connections are not the server's any more.
      for (const cut of [...cuts]) cut();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The field `ticket` of a form, or undefined when there is none or too much. */
async function ticketIn(request: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > TICKET_FORM_BYTES_MAX) return undefined;
  }
  return new URLSearchParams(text).get('ticket') ?? undefined;
}

function refuseUpgrade(socket: Duplex, status: number): void {
  if (socket.destroyed) return;
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function headerLines(headers: Readonly<Record<string, string | string[]>>): string {
  return Object.entries(headers)
    .flatMap(([name, value]) => [value].flat().map(one => `${name}: ${one}\r\n`))
    .join('');
}
