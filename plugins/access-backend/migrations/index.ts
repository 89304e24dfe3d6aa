import type { Migration } from '@portico/plugin-kit/backend';
import { accessTables } from './0001_access';

export const migrations: readonly Migration[] = [accessTables];
