/**
 * HTTP: every operation of every contract under `/api/v1`, WebSockets under `/ws`, and the built app. One pipeline answers all operations alike;
 * plugins add handlers and nothing else.
 */
import { coreServices, createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import {
  auditRef,
  authenticationRef,
  authorizationRef,
  clockRef,
  databaseRef,
  httpApiRef,
  rateLimitsRef,
  repeat,
  secretsRef,
  settingsRef,
} from '@portico/plugin-kit/backend';
import type { HttpApi, SocketOptions } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { PluginContract } from '@portico/plugin-kit/contract';
import { requestLogRef } from '../observability/request-log';
import { probesRef } from '../observability/probes';
import { appSettings, serverSettings } from '../settings/platform-sections';
import { ApiListener } from './api-listener';
import { appFiles } from './app-files';
import { ClientAddresses } from './client-address';
import { contractProblems } from './contract-check';
import { contractListRef } from './contract-list';
import type { ContractList } from './contract-list';
import { sendError } from './error-replies';
import { IdempotencyKeys, migrations } from './idempotency-keys';
import type { AnyHandler } from './operation-pipeline';
import { correlationIdOf } from './request-reading';
import { setSecurityHeaders } from './security-headers';
import { Sockets } from './sockets';
import { webServerRef } from './web-server';

/** Seconds between sweeps of idempotency keys past their time. */
const SWEEP_SECONDS = 600;

/** What only the composition root decides. */
export interface HttpOptions {
  /** Folder of the built app; the API alone is served when it holds no `index.html`. */
  readonly appDirectory: string;
  /** Hold every reply against its contract: in tests. */
  readonly checkReplies: boolean;
}
export const httpOptionsRef = createServiceRef<HttpOptions>({ id: 'portico.http-options', scope: 'root' });

/** The HTTP service as the backend's own start sees it: plugins know it as `HttpApi`. */
export class HttpService implements HttpApi {
  readonly #served = new Set<PluginContract>();

  constructor(
    private readonly list: ContractList,
    private readonly listener: ApiListener,
    private readonly sockets: Sockets,
    private readonly formTargets: (() => string | null)[],
  ) {}

  serve: HttpApi['serve'] = (contract, handlers) => {
    if (!this.list.contracts.includes(contract)) {
      throw new Error(
        `The contract of ${contract.plugin} is served but not in the list of contracts (packages/backend/src/contracts.ts).`,
      );
    }
    if (this.#served.has(contract)) throw new Error(`The contract of ${contract.plugin} is served twice.`);
    this.#served.add(contract);
    for (const [name, operation] of Object.entries(contract.operations)) {
      const handler = (handlers as Readonly<Record<string, AnyHandler | undefined>>)[name];
      if (!handler) throw new Error(`The operation ${operation.id} of ${contract.plugin} has no handler.`);
      this.listener.add(operation, handler);
    }
  };

  socket(options: SocketOptions): void {
    this.sockets.add(options);
  }

  formsMayGoTo(source: () => string | null): void {
    this.formTargets.push(source);
  }

  /** Throws, naming everything, when the contracts do not fit each other or are not all served. */
  assertComplete(): void {
    const missing = this.list.contracts.filter(contract => !this.#served.has(contract));
    const problems = [
      ...contractProblems(this.list),
      ...missing.map(
        contract =>
          `No plugin serves the contract of ${contract.plugin}: ${Object.keys(contract.operations).join(', ')} have no handlers.`,
      ),
    ];
    if (problems.length > 0) throw new Error(`The contracts do not hold:\n  ${problems.join('\n  ')}`);
  }
}

export const httpServiceRef = createServiceRef<HttpService>({ id: 'portico.http-service', scope: 'root' });

export const httpServiceFactory = createServiceFactory({
  service: httpServiceRef,
  deps: {
    web: webServerRef,
    options: httpOptionsRef,
    list: contractListRef,
    settings: settingsRef,
    database: databaseRef,
    secrets: secretsRef,
    clock: clockRef,
    audit: auditRef,
    authentication: authenticationRef,
    authorization: authorizationRef,
    rateLimits: rateLimitsRef,
    requestLog: requestLogRef,
    probes: probesRef,
    logger: coreServices.rootLogger,
    lifecycle: coreServices.rootLifecycle,
  },
  async factory({
    web,
    options,
    list,
    settings,
    database,
    secrets,
    clock,
    audit,
    authentication,
    authorization,
    rateLimits,
    requestLog,
    probes,
    logger,
    lifecycle,
  }) {
    await database.migrate('platform_idempotency', migrations);
    const keys = new IdempotencyKeys(database, secrets);
    const addresses = new ClientAddresses(settings.of(serverSettings).trustedProxies);
    const sockets = new Sockets({
      clock,
      addresses,
      logger,
      publicUrl: settings.server.publicUrl,
      stopping: web.stopping,
    });
    const listener = new ApiListener(
      {
        audit,
        authentication,
        authorization,
        rateLimits,
        database,
        clock,
        keys,
        logger,
        checkReplies: options.checkReplies,
      },
      { addresses, requestLog, stopping: web.stopping },
    );

    web.use((request, response, next) => {
      setSecurityHeaders(response, { secure: addresses.isSecure(request) });
      next();
    });
    web.use((request, response, next) => (isApi(request.url) ? listener.handle(request, response) : next()));
    web.use((request, response, next) => probes.handle(request, response, next));
    web.use(web.router.handler() as never);
    const formTargets: (() => string | null)[] = [];
    web.use(
      appFiles({
        directory: options.appDirectory,
        title: settings.of(appSettings).title,
        addresses,
        formTargets: () => formTargets.flatMap(source => source() ?? []),
      }),
    );
    web.use((request, response) => {
      const correlationId = correlationIdOf(request, clock.now());
      sendError(response, common.fail('not_found'), correlationId);
    });
    web.onUpgrade((request, socket, head) => sockets.upgrade(request, socket, head));

    let sweeping: ReturnType<typeof repeat> | undefined;
    lifecycle.addStartupHook(() => {
      sweeping = repeat({
        name: 'sweeping idempotency keys',
        clock,
        logger,
        intervalSeconds: SWEEP_SECONDS,
        work: async signal => {
          while (!signal.aborted && (await keys.sweep(clock.now())).more);
        },
      });
    });
    lifecycle.addBeforeShutdownHook(() => sweeping?.stop());
    return new HttpService(list, listener, sockets, formTargets);
  },
});

/** What plugins are given. */
export const httpApiFactory = createServiceFactory({
  service: httpApiRef,
  deps: { http: httpServiceRef },
  factory: ({ http }) => http,
});

function isApi(url: string | undefined): boolean {
  return url !== undefined && (url.startsWith('/api/v1/') || url === '/api/v1');
}
