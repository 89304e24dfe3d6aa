import type { Queries } from '@portico/plugin-kit/backend';

/** Where nodes stand, in alphabetical order. */
export async function regionsOfNodes(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ region: string }>('SELECT DISTINCT region FROM fleet_nodes ORDER BY region');
  return rows.map(row => row.region);
}
