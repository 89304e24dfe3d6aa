import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries } from '@portico/plugin-kit/backend';
import type { NodeStatus } from '../domain/node';
import type { SlotStatus } from '../domain/slot';

export interface DrawableSlot {
  readonly node_id: string;
  readonly node_status: NodeStatus;
  readonly gpu_index: number;
  readonly numa_node: number;
  readonly status: SlotStatus;
  readonly organization_id: string | null;
}

/** Nodes that have the model: those with something of the organization or something free first, then in the fleet's order. */
export async function drawableNodes(
  queries: Queries,
  options: { gpuModel: string; organizationId: string; limit: number },
): Promise<string[]> {
  const rows = await queries.all<{ node_id: string }>(
    `SELECT s.node_id FROM fleet_slots s JOIN fleet_nodes n ON n.node_id = s.node_id
     WHERE s.gpu_model = ? AND s.withdrawn = 0 AND n.configured = 1
     GROUP BY s.node_id, n.ordinal
     ORDER BY max(CASE WHEN s.organization_id = ? THEN 2 WHEN s.status = 'free' AND n.status = 'ready' THEN 1 ELSE 0 END) DESC, n.ordinal
     LIMIT ?`,
    [options.gpuModel, options.organizationId, options.limit],
  );
  return rows.map(row => row.node_id);
}

/** In the fleet's order, whatever the order of `nodeIds`: a map must not move its nodes around while somebody looks at it. */
export function offeredSlotsOn(
  queries: Queries,
  options: { nodeIds: readonly string[]; gpuModel: string },
): Promise<DrawableSlot[]> {
  if (options.nodeIds.length === 0) return Promise.resolve([]);
  return queries.all<DrawableSlot>(
    `SELECT s.node_id, n.status AS node_status, s.gpu_index, s.numa_node, s.status, s.organization_id
     FROM fleet_slots s JOIN fleet_nodes n ON n.node_id = s.node_id
     WHERE s.node_id IN (${placeholders(options.nodeIds.length)}) AND s.gpu_model = ? AND s.withdrawn = 0
     ORDER BY n.ordinal, s.gpu_index, s.part`,
    [...options.nodeIds, options.gpuModel],
  );
}
