/** What machines ask about this process: is it alive, may it be sent requests, how is it doing. */
import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { databaseRef, metricsRegistryRef, settingsRef } from '@portico/plugin-kit/backend';
import type { Database } from '@portico/plugin-kit/backend';
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { webServerRef } from '../http/web-server';
import type { RequestListener } from '../http/web-server';
import { serverSettings } from '../settings/platform-sections';

/** Milliseconds the database has to answer before a replica counts as not ready. */
const DATABASE_MILLISECONDS_MAX = 2_000;

export interface Probes {
  readonly handle: RequestListener;
}
export const probesRef = createServiceRef<Probes>({ id: 'portico.probes', scope: 'root' });

export const probesFactory = createServiceFactory({
  service: probesRef,
  deps: {
    database: databaseRef,
    registry: metricsRegistryRef,
    settings: settingsRef,
    web: webServerRef,
    lifecycle: coreServices.rootLifecycle,
  },
  factory({ database, registry, settings, web, lifecycle }): Probes {
    const { metricsToken } = settings.of(serverSettings);
    let started = false;
    lifecycle.addStartupHook(() => {
      started = true;
    });
    const ready = async (): Promise<[status: number, body: object]> => {
      const checks = { started, stopping: web.stopping.aborted, database: started && (await answers(database)) };
      return [checks.started && !checks.stopping && checks.database ? 200 : 503, checks];
    };
    return {
      handle(request, response, next) {
        const place = (request.url ?? '').split('?')[0];
        if (request.method !== 'GET' && request.method !== 'HEAD') return next();
        if (place === '/healthz') return send(response, 200, { alive: true });
        if (place === '/readyz') return void ready().then(([status, body]) => send(response, status, body));
        if (place !== '/metrics' || !mayRead(request, metricsToken)) return next();
        void registry.metrics().then(
          text =>
            response.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' }).end(text),
          () => response.writeHead(500).end(),
        );
      },
    };
  },
});

/** From the machine itself, or with the token. A forwarded request comes from elsewhere even where the proxy is local; others see nothing there at all. */
function mayRead(request: IncomingMessage, token: string | undefined): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token ?? ''}`);
  if (token !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted)) return true;
  const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  return !forwarded && /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
}

async function answers(database: Database): Promise<boolean> {
  const late = new Promise<boolean>(resolve => setTimeout(() => resolve(false), DATABASE_MILLISECONDS_MAX).unref());
  const asked = database.read.first('SELECT 1 AS one').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]);
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(body));
}
