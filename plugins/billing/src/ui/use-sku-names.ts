import { useOperation, useSession } from '@portico/plugin-kit/ui';
import type { usagePage } from './pages';

/** As many as one page of a list holds, which is more than a catalogue has. */
const ROWS_MAX = 200;

/** What hardware is called, by its id; empty until it is known. */
export function useSkuNames(page: {
  operations: Pick<(typeof usagePage)['operations'], 'listSkus'>;
}): ReadonlyMap<string, string> {
  const mayRead = useSession()?.permissions.has('catalog.sku.read') ?? false;
  const skus = useOperation(page as typeof usagePage, 'listSkus', { query: { limit: ROWS_MAX } }, { enabled: mayRead });
  return new Map(skus.data?.items.map(sku => [sku.sku_id, sku.name]));
}
