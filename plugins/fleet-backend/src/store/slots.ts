import { placeholders } from '@portico/plugin-kit/backend';
import type { Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Isolation } from '@portico/plugin-fleet/port';
import type { ConfiguredSlot } from '../domain/configured-fleet';
import type { NodeStatus } from '../domain/node';
import type { NodeModelCount } from '../domain/capacity';
import { groupBy } from '../domain/group-by';
import { WHOLE_GPU_MILLI } from '../domain/placement-demand';
import { slotTransitions } from '../domain/slot';
import type { BlockedKind, SlotStatus } from '../domain/slot';

export interface SlotRow {
  readonly slot_id: string;
  readonly node_id: string;
  readonly gpu_model: string;
  readonly gpu_index: number;
  readonly gpu_uuid: string;
  readonly gpu_memory_bytes: number;
  readonly numa_node: number;
  readonly simulated: number;
  readonly fraction_milli: number;
  readonly part: number;
  readonly vf: string | null;
  readonly nvme: string | null;
  readonly status: SlotStatus;
  readonly allocation_id: string | null;
  readonly organization_id: string | null;
  readonly held_at: number | null;
  readonly withdrawn: number;
  /** Null on slots of the configuration. */
  readonly slot_map_id: string | null;
  readonly label: string | null;
  readonly gpu_pci: string | null;
  /** What the namespace is recognised by when the kernel has renamed it. */
  readonly nvme_serial: string | null;
  /** How many parts the GPU is cut in. */
  readonly parts: number;
  /** On a blocked slot why it is; on a held one why it will be as soon as it is given back. */
  readonly blocked_kind: BlockedKind | null;
  readonly blocked_reason: string | null;
  readonly blocked_at: number | null;
}

export const SLOT_COLUMNS =
  's.slot_id, s.node_id, s.gpu_model, s.gpu_index, s.gpu_uuid, s.gpu_memory_bytes, s.numa_node, s.simulated, s.fraction_milli, s.part, s.vf, s.nvme, s.status, ' +
  's.allocation_id, s.organization_id, s.held_at, s.withdrawn, s.slot_map_id, s.label, s.gpu_pci, s.nvme_serial, s.parts, s.blocked_kind, s.blocked_reason, s.blocked_at';

/** Queues this placement behind the others of the same model until they commit. */
export async function lockModel(tx: Transaction, gpuModel: string): Promise<void> {
  const lock = () => tx.first(`SELECT gpu_model FROM fleet_models WHERE gpu_model = ?${tx.forUpdate}`, [gpuModel]);
  if ((await lock()) !== undefined) return;
  await tx.run('INSERT INTO fleet_models (gpu_model) VALUES (?) ON CONFLICT (gpu_model) DO NOTHING', [gpuModel]);
  await lock();
}

/** Makes the models known and queues behind every placement of any model. In one order, so that two such calls cannot wait for each other. */
export async function lockAllModels(tx: Transaction, gpuModels: readonly string[]): Promise<void> {
  for (const gpuModel of [...new Set(gpuModels)].sort()) {
    await tx.run('INSERT INTO fleet_models (gpu_model) VALUES (?) ON CONFLICT (gpu_model) DO NOTHING', [gpuModel]);
  }
  await tx.all(`SELECT gpu_model FROM fleet_models ORDER BY gpu_model${tx.forUpdate}`);
}

export type HeldRow = SlotRow & { readonly node_name: string; readonly node_isolation: Isolation | null };

/** The slots an allocation holds, in GPU order. */
export function slotsHeldBy(queries: Queries, allocationId: string): Promise<HeldRow[]> {
  return queries.all<HeldRow>(
    `SELECT ${SLOT_COLUMNS}, n.name AS node_name, n.isolation AS node_isolation
     FROM fleet_slots s JOIN fleet_nodes n ON n.node_id = s.node_id
     WHERE s.allocation_id = ? AND s.status = ? ORDER BY s.gpu_index, s.part`,
    [allocationId, slotTransitions.free.hold],
  );
}

/** The same of several allocations, each with its slots in GPU order. */
export async function slotsHeldByAny(queries: Queries, allocationIds: readonly string[]): Promise<HeldRow[]> {
  if (allocationIds.length === 0) return [];
  return queries.all<HeldRow>(
    `SELECT ${SLOT_COLUMNS}, n.name AS node_name, n.isolation AS node_isolation
     FROM fleet_slots s JOIN fleet_nodes n ON n.node_id = s.node_id
     WHERE s.allocation_id IN (${placeholders(allocationIds.length)}) AND s.status = ? ORDER BY s.gpu_index, s.part`,
    [...allocationIds, slotTransitions.free.hold],
  );
}

/** What runs on the node, slot by slot. */
export function slotsHeldOn(
  queries: Queries,
  nodeId: string,
  limit: number,
): Promise<(Pick<SlotRow, 'gpu_model' | 'fraction_milli'> & { readonly allocation_id: string })[]> {
  return queries.all(
    `SELECT allocation_id, gpu_model, fraction_milli FROM fleet_slots WHERE node_id = ? AND status = ? AND allocation_id IS NOT NULL
     ORDER BY gpu_index, slot_id LIMIT ?`,
    [nodeId, slotTransitions.free.hold, limit],
  );
}

/** How many of them were free and are now held. Fewer than asked for means that the plan was made from a stale reading. */
export function holdSlots(
  tx: Transaction,
  hold: { slotIds: readonly string[]; allocationId: string; organizationId: string },
): Promise<number> {
  return tx.run(
    `UPDATE fleet_slots SET status = ?, allocation_id = ?, organization_id = ?, held_at = ?
     WHERE status = 'free' AND slot_id IN (${placeholders(hold.slotIds.length)})`,
    [slotTransitions.free.hold, hold.allocationId, hold.organizationId, tx.now, ...hold.slotIds],
  );
}

/** Free again, or blocked where the host changed under the slot while it was held. */
export function releaseSlots(tx: Transaction, allocationId: string): Promise<number> {
  return tx.run(
    `UPDATE fleet_slots SET status = CASE WHEN blocked_kind IS NULL THEN ? ELSE ? END, allocation_id = NULL, organization_id = NULL, held_at = NULL
     WHERE allocation_id = ? AND status = 'held'`,
    [slotTransitions.held.release, slotTransitions.held.block, allocationId],
  );
}

/** Taken from the allocation's life without being offered: `allocation_id` stays, so that a person sees what ran there. */
export function blockSlots(tx: Transaction, block: { allocationId: string; reason: string }): Promise<number> {
  return tx.run(
    `UPDATE fleet_slots SET status = ?, blocked_kind = 'unproven', blocked_reason = ?, blocked_at = ? WHERE allocation_id = ? AND status = 'held'`,
    [slotTransitions.held.block, block.reason, tx.now, block.allocationId],
  );
}

/** The allocations that hold slots on the node. One whose slots wait for cleaning has ended: what still runs of it there is nobody's. */
export async function holdersOn(queries: Queries, nodeId: string): Promise<ReadonlySet<string>> {
  const rows = await queries.all<{ allocation_id: string }>(
    `SELECT DISTINCT allocation_id FROM fleet_slots WHERE node_id = ? AND allocation_id IS NOT NULL AND status = 'held'`,
    [nodeId],
  );
  return new Set(rows.map(row => row.allocation_id));
}

/** Whole GPUs and parts by model and node. */
export async function countByModelAndNode(queries: Queries): Promise<NodeModelCount[]> {
  const rows = await queries.all<{
    gpu_model: string;
    node_id: string;
    node_status: NodeStatus;
    region: string;
    fraction_milli: number;
    total: number;
    free: number;
  }>(
    `SELECT s.gpu_model, s.node_id, n.status AS node_status, n.region, s.fraction_milli, count(*) AS total,
       sum(CASE WHEN s.status = 'free' THEN 1 ELSE 0 END) AS free
     FROM fleet_slots s JOIN fleet_nodes n ON n.node_id = s.node_id
     WHERE s.withdrawn = 0 AND n.configured = 1
     GROUP BY s.gpu_model, s.node_id, n.status, n.region, s.fraction_milli ORDER BY s.gpu_model, s.node_id, s.fraction_milli`,
  );
  const nodeTotals = new Map<string, number>();
  for (const row of rows) nodeTotals.set(row.node_id, (nodeTotals.get(row.node_id) ?? 0) + row.total);
  return [...groupBy(rows, row => `${row.gpu_model} ${row.node_id}`).values()].map(sizes => {
    const [{ gpu_model: gpuModel, node_id: nodeId, node_status: nodeStatus, region }] = sizes as [
      (typeof rows)[number],
    ];
    const whole = sizes.find(size => size.fraction_milli === WHOLE_GPU_MILLI);
    return {
      gpuModel,
      nodeId,
      nodeStatus,
      region,
      total: whole?.total ?? 0,
      free: whole?.free ?? 0,
      parts: sizes
        .filter(size => size !== whole)
        .map(({ fraction_milli: fractionMilli, total, free }) => ({ fractionMilli, total, free })),
      nodeTotal: nodeTotals.get(nodeId) ?? 0,
    };
  });
}

export interface NodeSlotSummary {
  readonly node_id: string;
  readonly gpu_model: string;
  readonly gpus: number;
  readonly memory_bytes: number;
  readonly slots: number;
  readonly free: number;
  readonly held: number;
  readonly blocked: number;
}

/** Counts per node and model; with `nodeIds` only of those. MIG instances have UUIDs of their own, and their GPU one index. */
export function summarizeSlots(queries: Queries, nodeIds?: readonly string[]): Promise<NodeSlotSummary[]> {
  if (nodeIds?.length === 0) return Promise.resolve([]);
  const where = nodeIds === undefined ? '' : ` WHERE node_id IN (${placeholders(nodeIds.length)})`;
  return queries.all<NodeSlotSummary>(
    `SELECT node_id, gpu_model, count(DISTINCT gpu_index) AS gpus, max(gpu_memory_bytes) AS memory_bytes, count(*) AS slots,
       sum(CASE WHEN status = 'free' THEN 1 ELSE 0 END) AS free,
       sum(CASE WHEN status = 'held' THEN 1 ELSE 0 END) AS held,
       sum(CASE WHEN status = 'cleanup_blocked' THEN 1 ELSE 0 END) AS blocked
     FROM fleet_slots${where} GROUP BY node_id, gpu_model ORDER BY node_id, gpu_model`,
    nodeIds ?? [],
  );
}

export async function numaDomainsOf(
  queries: Queries,
  nodeIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (nodeIds.length === 0) return new Map();
  const rows = await queries.all<{ node_id: string; domains: number }>(
    `SELECT node_id, count(DISTINCT numa_node) AS domains FROM fleet_slots WHERE node_id IN (${placeholders(nodeIds.length)}) GROUP BY node_id`,
    nodeIds,
  );
  return new Map(rows.map(row => [row.node_id, row.domains]));
}

export interface SlotPage {
  readonly nodeId: string;
  readonly status?: SlotStatus;
  readonly after?: { readonly gpuIndex: number; readonly part: number; readonly slotId: string };
  readonly limit: number;
}

export function slotsOfNode(queries: Queries, page: SlotPage): Promise<SlotRow[]> {
  const parameters: Parameter[] = [page.nodeId];
  let where = 's.node_id = ?';
  if (page.status !== undefined) {
    where += ' AND s.status = ?';
    parameters.push(page.status);
  }
  if (page.after !== undefined) {
    where += ' AND (s.gpu_index, s.part, s.slot_id) > (?, ?, ?)';
    parameters.push(page.after.gpuIndex, page.after.part, page.after.slotId);
  }
  return queries.all<SlotRow>(
    `SELECT ${SLOT_COLUMNS} FROM fleet_slots s WHERE ${where} ORDER BY s.gpu_index, s.part, s.slot_id LIMIT ?`,
    [...parameters, page.limit],
  );
}

/** Those of nodes that follow the configuration; the many of nodes that administrators brought in are not its business. */
export function slotsOfConfiguration(queries: Queries): Promise<SlotRow[]> {
  return queries.all<SlotRow>(
    `SELECT ${SLOT_COLUMNS} FROM fleet_slots s WHERE s.node_id IN (SELECT node_id FROM fleet_nodes WHERE origin = 'configuration')`,
  );
}

export interface NewSlot extends ConfiguredSlot {
  readonly slotId: string;
  readonly nodeId: string;
  readonly status: SlotStatus;
}

/** Rows per INSERT: 14 columns each stay far below the 32,766 parameters that SQLite allows. */
const INSERT_ROWS_MAX = 500;

export async function insertSlots(tx: Transaction, slots: readonly NewSlot[]): Promise<void> {
  for (let from = 0; from < slots.length; from += INSERT_ROWS_MAX) {
    const chunk = slots.slice(from, from + INSERT_ROWS_MAX);
    await tx.run(
      `INSERT INTO fleet_slots (slot_id, node_id, gpu_model, gpu_index, gpu_uuid, gpu_memory_bytes, numa_node, simulated, fraction_milli, part, vf, nvme, status, withdrawn)
       VALUES ${chunk.map(() => '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)').join(', ')}`,
      chunk.flatMap(slot => [
        slot.slotId,
        slot.nodeId,
        slot.gpu.model,
        slot.gpu.index,
        slot.gpu.uuid,
        slot.gpu.memoryBytes,
        slot.gpu.numaNode,
        slot.gpu.simulated ? 1 : 0,
        1000,
        0,
        slot.vf,
        slot.nvme,
        slot.status,
      ]),
    );
  }
}

/** Follows the configuration; never called for a slot that is held or blocked. */
export async function describeSlot(tx: Transaction, slotId: string, slot: ConfiguredSlot): Promise<void> {
  await tx.run(
    `UPDATE fleet_slots SET gpu_model = ?, gpu_index = ?, gpu_memory_bytes = ?, numa_node = ?, simulated = ?, vf = ?, nvme = ?, withdrawn = 0 WHERE slot_id = ?`,
    [
      slot.gpu.model,
      slot.gpu.index,
      slot.gpu.memoryBytes,
      slot.gpu.numaNode,
      slot.gpu.simulated ? 1 : 0,
      slot.vf,
      slot.nvme,
      slotId,
    ],
  );
}

export async function setWithdrawn(tx: Transaction, slotId: string, withdrawn: boolean): Promise<void> {
  await tx.run('UPDATE fleet_slots SET withdrawn = ? WHERE slot_id = ?', [withdrawn ? 1 : 0, slotId]);
}

export async function deleteSlot(tx: Transaction, slotId: string): Promise<void> {
  await tx.run('DELETE FROM fleet_slots WHERE slot_id = ?', [slotId]);
}
