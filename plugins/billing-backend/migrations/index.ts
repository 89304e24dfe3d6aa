import type { Migration } from '@portico/plugin-kit/backend';
import { ledger } from './0001_ledger';

/** In order; forward only. */
export const migrations: readonly Migration[] = [ledger];
