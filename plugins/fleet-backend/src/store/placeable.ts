import { placeholders } from '@portico/plugin-kit/backend';
import type { Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { NodeStatus } from '../domain/node';
import type { SlotStatus } from '../domain/slot';

/** What placement looks at, in the fleet's fixed order: nodes with what they have and hold beside slots, and the slots they offer. */
export interface PlaceableNodeRow {
  readonly node_id: string;
  readonly name: string;
  readonly status: NodeStatus;
  readonly region: string;
  /** Null where CPU and memory are not counted. */
  readonly vcpus: number | null;
  readonly memory_bytes: number | null;
  readonly held_vcpus: number;
  readonly held_memory_bytes: number;
}

export interface PlaceableSlotRow {
  readonly slot_id: string;
  readonly node_id: string;
  readonly gpu_model: string;
  readonly numa_node: number;
  readonly fraction_milli: number;
  readonly status: SlotStatus;
  readonly allocation_id: string | null;
}

/** Nodes that have the model, or those named. Neither withdrawn slots nor nodes that the configuration dropped are placed on. */
export type Placeable = { readonly gpuModel: string } | { readonly nodeIds: readonly string[] };

export function placeableNodes(queries: Queries, which: Placeable): Promise<PlaceableNodeRow[]> {
  const nodes = nodeCondition(which, 'n.node_id');
  const holds = nodeCondition(which, 'h.node_id');
  // A simulated node has no CPU or memory of its own to give: the machine beside the portal has, for all of them.
  return queries.all<PlaceableNodeRow>(
    `SELECT n.node_id, n.name, n.status, n.region,
       CASE WHEN n.simulated = 1 THEN NULL ELSE n.cpu_count END AS vcpus, CASE WHEN n.simulated = 1 THEN NULL ELSE n.memory_bytes END AS memory_bytes,
       coalesce(held.vcpus, 0) AS held_vcpus, coalesce(held.memory_bytes, 0) AS held_memory_bytes
     FROM fleet_nodes n LEFT JOIN (
       SELECT h.node_id, CAST(sum(h.vcpus) AS bigint) AS vcpus, CAST(sum(h.memory_bytes) AS bigint) AS memory_bytes FROM fleet_holds h
       WHERE ${holds.sql} AND EXISTS (SELECT 1 FROM fleet_slots s WHERE s.allocation_id = h.allocation_id)
       GROUP BY h.node_id) held ON held.node_id = n.node_id
     WHERE n.configured = 1 AND ${nodes.sql} ORDER BY n.ordinal`,
    [...holds.parameters, ...nodes.parameters],
  );
}

export function placeableSlots(queries: Queries, which: Placeable): Promise<PlaceableSlotRow[]> {
  const nodes = nodeCondition(which, 's.node_id');
  return queries.all<PlaceableSlotRow>(
    `SELECT s.slot_id, s.node_id, s.gpu_model, s.numa_node, s.fraction_milli, s.status, s.allocation_id
     FROM fleet_slots s WHERE s.withdrawn = 0 AND ${nodes.sql} ORDER BY s.node_id, s.gpu_index, s.part`,
    nodes.parameters,
  );
}

/** In one order, so that two batches cannot wait for each other. */
export async function lockNodes(tx: Transaction, nodeIds: readonly string[]): Promise<void> {
  for (const nodeId of nodeIds.toSorted())
    await tx.first(`SELECT node_id FROM fleet_nodes WHERE node_id = ?${tx.forUpdate}`, [nodeId]);
}

/** Nodes with at least so many free slots of the model and size, ready or not; at most `limit` of them. */
export async function nodesWithFree(
  queries: Queries,
  wanted: { gpuModel: string; fractionMilli: number; count: number; limit: number },
): Promise<string[]> {
  const rows = await queries.all<{ node_id: string }>(
    `SELECT node_id FROM fleet_slots WHERE gpu_model = ? AND fraction_milli = ? AND status = 'free' AND withdrawn = 0
     GROUP BY node_id HAVING count(*) >= ? LIMIT ?`,
    [wanted.gpuModel, wanted.fractionMilli, wanted.count, wanted.limit],
  );
  return rows.map(row => row.node_id);
}

function nodeCondition(which: Placeable, column: string): { sql: string; parameters: readonly Parameter[] } {
  if ('nodeIds' in which)
    return { sql: `${column} IN (${placeholders(which.nodeIds.length)})`, parameters: which.nodeIds };
  return {
    sql: `${column} IN (SELECT node_id FROM fleet_slots WHERE gpu_model = ? AND withdrawn = 0)`,
    parameters: [which.gpuModel],
  };
}
