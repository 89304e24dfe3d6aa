import type { Clock, Database } from '@portico/plugin-kit/backend';
import { PostgresDatabase } from './postgres-database';
import { SqliteDatabase } from './sqlite-database';

export type DatabaseLocation =
  | {
      readonly dialect: 'sqlite';
      readonly filename: string;
      /** `OFF` is for tests whose files need not survive a power cut. */
      readonly synchronous?: 'FULL' | 'OFF';
    }
  | { readonly dialect: 'postgres'; readonly url: string; readonly connectionsMax?: number };

export type OpenDatabase = Database & { close(): Promise<void> };

export function openDatabase(location: DatabaseLocation, clock: Clock): OpenDatabase {
  return location.dialect === 'sqlite'
    ? new SqliteDatabase({ ...location, clock })
    : new PostgresDatabase({ ...location, clock });
}
