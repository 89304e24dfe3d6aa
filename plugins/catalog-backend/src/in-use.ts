import type { Queries } from '@portico/plugin-kit/backend';
import type { InUse } from './administration-view';
import type { CatalogServices } from './services';

/** Summed over all who launch from the catalogue. */
export async function inUse(
  queries: Queries,
  { usage }: Pick<CatalogServices, 'usage'>,
  of: { skuId: string } | { imageId: string },
): Promise<InUse> {
  let [allocations, gpus] = [0, 0];
  for (const one of usage) {
    const used = await one.inUse(queries, of);
    allocations += used.allocations;
    gpus += used.gpus;
  }
  return { allocations, gpus };
}
