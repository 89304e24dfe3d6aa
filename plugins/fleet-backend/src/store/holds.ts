import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { PlacementRequest } from '@portico/plugin-fleet/port';

/**
 * What an allocation takes of its node beside slots. A hold counts as long as a slot still names its allocation, blocked ones included: whatever frees the last slot frees CPU and
 * memory with it.
 */
export interface HoldRow {
  readonly allocation_id: string;
  readonly node_id: string;
  readonly gpu_model: string;
  readonly shape: PlacementRequest['shape'];
  readonly gpu_count: number;
  readonly gpu_fraction_milli: number;
  readonly vcpus: number;
  readonly memory_bytes: number;
  readonly regions_json: string | null;
}

/** Also forgets those of the node that outlived their slots: an administrator may have cleared up after an allocation that nobody could release. */
export async function insertHold(tx: Transaction, nodeId: string, request: PlacementRequest): Promise<void> {
  await tx.run(
    `INSERT INTO fleet_holds (allocation_id, node_id, gpu_model, shape, gpu_count, gpu_fraction_milli, vcpus, memory_bytes, regions_json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (allocation_id) DO UPDATE SET node_id = excluded.node_id, gpu_model = excluded.gpu_model, shape = excluded.shape, gpu_count = excluded.gpu_count,
       gpu_fraction_milli = excluded.gpu_fraction_milli, vcpus = excluded.vcpus, memory_bytes = excluded.memory_bytes, regions_json = excluded.regions_json`,
    [
      request.allocationId,
      nodeId,
      request.gpuModel,
      request.shape,
      request.gpuCount,
      request.gpuFractionMilli,
      request.vcpus,
      request.memoryBytes,
      request.regions === null ? null : JSON.stringify(request.regions),
    ],
  );
  await tx.run(
    `DELETE FROM fleet_holds WHERE node_id = ? AND NOT EXISTS (SELECT 1 FROM fleet_slots s WHERE s.allocation_id = fleet_holds.allocation_id)`,
    [nodeId],
  );
}

export async function deleteHold(tx: Transaction, allocationId: string): Promise<void> {
  await tx.run('DELETE FROM fleet_holds WHERE allocation_id = ?', [allocationId]);
}

/** CPUs that go with a GPU on average, among what is held now; 0 while nothing is. */
export async function vcpusPerGpu(queries: Queries, gpuModel: string): Promise<number> {
  const row = await queries.first<{ vcpus: number | null; gpus: number | null }>(
    'SELECT sum(vcpus) AS vcpus, sum(gpu_count) AS gpus FROM fleet_holds WHERE gpu_model = ?',
    [gpuModel],
  );
  return row?.vcpus == null || row.gpus == null || row.gpus === 0 ? 0 : Math.floor(row.vcpus / row.gpus);
}

export async function holdsOf(queries: Queries, allocationIds: readonly string[]): Promise<HoldRow[]> {
  if (allocationIds.length === 0) return [];
  return queries.all<HoldRow>(
    `SELECT * FROM fleet_holds WHERE allocation_id IN (${placeholders(allocationIds.length)})`,
    allocationIds,
  );
}
