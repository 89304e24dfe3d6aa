import type { Database, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditedNode, configurationActor } from '../domain/audited';
import type { ConfiguredNode, ConfiguredSlot } from '../domain/configured-fleet';
import { groupBy } from '../domain/group-by';
import { EMBEDDED_SLOT_STATUS } from '../domain/slot';
import { allNodes, changeNode, deleteNode, insertNode, lockRegister, setConfigured } from '../store/nodes';
import type { NodeRow } from '../store/nodes';
import {
  deleteSlot,
  describeSlot,
  insertSlots,
  lockAllModels,
  setWithdrawn,
  slotsOfConfiguration,
} from '../store/slots';
import type { NewSlot, SlotRow } from '../store/slots';
import { endOutage } from './end-outage';
import { moveNode } from './move-node';
import type { NodeMoveServices } from './move-node';

/**
 * Makes the embedded nodes in the database those of the configuration. Idempotent. What an allocation holds, or what waits for cleaning, is never
 * dropped: such a slot is withdrawn (not offered again once free), its node drained, and both go at a later start when nothing is left on them.
 */
export async function reconcileConfiguration(
  services: NodeMoveServices & { readonly database: Database },
  configured: readonly ConfiguredNode[],
): Promise<void> {
  await services.database.transaction(async tx => {
    await lockAllModels(
      tx,
      configured.flatMap(node => node.slots.map(slot => slot.gpu.model)),
    );
    await lockRegister(tx);
    const everyNode = await allNodes(tx);
    const nodes = new Map(everyNode.filter(node => node.origin === 'configuration').map(node => [node.name, node]));
    const others = new Set(everyNode.filter(node => node.origin === 'administrator').map(node => node.name));
    const slots = groupBy(await slotsOfConfiguration(tx), slot => slot.node_id);
    let ordinal = Math.max(0, ...everyNode.map(node => node.ordinal));
    const newSlots: NewSlot[] = [];
    for (const node of configured) {
      if (others.has(node.name))
        throw new Error(`fleet.nodes lists ${node.name}, which an administrator brought in; names are unique.`);
      const known = nodes.get(node.name);
      nodes.delete(node.name);
      const nodeId =
        known === undefined
          ? await register(tx, services, { node, ordinal: (ordinal += 1) })
          : await keep(tx, services, { node, known });
      newSlots.push(...(await followSlots(tx, { nodeId, configured: node.slots, known: slots.get(nodeId) ?? [] })));
    }
    await insertSlots(tx, newSlots);
    for (const node of nodes.values()) await withdraw(tx, services, { node, slots: slots.get(node.node_id) ?? [] });
  });
}

async function register(
  tx: Transaction,
  services: NodeMoveServices,
  { node, ordinal }: { node: ConfiguredNode; ordinal: number },
): Promise<string> {
  const nodeId = newId('node', tx.now);
  await insertNode(tx, {
    nodeId,
    name: node.name,
    ordinal,
    runtime: 'local',
    simulated: node.simulated,
    status: 'registered',
    origin: 'configuration',
    region: node.region,
  });
  await services.audit.record(tx, {
    action: 'fleet.node.registered',
    actor: configurationActor,
    organizationId: null,
    resource: auditedNode,
    targetId: nodeId,
    correlationId: newId('corr', tx.now),
    after: { name: node.name, status: 'registered', simulated: node.simulated, runtime: 'local' },
  });
  // A node beside the backend has nobody to prove itself to.
  await moveNode(tx, services, {
    node: { node_id: nodeId, name: node.name, status: 'registered' },
    event: 'enrolled',
    actor: configurationActor,
  });
  return nodeId;
}

async function keep(
  tx: Transaction,
  services: NodeMoveServices,
  { node, known }: { node: ConfiguredNode; known: NodeRow },
): Promise<string> {
  if (known.configured === 0 || known.simulated !== (node.simulated ? 1 : 0)) {
    await setConfigured(tx, { nodeId: known.node_id, configured: true, simulated: node.simulated });
  }
  if (known.region !== node.region) await changeNode(tx, known.node_id, { region: node.region });
  if (known.configured === 0)
    await moveNode(tx, services, {
      node: known,
      event: 'resumed',
      actor: configurationActor,
      reason: 'The configuration lists it again.',
    });
  return known.node_id;
}

/** Returns the slots to insert; all nodes' are inserted together. */
async function followSlots(
  tx: Transaction,
  options: { nodeId: string; configured: readonly ConfiguredSlot[]; known: readonly SlotRow[] },
): Promise<NewSlot[]> {
  const known = new Map(options.known.map(slot => [slot.gpu_uuid, slot]));
  const missing: NewSlot[] = [];
  for (const slot of options.configured) {
    const row = known.get(slot.gpu.uuid);
    known.delete(slot.gpu.uuid);
    if (row === undefined)
      missing.push({ ...slot, slotId: newId('slot', tx.now), nodeId: options.nodeId, status: EMBEDDED_SLOT_STATUS });
    else if (isOccupied(row)) await bringBack(tx, row);
    else if (!describes(row, slot)) await describeSlot(tx, row.slot_id, slot);
  }
  await withdrawSlots(tx, [...known.values()]);
  return missing;
}

async function bringBack(tx: Transaction, row: SlotRow): Promise<void> {
  if (row.withdrawn === 1) await setWithdrawn(tx, row.slot_id, false);
}

async function withdraw(
  tx: Transaction,
  services: NodeMoveServices,
  { node, slots }: { node: NodeRow; slots: readonly SlotRow[] },
): Promise<void> {
  await withdrawSlots(tx, slots);
  if (!slots.some(isOccupied)) {
    await endOutage(tx, services, { node, secondsMin: 0 });
    await deleteNode(tx, node.node_id);
    await services.audit.record(tx, {
      action: 'fleet.node.removed',
      actor: configurationActor,
      organizationId: null,
      resource: auditedNode,
      targetId: node.node_id,
      correlationId: newId('corr', tx.now),
      before: { name: node.name, status: node.status },
      reason: 'The configuration does not list it any more.',
    });
    if (node.status === 'unreachable')
      await services.attention.clear(tx, { kind: 'node_unreachable', resource: { type: 'node', id: node.node_id } });
    return;
  }
  if (node.configured === 0) return;
  await setConfigured(tx, { nodeId: node.node_id, configured: false, simulated: node.simulated === 1 });
  await moveNode(tx, services, {
    node,
    event: 'drained',
    actor: configurationActor,
    reason: 'The configuration does not list it any more.',
  });
}

async function withdrawSlots(tx: Transaction, slots: readonly SlotRow[]): Promise<void> {
  for (const slot of slots) {
    if (!isOccupied(slot)) await deleteSlot(tx, slot.slot_id);
    else if (slot.withdrawn === 0) await setWithdrawn(tx, slot.slot_id, true);
  }
}

function isOccupied(slot: SlotRow): boolean {
  return slot.status === 'held' || slot.status === 'cleanup_blocked';
}

function describes(row: SlotRow, slot: ConfiguredSlot): boolean {
  return (
    row.withdrawn === 0 &&
    row.gpu_model === slot.gpu.model &&
    row.gpu_index === slot.gpu.index &&
    row.gpu_memory_bytes === slot.gpu.memoryBytes &&
    row.numa_node === slot.gpu.numaNode &&
    row.simulated === (slot.gpu.simulated ? 1 : 0) &&
    row.vf === slot.vf &&
    row.nvme === slot.nvme
  );
}
