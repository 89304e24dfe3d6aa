import { eachDatabase } from '@portico/plugin-kit/testing';
import { unspentPromotional } from '../src/actions/grants';
import { customersOf } from '../src/store/customers';
import { assertBooksBalance } from '../src/testing/books';
import { migrations } from '.';

const before = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0007_grants'),
);

eachDatabase(db => {
  test('money that was given before is known as given, less what was used since', async () => {
    const { database, close, clock } = await db.open();
    await database.migrate('billing', before);
    const accounts = {
      customer_available: 33_000_000n,
      customer_held: 0n,
      customer_receivable: 0n,
      usage_revenue: 2_000_000n,
      promotional_expense: -35_000_000n,
      adjustment_expense: 0n,
      expired_credit: 0n,
      processor_clearing: 0n,
      refund_pending: 0n,
    };
    await database.transaction(async tx => {
      await tx.run(
        `INSERT INTO billing_customers (organization_id, currency, status, review_at, created_at) VALUES ('org_1', 'USD', 'healthy', NULL, 1)`,
      );
      for (const [account, balance] of Object.entries(accounts))
        await tx.run('INSERT INTO billing_accounts (organization_id, account, balance_micros) VALUES (?, ?, ?)', [
          'org_1',
          account,
          balance,
        ]);
      await tx.run(
        `INSERT INTO billing_meters (allocation_id, organization_id, department_id, project_id, user_id, allocation_name, sku_id, gpu_count, price_per_hour_micros,
          created_at, started_at, stopped_at, posted_through_at, posted_micros, cost_micros)
        VALUES ('alloc_1', 'org_1', 'dept_1', 'proj_1', 'usr_1', 'one', 'sku_1', 1, 2000000, 3, 3, 3600003, 3600003, 2000000, 2000000)`,
      );
      const entry = async (
        id: string,
        of: { kind: string; amount: bigint; at: number; against: string; allocation?: string },
      ) => {
        await tx.run(
          `INSERT INTO billing_entries (entry_id, organization_id, kind, currency, amount_micros, allocation_id, actor_type, actor_id, reference, description,
            period_from_at, period_to_at, created_at) VALUES (?, 'org_1', ?, 'USD', ?, ?, 'system', 'test', ?, 'before', ?, ?, ?)`,
          [
            id,
            of.kind,
            of.amount,
            of.allocation ?? null,
            id,
            of.allocation ? 3 : null,
            of.allocation ? 3_600_003 : null,
            of.at,
          ],
        );
        for (const [account, amount] of [['customer_available', of.amount] as const, [of.against, -of.amount] as const])
          await tx.run(
            'INSERT INTO billing_postings (entry_id, organization_id, account, amount_micros) VALUES (?, ?, ?, ?)',
            [id, 'org_1', account, amount],
          );
      };
      await entry('led_trial', { kind: 'trial', amount: 25_000_000n, at: 1, against: 'promotional_expense' });
      await entry('led_credit', {
        kind: 'internal_credit',
        amount: 10_000_000n,
        at: 2,
        against: 'promotional_expense',
      });
      await entry('led_usage', {
        kind: 'usage',
        amount: -2_000_000n,
        at: 4,
        against: 'usage_revenue',
        allocation: 'alloc_1',
      });
    });

    await database.migrate('billing', migrations);
    expect(
      await database.read.all(
        'SELECT entry_id, kind, unspent_micros, expires_at FROM billing_grants ORDER BY created_at',
      ),
    ).toEqual([
      { entry_id: 'led_trial', kind: 'trial', unspent_micros: 25_000_000n, expires_at: null },
      { entry_id: 'led_credit', kind: 'internal_credit', unspent_micros: 10_000_000n, expires_at: null },
    ]);
    const customer = (await customersOf(database.read, ['org_1'])).get('org_1');
    expect(customer && (await unspentPromotional(database.read, customer, clock.now()))).toBe(33_000_000n);
    expect(customer).toMatchObject({ fallenAt: null, alerts: { recipients: null, warningBelow: null } });
    await assertBooksBalance(database.read);
    await close();
  });
});
