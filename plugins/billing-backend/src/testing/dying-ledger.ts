/**
 * A portal in a process of its own that moves money, seals and closes books until it kills itself: within its transaction number `at`, everything written and nothing committed
 * (`within`), or just after it (`after`). Arguments: the database's location (JSON), when, and the number; it says how many there are when it comes through.
 */
import { openDatabase } from '@portico/backend/services';
import type { DatabaseLocation } from '@portico/backend/services';
import type { Database } from '@portico/plugin-kit/backend';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import { sealEntries } from '../actions/seal-entries';
import { closeBooks } from '../ledger-export';
import { ledgerKey } from '../ledger-key';
import { creditOf, holdFor, openBilling, openOrganization, start, stop } from './billing-fixture';
import { PLAIN_SECRETS } from './plain-secrets';

const HOUR = 3_600_000;

export type Death = 'within' | 'after' | 'never';

async function live(location: DatabaseLocation, when: Death, at: number): Promise<void> {
  let now = Date.now() - 10 * HOUR;
  const clock = { now: () => now, sleep: async () => undefined };
  const database = openDatabase(location, clock);
  let made = 0;
  const die = () => process.kill(process.pid, 'SIGKILL');
  const dying: Database = {
    dialect: database.dialect,
    build: database.build,
    read: database.read,
    migrate: (...given) => database.migrate(...given),
    async transaction(work, options) {
      made += 1;
      const isLast = made === at;
      const result = await database.transaction(async tx => {
        const done = await work(tx);
        if (isLast && when === 'within') die();
        return done;
      }, options);
      if (isLast && when === 'after') die();
      return result;
    },
  };
  const db = { open: async () => ({ database: dying, clock, close: () => database.close() }) };
  const billing = await openBilling(db as unknown as DatabaseUnderTest);
  const key = await ledgerKey({ database: dying, secrets: PLAIN_SECRETS });
  const scope = await openOrganization(billing, 50_000_000n);
  const id = await holdFor(billing, scope, 12_000_000n);
  await start(billing, id, now);
  await sealEntries(dying, key);
  now += 2 * HOUR;
  await billing.accrual.tick();
  await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, 1_000_000n)));
  await closeBooks(dying, { organizationId: scope.organizationId, key });
  now += 1_000;
  await stop(billing, id, now);
  await sealEntries(dying, key);
  await database.close();
  process.stdout.write(String(made));
}

const [location = '', when = 'never', at = ''] = process.argv.slice(2);
void live(JSON.parse(location) as DatabaseLocation, when as Death, Number(at));
