/**
 * Settings: `app-config.yaml` (read by Backstage's root configuration, `APP_CONFIG_a_b=…` and `--config` included) and five environment
 * variables, checked as one schema that the platform and all plugins contribute a section to. Whatever does not fit stops the start with one sentence
 * that names the key; whatever is not said has a default.
 */
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import { settingsRef } from '@portico/plugin-kit/backend';
import type { SettingsSection } from '@portico/plugin-kit/backend';
import { platformSections } from './platform-sections';
import { readSettings } from './read-settings';

/** The factory for the given plugins' sections; the platform's own are always there. */
export function settingsServiceFactory(pluginSections: readonly SettingsSection[]) {
  return createServiceFactory({
    service: settingsRef,
    deps: { config: coreServices.rootConfig },
    factory: ({ config }) =>
      readSettings({
        config: config.getOptional() ?? {},
        environment: process.env,
        sections: [...platformSections, ...pluginSections],
        workingDirectory: process.cwd(),
      }),
  });
}
