import type { Migration } from '@portico/plugin-kit/backend';
import { projectDeletion } from './0003_project_deletion';
import { accessTables } from './0001_access';
import { apiKeyTables } from './0002_api_keys';

export const migrations: readonly Migration[] = [accessTables, apiKeyTables, projectDeletion];
