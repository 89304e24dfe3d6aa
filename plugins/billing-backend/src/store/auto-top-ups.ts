import type { Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';

export type DisabledReason = 'failures' | 'method_removed';

export interface AutoTopUpRow {
  readonly organization_id: string;
  readonly enabled: number;
  readonly threshold_micros: Micros;
  readonly amount_micros: Micros;
  readonly monthly_limit_micros: Micros;
  readonly provider: 'stripe' | 'test';
  readonly method_id: string;
  readonly method_brand: string;
  readonly method_last4: string;
  readonly user_id: string;
  readonly department_id: string;
  readonly project_id: string;
  readonly failures_in_row: number;
  readonly disabled_reason: DisabledReason | null;
  readonly waits_until: number | null;
  readonly last_payment_id: string | null;
  readonly updated_at: number;
}

const COLUMNS = [
  'organization_id',
  'enabled',
  'threshold_micros',
  'amount_micros',
  'monthly_limit_micros',
  'provider',
  'method_id',
  'method_brand',
  'method_last4',
  'user_id',
  'department_id',
  'project_id',
  'failures_in_row',
  'disabled_reason',
  'waits_until',
  'last_payment_id',
  'updated_at',
] as const satisfies readonly (keyof AutoTopUpRow)[];

/** Its row is changed under the lock of the customer alone. */
export async function autoTopUpOf(queries: Queries, organizationId: string): Promise<AutoTopUpRow | undefined> {
  return queries.first<AutoTopUpRow>(
    `SELECT ${COLUMNS.join(', ')} FROM billing_auto_top_ups WHERE organization_id = ?`,
    [organizationId],
  );
}

export async function saveAutoTopUp(tx: Transaction, row: Omit<AutoTopUpRow, 'updated_at'>): Promise<void> {
  const values = { ...row, updated_at: tx.now };
  const changed = COLUMNS.filter(name => name !== 'organization_id');
  await tx.run(
    `INSERT INTO billing_auto_top_ups (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
     ON CONFLICT (organization_id) DO UPDATE SET ${changed.map(name => `${name} = excluded.${name}`).join(', ')}`,
    COLUMNS.map(name => values[name] as Parameter),
  );
}

/** Organizations whose automatic top-up waits for an instant that has come. */
export async function waitingTopUps(queries: Queries, options: { now: number; limit: number }): Promise<string[]> {
  const rows = await queries.all<{ organization_id: string }>(
    'SELECT organization_id FROM billing_auto_top_ups WHERE enabled = 1 AND waits_until <= ? ORDER BY waits_until, organization_id LIMIT ?',
    [options.now, options.limit],
  );
  return rows.map(row => row.organization_id);
}
