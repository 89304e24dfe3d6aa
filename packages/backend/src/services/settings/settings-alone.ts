import { createSpecializedBackend } from '@backstage/backend-app-api';
import { lifecycleServiceFactory } from '@backstage/backend-defaults/lifecycle';
import { loggerServiceFactory } from '@backstage/backend-defaults/logger';
import { rootConfigServiceFactory } from '@backstage/backend-defaults/rootConfig';
import { rootLifecycleServiceFactory } from '@backstage/backend-defaults/rootLifecycle';
import { coreServices, createBackendPlugin, createServiceFactory } from '@backstage/backend-plugin-api';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { settingsRef } from '@portico/plugin-kit/backend';
import type { Settings, SettingsSection } from '@portico/plugin-kit/backend';
import { settingsServiceFactory } from './settings-service';

/** The settings as the portal itself reads them (`app-config.yaml`, `--config`, the environment), for a command that runs without it. */
export async function settingsAlone(options: {
  readonly sections: readonly SettingsSection[];
  readonly logger: LoggerService;
}): Promise<Settings> {
  let settings: Settings | undefined;
  const backend = createSpecializedBackend({
    defaultServiceFactories: [
      rootConfigServiceFactory({ watch: false }),
      lifecycleServiceFactory,
      loggerServiceFactory,
      rootLifecycleServiceFactory,
      createServiceFactory({ service: coreServices.rootLogger, deps: {}, factory: () => options.logger }),
      settingsServiceFactory(options.sections),
    ],
  });
  // Backstage hands services to plugins alone.
  backend.add(
    createBackendPlugin({
      pluginId: 'settings-alone',
      register(env) {
        env.registerInit({
          deps: { read: settingsRef },
          async init({ read }) {
            settings = read;
          },
        });
      },
    }),
  );
  await backend.start();
  if (settings === undefined) throw new Error('the configuration was not read');
  return settings;
}
