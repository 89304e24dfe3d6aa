import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { DefaultRootHttpRouter } from '@backstage/backend-defaults/rootHttpRouter';
import express from 'express';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** Seconds a client has to send its headers, and then the whole request: slower ones are holding a connection, not using it. */
const HEADERS_SECONDS_MAX = 20;
const REQUEST_SECONDS_MAX = 60;
/** Longer than the idle time of common proxies (60 s), so that they close first and no request meets a closing connection. */
const KEEP_ALIVE_SECONDS = 65;
/** Seconds that requests under way get to finish when the portal is told to stop. */
export const DRAIN_SECONDS_MAX = 10;

export type RequestListener = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** The one HTTP server of the process. Layers are asked in order; stock Backstage plugins hang below `router`. */
export class WebServer {
  readonly router = DefaultRootHttpRouter.create({ indexPath: false });
  readonly server: Server;
  readonly #app = express();
  readonly #stopping = new AbortController();
  #underWay = 0;
  #idle: (() => void) | undefined;

  constructor(private readonly logger: LoggerService) {
    this.#app.disable('x-powered-by');
    this.#app.disable('etag');
    this.server = createServer(
      {
        headersTimeout: HEADERS_SECONDS_MAX * 1000,
        requestTimeout: REQUEST_SECONDS_MAX * 1000,
        keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000,
      },
      (request, response) => {
        this.#underWay += 1;
        response.once('close', () => {
          this.#underWay -= 1;
          if (this.#underWay === 0) this.#idle?.();
        });
        if (this.#stopping.signal.aborted) response.setHeader('Connection', 'close');
        this.#app(request, response);
      },
    );
  }

  /** Aborts when the portal begins to stop: readiness turns false and streams end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  use(listener: RequestListener): void {
    this.#app.use(listener);
  }

  onUpgrade(listener: UpgradeListener): void {
    this.server.on('upgrade', listener);
  }

  /** Resolves once connections are accepted; the port is the real one where 0 was asked for. */
  listen(options: { host: string; port: number }): Promise<{ port: number }> {
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException) => reject(listenProblem(error, options));
      this.server.once('error', onError);
      this.server.listen(options.port, options.host, () => {
        this.server.off('error', onError);
        resolve({ port: (this.server.address() as AddressInfo).port });
      });
    });
  }

  /** Stops accepting, lets requests under way finish for a while, then cuts what is left. */
  async drain(): Promise<void> {
    this.#stopping.abort(new Error('the portal is stopping'));
    if (!this.server.listening) return;
    const closed = new Promise<void>(resolve => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    if (this.#underWay > 0) {
      const finished = await Promise.race([
        new Promise<true>(resolve => (this.#idle = () => resolve(true))),
        after(DRAIN_SECONDS_MAX * 1000),
      ]);
      if (!finished)
        this.logger.warn(
          `${this.#underWay} requests were cut off: they had not finished ${DRAIN_SECONDS_MAX} s after the portal was told to stop`,
        );
    }
    this.server.closeAllConnections();
    await closed;
  }
}

/** What stops a portal from listening, in words for the one who started it. */
function listenProblem(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  if (error.code === 'EADDRINUSE')
    return new Error(
      `Port ${port} on ${host} is already in use. Stop what uses it, or choose another port by PORTICO_PORT.`,
      { cause: error },
    );
  if (error.code === 'EACCES')
    return new Error(`Port ${port} needs rights this process does not have. Choose one above 1023 by PORTICO_PORT.`, {
      cause: error,
    });
  if (error.code === 'EADDRNOTAVAIL')
    return new Error(`${host} is not an address of this machine. Choose another by PORTICO_HOST.`, { cause: error });
  return error;
}

function after(milliseconds: number): Promise<false> {
  return new Promise(resolve => setTimeout(() => resolve(false), milliseconds).unref());
}

export const webServerRef = createServiceRef<WebServer>({ id: 'portico.web-server', scope: 'root' });

export const webServerFactory = createServiceFactory({
  service: webServerRef,
  deps: { logger: coreServices.rootLogger, lifecycle: coreServices.rootLifecycle },
  factory({ logger, lifecycle }) {
    const web = new WebServer(logger);
    lifecycle.addBeforeShutdownHook(() => web.drain());
    return web;
  },
});

/** What stock Backstage plugins register their routes at. */
export const rootHttpRouterFactory = createServiceFactory({
  service: coreServices.rootHttpRouter,
  deps: { web: webServerRef },
  factory: ({ web }) => web.router,
});
