import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { NodeVerdict } from '../probe/verdict';

interface Row {
  readonly verdict: NodeVerdict['verdict'];
  readonly checks_json: string;
  readonly probed_at: number;
}

export type ProbedVerdict = NodeVerdict & { readonly probedAt: number };

export async function latestVerdict(queries: Queries, nodeId: string): Promise<ProbedVerdict | undefined> {
  const row = await queries.first<Row>(
    'SELECT verdict, checks_json, probed_at FROM fleet_node_probes WHERE node_id = ?',
    [nodeId],
  );
  return (
    row && {
      verdict: row.verdict,
      checks: JSON.parse(row.checks_json) as NodeVerdict['checks'],
      probedAt: row.probed_at,
    }
  );
}

export async function saveVerdict(tx: Transaction, nodeId: string, { verdict, checks }: NodeVerdict): Promise<void> {
  await tx.run(
    `INSERT INTO fleet_node_probes (node_id, verdict, checks_json, probed_at) VALUES (?, ?, ?, ?)
     ON CONFLICT (node_id) DO UPDATE SET verdict = excluded.verdict, checks_json = excluded.checks_json, probed_at = excluded.probed_at`,
    [nodeId, verdict, JSON.stringify(checks), tx.now],
  );
}

export async function deleteVerdict(tx: Transaction, nodeId: string): Promise<void> {
  await tx.run('DELETE FROM fleet_node_probes WHERE node_id = ?', [nodeId]);
}
