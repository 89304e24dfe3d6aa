import { openDatabase } from '@portico/backend/services';
import { newId } from '@portico/plugin-kit/contract';
import { startPostgresServer, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import { Sealer } from './sealer';
import { creditOf, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';
import { PLAIN_SECRETS } from './testing/plain-secrets';
import { assertLedgersVerify } from './testing/verified-ledger';

const CLIENTS = 8;
const ORGANIZATIONS = 5;
const MONEY = 100_000_000n;
const PRICE = 3_600_000n;
const POSTINGS_BETWEEN_CRASHES = 80;

test('money is conserved under eight clients while PostgreSQL is killed twice', async () => {
  const server = await startPostgresServer({ durable: true });
  const clock = new TestClock();
  const database = openDatabase({ dialect: 'postgres', url: server.url }, clock);
  const db = {
    ...{ name: 'PostgreSQL of its own', dialect: 'postgres' },
    open: async () => ({ database, clock, close: () => database.close() }),
  } as unknown as DatabaseUnderTest;
  try {
    const billing = await openBilling(db);
    const scopes: Awaited<ReturnType<typeof openOrganization>>[] = [];
    for (let n = 0; n < ORGANIZATIONS; n += 1) scopes.push(await openOrganization(billing, MONEY));
    const { organizationId: givenTo } = await openOrganization(billing, 0n);
    const sealer = new Sealer({ database, clock, secrets: PLAIN_SECRETS, logger: { warn: () => undefined } });

    let working = true;
    const acknowledged: string[] = [];
    const refusals: unknown[] = [];
    const attempt = async (reference: string, work: () => Promise<unknown>) => {
      await work().then(
        () => acknowledged.push(reference),
        (error: unknown) => refusals.push(error),
      );
      if (refusals.length > 0) await new Promise(resolve => setTimeout(resolve, 2));
    };
    // A launch that is given up moves money and leaves its sum; a credit adds to an organization that nobody else reads.
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let turn = 0; working; turn += 1) {
        const scope = scopes[(client + turn) % ORGANIZATIONS] as (typeof scopes)[number];
        const allocationId = newId('alloc');
        await attempt(`hold:${allocationId}`, () =>
          billing.database.transaction(tx =>
            billing.port.hold(tx, {
              scope: { ...scope, allocationId },
              ...{ pricePerHour: PRICE, skuId: 'sku_h200', gpuCount: 1 },
            }),
          ),
        );
        await attempt('', () => start(billing, allocationId));
        await attempt('', () => stop(billing, allocationId));
        const credit = creditOf({ ...scope, organizationId: givenTo }, 1n, allocationId);
        await attempt(`credit:${allocationId}`, () =>
          billing.database.transaction(tx => billing.port.credit(tx, credit)),
        );
      }
    });
    let reads = 0;
    const reader = (async () => {
      while (working) {
        const rows = await database.read
          .all<{ organization_id: string; funds_micros: bigint; all_micros: bigint }>(
            `SELECT organization_id, sum(balance_micros) AS all_micros,
              sum(CASE WHEN account IN ('customer_available', 'customer_held') THEN balance_micros ELSE 0 END) AS funds_micros
            FROM billing_accounts GROUP BY organization_id`,
          )
          .catch(() => []);
        for (const row of rows) {
          expect(row.all_micros).toBe(0n);
          if (row.organization_id !== givenTo) expect(row.funds_micros).toBe(MONEY);
        }
        reads += rows.length === 0 ? 0 : 1;
        await sealer.round().catch(() => false);
      }
    })();

    for (let crash = 0; crash < 2; crash += 1) {
      const before = acknowledged.length;
      await waitFor(() => acknowledged.length > before + POSTINGS_BETWEEN_CRASHES, 'clients to get through');
      const refused = refusals.length;
      await server.crash();
      await waitFor(() => refusals.length > refused + CLIENTS, 'clients to be refused');
      await server.restart();
    }
    const before = acknowledged.length;
    await waitFor(() => acknowledged.length > before + POSTINGS_BETWEEN_CRASHES, 'clients to get through again');
    working = false;
    await Promise.all([...clients, reader]);

    expect(reads).toBeGreaterThan(2);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'service_unavailable' });
    const kept = await database.read.all<{ reference: string }>('SELECT reference FROM billing_entries');
    const present = new Set(kept.map(row => row.reference));
    expect(acknowledged.filter(reference => reference !== '' && !present.has(reference))).toEqual([]);
    await assertBooksBalance(database.read);
    await assertLedgersVerify(billing);
  } finally {
    await database.close();
    await server.stop();
  }
}, 60_000);
