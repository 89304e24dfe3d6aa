import type { Queries } from '@portico/plugin-kit/backend';

/** Where nodes stand, in alphabetical order. */
export async function regionsOfNodes(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ region: string }>('SELECT DISTINCT region FROM fleet_nodes ORDER BY region');
  return rows.map(row => row.region);
}

export async function regionsByNode(queries: Queries): Promise<ReadonlyMap<string, string>> {
  const rows = await queries.all<{ node_id: string; region: string }>('SELECT node_id, region FROM fleet_nodes');
  return new Map(rows.map(row => [row.node_id, row.region]));
}
