/**
 * The data directory: the one folder the portal writes to, opened before anything else. On SQLite it admits one instance; on PostgreSQL several replicas
 * may share one (it then holds only keys and sockets).
 */
import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { settingsRef } from '@portico/plugin-kit/backend';
import { databaseSettings } from '../settings/platform-sections';
import { openDataDirectory } from './data-directory';
import type { DataDirectory } from './data-directory';

export const dataDirectoryRef = createServiceRef<DataDirectory>({ id: 'portico.data-directory', scope: 'root' });

export const dataDirectoryServiceFactory = createServiceFactory({
  service: dataDirectoryRef,
  deps: { settings: settingsRef },
  factory: ({ settings }) =>
    openDataDirectory({ path: settings.dataDirectory, exclusive: settings.of(databaseSettings).url === undefined }),
});
