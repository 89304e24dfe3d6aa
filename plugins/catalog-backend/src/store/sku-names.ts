import { placeholders } from '@portico/plugin-kit/backend';
import type { SkuNames } from '@portico/plugin-billing/port';

/** Parameters of one statement; the catalogue is shorter in most portals. */
const IDS_PER_STATEMENT = 500;

export const skuNames: SkuNames['ofSkus'] = async (queries, skuIds) => {
  const names = new Map<string, string>();
  for (let start = 0; start < skuIds.length; start += IDS_PER_STATEMENT) {
    const some = skuIds.slice(start, start + IDS_PER_STATEMENT);
    const rows = await queries.all<{ sku_id: string; name: string }>(
      `SELECT sku_id, name FROM catalog_skus WHERE sku_id IN (${placeholders(some.length)})`,
      some,
    );
    for (const row of rows) names.set(row.sku_id, row.name);
  }
  return names;
};
