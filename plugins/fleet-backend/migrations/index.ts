import type { Migration } from '@portico/plugin-kit/backend';
import { nodesAndSlots } from './0001_nodes_and_slots';
import { sshNodes } from './0002_ssh_nodes';
import { slotMaps } from './0003_slot_maps';
import { placement } from './0004_placement';
import { silence } from './0005_silence';

export const migrations: readonly Migration[] = [nodesAndSlots, sshNodes, slotMaps, placement, silence];
