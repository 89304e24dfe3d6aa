import type { Queries, Transaction } from '@portico/plugin-kit/backend';

interface OutageCreditRow {
  readonly from_at: number;
  readonly to_at: number;
  readonly node_name: string;
  readonly amount_micros: bigint;
}

/** What was given back to an allocation, oldest first; disjoint. */
export function outageCreditsOf(queries: Queries, allocationId: string): Promise<OutageCreditRow[]> {
  return queries.all<OutageCreditRow>(
    'SELECT from_at, to_at, node_name, amount_micros FROM billing_outage_credits WHERE allocation_id = ? ORDER BY from_at',
    [allocationId],
  );
}

export async function insertOutageCredit(
  tx: Transaction,
  credit: {
    allocationId: string;
    organizationId: string;
    nodeName: string;
    from: number;
    to: number;
    amount: bigint;
  },
): Promise<void> {
  await tx.run(
    `INSERT INTO billing_outage_credits (allocation_id, from_at, to_at, organization_id, node_name, amount_micros, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [credit.allocationId, credit.from, credit.to, credit.organizationId, credit.nodeName, credit.amount, tx.now],
  );
}

/** The credit is good up to `to` only; up to its beginning, it never was. */
export async function shortenOutageCredit(
  tx: Transaction,
  credit: { allocationId: string; from: number; to: number; amount: bigint },
): Promise<void> {
  const of = [credit.allocationId, credit.from];
  if (credit.to <= credit.from)
    await tx.run('DELETE FROM billing_outage_credits WHERE allocation_id = ? AND from_at = ?', of);
  else
    await tx.run(
      'UPDATE billing_outage_credits SET to_at = ?, amount_micros = ? WHERE allocation_id = ? AND from_at = ?',
      [credit.to, credit.amount, ...of],
    );
}
