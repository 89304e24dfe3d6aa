import type { Database } from '@portico/plugin-kit/backend';
import type { LedgerScope } from '@portico/plugin-billing/port';

/** A name that a spreadsheet would run. */
const FORMULA = '=HYPERLINK("https://example.com","x")';
/** Bound per statement, in one transaction each. */
const ROWS_PER_STATEMENT = 10_000;

/** Stopped meters without their ledger entries, for tests of lists: real rows are made by holds and meters. Half an hour apart, each for an hour or so. */
export async function seedUsage(
  database: Database,
  seed: { scope: LedgerScope; rows: number; startedAt: number },
): Promise<void> {
  const { scope } = seed;
  for (let first = 0; first < seed.rows; first += ROWS_PER_STATEMENT) {
    const last = Math.min(first + ROWS_PER_STATEMENT, seed.rows) - 1;
    await database.transaction(async tx => {
      await tx.run(
        `INSERT INTO billing_meters (allocation_id, organization_id, department_id, project_id, user_id, allocation_name, sku_id, gpu_count,
          price_per_hour_micros, created_at, started_at, stopped_at, posted_through_at, posted_micros, cost_micros)
        WITH RECURSIVE numbers (i) AS (SELECT CAST(? AS bigint) UNION ALL SELECT i + 1 FROM numbers WHERE i < ?)
        SELECT CAST(? AS text) || CAST(1000000000 + i AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), CAST(? AS text), 'sku_seed', 1,
          3600000, CAST(? AS bigint) + i, CAST(? AS bigint) + i * 1800000, CAST(? AS bigint) + i * 1800000 + 3600000 + i % 997 * 1000,
          CAST(? AS bigint) + i * 1800000 + 3600000 + i % 997 * 1000, 3600000 + i % 997 * 1000, 3600000 + i % 997 * 1000
        FROM numbers`,
        [
          first,
          last,
          `alloc_${scope.organizationId.split('_')[1] ?? ''}`,
          scope.organizationId,
          scope.departmentId,
          scope.projectId,
          scope.userId,
          FORMULA,
          seed.startedAt,
          seed.startedAt,
          seed.startedAt,
          seed.startedAt,
        ],
      );
    });
  }
}
