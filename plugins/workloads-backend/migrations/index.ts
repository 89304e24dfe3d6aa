import type { Migration } from '@portico/plugin-kit/backend';
import { allocations } from './0001_allocations';

export const migrations: readonly Migration[] = [allocations];
