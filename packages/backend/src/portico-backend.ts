import { createSpecializedBackend } from '@backstage/backend-app-api';
import type { Backend } from '@backstage/backend-app-api';
import { lifecycleServiceFactory } from '@backstage/backend-defaults/lifecycle';
import { loggerServiceFactory } from '@backstage/backend-defaults/logger';
import { rootHealthServiceFactory } from '@backstage/backend-defaults/rootHealth';
import { rootLifecycleServiceFactory } from '@backstage/backend-defaults/rootLifecycle';
import { createBackendPlugin, createServiceFactory } from '@backstage/backend-plugin-api';
import type { ServiceFactory } from '@backstage/backend-plugin-api';
import { settingsRef } from '@portico/plugin-kit/backend';
import type { Settings, SettingsSection } from '@portico/plugin-kit/backend';
import { platformServiceFactories } from './services/platform-services';
import { platformPlugin } from './services/events-stream/platform-plugin';
import { contractListRef } from './services/http/contract-list';
import type { ContractList } from './services/http/contract-list';
import { httpOptionsRef, httpServiceRef } from './services/http/http-service';
import type { HttpOptions, HttpService } from './services/http/http-service';
import { webServerRef } from './services/http/web-server';
import type { WebServer } from './services/http/web-server';
import { settingsServiceFactory } from './services/settings/settings-service';

export interface BackendOptions {
  readonly contracts: ContractList;
  readonly settingsSections: readonly SettingsSection[];
  readonly http: HttpOptions;
  /** Where the configuration comes from. */
  readonly rootConfig: ServiceFactory;
  /** Put in the place of the platform's own: a test's clock, for instance. */
  readonly instead?: readonly ServiceFactory[];
}

export interface PorticoBackend {
  add: Backend['add'];
  /** Starts everything, then opens the port. Throws with a sentence when something does not hold, having stopped again. */
  start(): Promise<{ port: number; url: string }>;
  stop(): Promise<void>;
}

/** The backend without its plugins: the services, and the order of a start. */
export function createPorticoBackend(options: BackendOptions): PorticoBackend {
  const replaced = new Set((options.instead ?? []).map(factory => factory.service.id));
  const platform = [
    options.rootConfig,
    lifecycleServiceFactory,
    loggerServiceFactory,
    rootHealthServiceFactory,
    rootLifecycleServiceFactory,
    settingsServiceFactory(options.settingsSections),
    createServiceFactory({ service: contractListRef, deps: {}, factory: () => options.contracts }),
    createServiceFactory({ service: httpOptionsRef, deps: {}, factory: () => options.http }),
    ...platformServiceFactories,
  ].filter(factory => !replaced.has(factory.service.id));
  const backend = createSpecializedBackend({ defaultServiceFactories: [...platform, ...(options.instead ?? [])] });

  let opened: { web: WebServer; http: HttpService; settings: Settings } | undefined;
  // Backstage hands services to plugins alone, so the start learns of its server as one.
  const opening = createBackendPlugin({
    pluginId: 'portico-start',
    register(env) {
      env.registerInit({
        deps: { web: webServerRef, http: httpServiceRef, settings: settingsRef },
        async init(services) {
          opened = services;
        },
      });
    },
  });
  backend.add(platformPlugin);
  backend.add(opening);

  return {
    add: feature => backend.add(feature),
    async start() {
      try {
        await backend.start();
        if (!opened) throw new Error('the backend started without its HTTP server');
        opened.http.assertComplete();
        const { host, port, publicUrl } = opened.settings.server;
        const listening = await opened.web.listen({ host, port });
        return { port: listening.port, url: port === 0 ? `http://${host}:${listening.port}` : publicUrl };
      } catch (error) {
        // What could not start may not be able to stop either; the first failure is the one to tell.
        await backend.stop().catch(() => {});
        throw error;
      }
    },
    stop: () => backend.stop(),
  };
}
