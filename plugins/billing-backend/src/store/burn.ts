import type { Queries } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { GroupBy } from './rollups';

const COLUMNS = {
  none: "''",
  project: 'project_id',
  user: "coalesce(user_id, '')",
  sku: 'sku_id',
  department: 'department_id',
} as const;

/** The sum of the prices of what is metered at `at`, by group; the empty text for what has none. */
export async function burnByGroup(
  queries: Queries,
  query: { organizationId: string; projectId?: string | undefined; groupBy: GroupBy; at: number },
): Promise<ReadonlyMap<string, Micros>> {
  const { organizationId, projectId, groupBy, at } = query;
  const group =
    typeof groupBy === 'string'
      ? { text: COLUMNS[groupBy], parameters: [] }
      : {
          text: "coalesce((SELECT tag_value FROM billing_tags WHERE billing_tags.tag_set_id = billing_meters.tag_set_id AND tag_key = ?), '')",
          parameters: [groupBy.tagKey],
        };
  const rows = await queries.all<{ group_key: string; price_micros: Micros }>(
    `SELECT ${group.text} AS group_key, SUM(price_per_hour_micros) AS price_micros FROM billing_meters
    WHERE organization_id = ? AND stopped_at IS NULL AND started_at <= ? AND (capped_at IS NULL OR capped_at > ?)${projectId === undefined ? '' : ' AND project_id = ?'}
    GROUP BY 1`,
    [...group.parameters, organizationId, at, at, ...(projectId === undefined ? [] : [projectId])],
  );
  return new Map(rows.map(row => [row.group_key, row.price_micros]));
}
