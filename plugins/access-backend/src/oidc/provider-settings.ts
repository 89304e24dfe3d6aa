import type { accessSettings } from '@portico/plugin-access/contract';
import type { SettingsOf } from '@portico/plugin-kit/backend';

/** One identity provider of the configuration, defaults filled in. */
export type ProviderSettings = SettingsOf<typeof accessSettings>['oidc']['providers'][number];
