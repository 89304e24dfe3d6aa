import { placeholders } from '@portico/plugin-kit/backend';
import type { Queries } from '@portico/plugin-kit/backend';
import { standingStatuses } from '../domain/allocation';

/** Allocations of that SKU or image that are not over: what runs or will, and what is not yet confirmed gone. */
export async function holdingOf(
  queries: Queries,
  of: { readonly skuId: string } | { readonly imageId: string },
): Promise<{ allocations: number; gpus: number }> {
  const [column, id] = 'skuId' in of ? ['sku_id', of.skuId] : ['image_id', of.imageId];
  const row = await queries.first<{ allocations: number; gpus: number | null }>(
    `SELECT COUNT(*) AS allocations, SUM(gpu_count) AS gpus FROM workloads_allocations WHERE ${column} = ? AND status IN (${placeholders(standingStatuses.length)})`,
    [id, ...standingStatuses],
  );
  return { allocations: row?.allocations ?? 0, gpus: Number(row?.gpus ?? 0) };
}
