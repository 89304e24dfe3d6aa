import { createServer, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
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

/** A form with one ticket, and milliseconds in which it has come. */
const TICKET_FORM_BYTES_MAX = 4096;
const TICKET_FORM_MS_MAX = 10_000;
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
  readonly replySecondsMax?: number;
}

/**
 * One HTTP server for the published ports of all workloads, told apart by host name. A request is let through for whoever could open a terminal in the workload, and is carried by its runtime's
 * `forward`, so nothing of a node is reachable from outside. What stays open (streams, WebSockets) is cut within seconds of losing the right to it.
 */
export async function startPortGateway(options: PortGatewayOptions): Promise<{ port: number; close(): Promise<void> }> {
  const admission = createPortAdmission(options);
  const { access, address, clock, database, listen, logger, replySecondsMax = REPLY_SECONDS_MAX } = options;
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
    // What was not read would hold the connection, for as long as somebody takes to send it.
    if (!request.complete) response.setHeader('Connection', 'close');
    request.resume();
    sendNotice(response, what, { workloadUrl: published && options.workloadUrl(published.allocationId), wantsPage });
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const published = address.portOf(request.headers.host);
    if (published === undefined) return notice(request, response, 'nowhere', null);
    if (request.url?.split('?')[0] === ENTER_PATH) return enter(request, response, published);
    const admitted = await admission.admit(request, published, { isUpgrade: false });
    if (typeof admitted === 'string') return notice(request, response, admitted, published);
    // What has closed meanwhile says so to nobody any more: what is counted for it would be counted for ever.
    if (isGone(request, response)) return;
    const exchange = begin(admitted, published, () => response.destroy());
    if (exchange === undefined) return notice(request, response, 'too_busy', published);
    whenGone(request, response, exchange.end);
    const stream = await connect(published);
    if (typeof stream === 'string') return notice(request, response, stream, published);
    if (isGone(request, response)) return void stream.destroy();
    whenGone(request, response, () => stream.destroy());
    const onward = ask(request, stream, { published, isUpgrade: false });
    const broken = () => {
      stream.destroy();
      if (response.headersSent) response.destroy();
      else notice(request, response, 'nothing_listens', published);
    };
    onward.on('response', reply => {
      const status = sayableStatus(reply);
      if (status === undefined) return broken();
      response.writeHead(status, replyHeaders(reply.headers, admission));
      reply.on('data', exchange.active);
      pipeline(reply, response, () => stream.destroy());
    });
    onward.on('error', broken);
    // Also without a reply or an error, as after a change of protocol nobody asked for.
    onward.on('close', () => response.headersSent || broken());
    pipeline(request, onward, () => undefined);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const published = address.portOf(request.headers.host);
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    const admitted =
      published !== undefined && isWebSocket && (await admission.admit(request, published, { isUpgrade: true }));
    if (!admitted || !published || typeof admitted === 'string') return refuseUpgrade(socket, 403);
    if (socket.destroyed) return;
    const exchange = begin(admitted, published, () => socket.destroy());
    if (exchange === undefined) return refuseUpgrade(socket, 503);
    socket.once('close', exchange.end);
    const stream = await connect(published);
    if (typeof stream === 'string') return refuseUpgrade(socket, 502);
    if (socket.destroyed) return void stream.destroy();
    socket.once('close', () => stream.destroy());
    const onward = ask(request, stream, { published, isUpgrade: true });
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
      refuseUpgrade(socket, sayableStatus(reply) ?? 502);
      stream.destroy();
    });
    onward.on('error', () => {
      stream.destroy();
      refuseUpgrade(socket, 502);
    });
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

  async function connect({
    allocationId,
    port,
  }: PublishedPort): Promise<Duplex | 'nothing_listens' | 'unreachable' | 'not_active'> {
    const target = await access.runtimeOf(database.read, allocationId);
    if (target === undefined) return 'not_active';
    try {
      const stream = await target.runtime.forward(target.instance, { host: '127.0.0.1', port });
      stream.on('error', () => stream.destroy());
      return stream;
    } catch (error) {
      logger.debug('a published port could not be connected to', { allocation_id: allocationId, error: String(error) });
      // Who may be here is remembered for moments, in which it may have been released: then nothing of it goes on.
      if ((await access.active(database.read, allocationId)) === undefined) return 'not_active';
      return error instanceof RuntimeError && error.code !== 'node_unreachable' ? 'nothing_listens' : 'unreachable';
    }
  }

  /** The request as the workload hears it. An upgrade keeps the two headers that make it one. */
  function ask(
    request: IncomingMessage,
    stream: Duplex,
    { published, isUpgrade }: { published: PublishedPort; isUpgrade: boolean },
  ): ClientRequest {
    const headers = requestHeaders(request, {
      cookieName: admission.cookieName,
      address: request.socket.remoteAddress ?? '',
      isSecure: address.isSecure,
    });
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
    });
    // By a timer of our own: one of `http` is of a socket, which this stream is not.
    let late: NodeJS.Timeout | undefined;
    let hasReply = false;
    const heard = () => {
      hasReply = true;
      clearTimeout(late);
    };
    onward.once('response', heard).once('upgrade', heard).once('close', heard);
    onward.once('finish', () => {
      if (hasReply) return;
      late = setTimeout(() => onward.destroy(new Error('no reply in time')), replySecondsMax * 1000).unref();
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
  const late = setTimeout(() => request.destroy(), TICKET_FORM_MS_MAX).unref();
  try {
    for await (const chunk of request) {
      text += String(chunk);
      if (text.length > TICKET_FORM_BYTES_MAX) return undefined;
    }
  } finally {
    clearTimeout(late);
  }
  return new URLSearchParams(text).get('ticket') ?? undefined;
}

function isGone(request: IncomingMessage, response: ServerResponse): boolean {
  return response.destroyed || request.socket.destroyed;
}

/** Of requests sent one after the other without waiting, only the first response hears that the connection closes. */
function whenGone({ socket }: IncomingMessage, response: ServerResponse, then: () => void): void {
  const gone = () => {
    socket.off('close', gone);
    response.off('close', gone);
    then();
  };
  socket.setMaxListeners(0);
  socket.on('close', gone);
  response.on('close', gone);
}

/** What a workload calls the outcome, if it is one: any three digits are read, and what cannot be said on must not end the portal. */
function sayableStatus({ statusCode = 0 }: IncomingMessage): number | undefined {
  return statusCode >= 200 && statusCode <= 999 ? statusCode : undefined;
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
