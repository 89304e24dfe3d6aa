import type { Migration } from '@portico/plugin-kit/backend';
import { nodesAndSlots } from './0001_nodes_and_slots';

export const migrations: readonly Migration[] = [nodesAndSlots];
