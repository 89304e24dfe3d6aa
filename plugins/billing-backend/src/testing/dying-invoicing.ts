/**
 * A portal in a process of its own that makes the invoices of three organizations until it kills itself: with its invoice number `at` written and not committed (`within`), or just
 * committed (`after`). Arguments: the database's location (JSON), when, and the number.
 */
import { openDatabase } from '@portico/backend/services';
import type { DatabaseLocation } from '@portico/backend/services';
import type { Outbox } from '@portico/plugin-kit/backend';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import { openBilling, openOrganization } from './billing-fixture';
import { openInvoicing } from './open-invoicing';

const ORGANIZATIONS = 3;

async function live(location: DatabaseLocation, when: string, at: number): Promise<void> {
  let now = Date.UTC(2026, 0, 10);
  const clock = { now: () => now, sleep: async () => undefined };
  const database = openDatabase(location, clock);
  const billing = await openBilling({
    open: async () => ({ database, clock, close: () => database.close() }),
  } as unknown as DatabaseUnderTest);
  for (let count = 0; count < ORGANIZATIONS; count += 1) await openOrganization(billing, 5_000_000n);
  now = Date.UTC(2026, 1, 2);
  await billing.accrual.tick();
  let issued = 0;
  const die = () => process.kill(process.pid, 'SIGKILL');
  const outbox: Outbox = {
    // An invoice is written whole when it is told of.
    async append(tx) {
      issued += 1;
      if (issued !== at) return;
      if (when === 'within') die();
      tx.afterCommit(die);
    },
    consume: () => undefined,
  };
  await openInvoicing(billing, { outbox }).invoicing.tick();
}

const [location, when = '', at = ''] = process.argv.slice(2);
if (location !== undefined) void live(JSON.parse(location) as DatabaseLocation, when, Number(at));
