import { eachDatabase } from '@portico/plugin-kit/testing';
import { openBilling, openOrganization } from '../testing/billing-fixture';
import type { TestBilling } from '../testing/billing-fixture';
import { explaining } from '../testing/explaining';
import { entriesPage } from './ledger';

eachDatabase(db => {
  let billing: TestBilling;
  let organizationId: string;
  beforeAll(async () => {
    billing = await openBilling(db);
    ({ organizationId } = await openOrganization(billing, 10_000_000n));
    await billing.database.transaction(async tx => {
      // What runs for a year, and once in it somebody is given something.
      await tx.run(
        `INSERT INTO billing_entries (entry_id, organization_id, kind, currency, amount_micros, actor_type, actor_id, reference, description, created_at)
        WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 20000)
        SELECT 'led_z' || (100000 + i), '${organizationId}', 'usage', 'USD', -1, 'system', 'billing', 'many:' || i, 'Usage', 2000000000000 + i FROM numbers`,
      );
      await tx.run('ANALYZE billing_entries');
    });
  });
  afterAll(() => billing.close());

  test('a kind there is little of is found by its index, of one organization and of all', async () => {
    const plans: string[] = [];
    const list = (of: { organizationId?: string }) =>
      entriesPage(explaining(billing.database, plans), {
        filter: { ...of, kind: 'internal_credit' },
        limit: 50,
        cursor: undefined,
      });
    expect((await list({ organizationId })).rows).toHaveLength(1);
    expect((await list({})).rows).toHaveLength(1);
    expect(plans).toEqual([
      expect.stringContaining('billing_entries_rare'),
      expect.stringContaining('billing_entries_rare'),
    ]);
  });

  test('a kind that comes with everything that runs is read in the order it is shown', async () => {
    const plans: string[] = [];
    const page = await entriesPage(explaining(billing.database, plans), {
      filter: { organizationId, kind: 'usage' },
      limit: 50,
      cursor: undefined,
    });
    expect(page.rows).toHaveLength(50);
    expect(plans).toEqual([expect.stringContaining('billing_entries_newest')]);
  });
});
