import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { CustomerLedger } from './actions/customer-ledger';
import { reviewCustomer } from './actions/review';
import { lockCustomer } from './store/customers';
import {
  balanceOf,
  creditOf,
  holdFor,
  openBilling,
  openOrganization,
  start,
  stop,
  TEST_POLICY,
} from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';

const HOUR = 3_600_000;
const PRICE = 12_000_000n;
const TABLES = ['customers', 'accounts', 'entries', 'postings', 'holds', 'meters'];

class Crash extends Error {}

/** The transaction of a process that dies before its statement number `at`. */
function crashing(tx: Transaction, at: number): Transaction {
  let made = 0;
  const before = () => {
    made += 1;
    if (made === at) throw new Crash();
  };
  return {
    dialect: tx.dialect,
    now: tx.now,
    forUpdate: tx.forUpdate,
    afterCommit: listener => tx.afterCommit(listener),
    all: async (...query) => (before(), tx.all(...query)),
    first: async (...query) => (before(), tx.first(...query)),
    run: async (...query) => (before(), tx.run(...query)),
  };
}

async function everything(queries: Queries): Promise<unknown> {
  const tables = await Promise.all(TABLES.map(table => queries.all<object>(`SELECT * FROM billing_${table}`)));
  return tables.map(rows =>
    rows
      .map(row => JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)))
      .sort(),
  );
}

/** Runs `work` again and again, each time dying one statement later, until it comes through. Nothing may remain of any but the last. */
async function dieEverywhere(billing: TestBilling, work: (tx: Transaction) => Promise<unknown>): Promise<number> {
  const before = await everything(billing.database.read);
  for (let at = 1; ; at += 1) {
    const outcome = await billing.database
      .transaction(tx => work(crashing(tx, at)))
      .then(
        () => 'done',
        (error: unknown) => error,
      );
    await assertBooksBalance(billing.database.read);
    if (outcome === 'done') return at;
    expect(outcome).toBeInstanceOf(Crash);
    expect(await everything(billing.database.read)).toEqual(before);
  }
}

eachDatabase(db => {
  let billing: TestBilling;
  beforeAll(async () => {
    billing = await openBilling(db);
  });

  test('a crash at any statement of any movement leaves nothing partial', async () => {
    const scope = await openOrganization(billing, 30_000_000n);
    const allocationId = newId('alloc');
    const hold = { scope: { ...scope, allocationId }, pricePerHour: PRICE, skuId: 'sku_h200', gpuCount: 1 };
    const review = (tx: Transaction) => reviewCustomer(tx, billing, scope.organizationId);

    const steps = [
      await dieEverywhere(billing, tx => billing.port.openAccount(tx, { organizationId: newId('org') })),
      await dieEverywhere(billing, tx => billing.port.credit(tx, creditOf(scope, 1_000_000n, 'once'))),
      await dieEverywhere(billing, tx => billing.port.hold(tx, hold)),
      await dieEverywhere(billing, tx => billing.port.startMeter(tx, { allocationId, at: billing.clock.now() })),
    ];
    await billing.clock.advance(2 * HOUR + 600_000);
    steps.push(await dieEverywhere(billing, review));
    await billing.clock.advance(HOUR);
    steps.push(await dieEverywhere(billing, review));
    steps.push(
      await dieEverywhere(billing, tx => billing.port.stopMeter(tx, { allocationId, at: billing.clock.now() })),
    );
    // Each of them died somewhere before it came through.
    expect(Math.min(...steps)).toBeGreaterThan(2);
    expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toHaveLength(1);
  });

  test('parallel launches never overdraw an account', async () => {
    const scope = await openOrganization(billing, 7n * PRICE + 1n);
    const outcomes = await Promise.allSettled(Array.from({ length: 40 }, () => holdFor(billing, scope, PRICE)));
    expect(outcomes.filter(outcome => outcome.status === 'fulfilled')).toHaveLength(7);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'insufficient_balance' });
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 1n, held: 7n * PRICE });
    await assertBooksBalance(billing.database.read);
  });

  test('launches, stops, credits and reviews at once leave the books balanced', async () => {
    const scope = await openOrganization(billing, 5n * PRICE);
    const life = async () => {
      const id = await holdFor(billing, scope, PRICE).catch(() => undefined);
      if (id === undefined) return 0n;
      await start(billing, id);
      await Promise.all([stop(billing, id), stop(billing, id), billing.accrual.tick()]);
      return 1n;
    };
    const credit = () => billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, 1n)));
    await Promise.all(Array.from({ length: 20 }, () => Promise.all([life(), credit(), billing.accrual.tick()])));
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 5n * PRICE + 20n, held: 0n });
    await assertBooksBalance(billing.database.read);
    expect(billing.errors).toEqual([]);
  });

  test('the same reference credits once, also in parallel', async () => {
    const scope = await openOrganization(billing, 0n);
    const credit = creditOf(scope, 9_000_000n, 'payment 1');
    const results = await Promise.all(
      Array.from({ length: 10 }, () => billing.database.transaction(tx => billing.port.credit(tx, credit))),
    );
    expect(new Set(results.map(result => result?.entryId)).size).toBe(1);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 9_000_000n, held: 0n });
    expect(billing.outbox.ofType(scope.organizationId, 'billing.credited')).toHaveLength(1);
  });

  test.each([
    ['nothing', 0n],
    ['less than nothing', -1n],
    ['more than the ledger can hold', 10n ** 18n],
  ])('a credit of %s is refused', async (_what, amount) => {
    const scope = await openOrganization(billing, 0n);
    const credit = creditOf(scope, amount);
    await expect(billing.database.transaction(tx => billing.port.credit(tx, credit))).rejects.toMatchObject({
      code: 'amount_invalid',
      status: 422,
    });
  });

  test('no movement of any kind is of nothing or less', async () => {
    const scope = await openOrganization(billing, 10n);
    const movement = { scope, reason: 'x', actor: { type: 'system', id: 'test' }, correlationId: null } as const;
    for (const amount of [0n, -1n, -(10n ** 30n)]) {
      const attempts = [
        (ledger: CustomerLedger) => ledger.credit({ ...movement, kind: 'top_up', amount, reference: 'a' }),
        (ledger: CustomerLedger) => ledger.charge({ ...movement, kind: 'refund', amount, reference: 'b' }),
        (ledger: CustomerLedger) =>
          ledger.claim({ ...movement, kind: 'dispute', amount, reference: 'c', to: 'processor_clearing' }),
        (ledger: CustomerLedger) =>
          ledger.settleRefund({ ...movement, kind: 'refund_settlement', amount, reference: 'd' }),
      ];
      for (const attempt of attempts) {
        const made = billing.database.transaction(async tx => {
          const customer = await lockCustomer(tx, scope.organizationId);
          if (customer === undefined) throw new Error('no account');
          return attempt(new CustomerLedger(tx, customer));
        });
        await expect(made).rejects.toMatchObject({ code: 'amount_invalid', status: 422 });
      }
    }
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 10n, held: 0n });
    await assertBooksBalance(billing.database.read);
  });

  test('a credit in another currency is refused', async () => {
    const scope = await openOrganization(billing, 0n);
    const credit = { ...creditOf(scope, 1n), currency: 'EUR' };
    await expect(billing.database.transaction(tx => billing.port.credit(tx, credit))).rejects.toMatchObject({
      code: 'currency_mismatch',
    });
  });

  test('a trial is what the settings say, once, and nothing where they say so', async () => {
    const scope = await openOrganization(billing, 0n);
    const trial = { ...creditOf(scope, 1n, 'trial'), kind: 'trial' as const, amount: undefined };
    const give = (one: TestBilling) => one.database.transaction(tx => one.port.credit(tx, trial));
    expect(await give(billing)).toMatchObject({ amount: 25_000_000n, currency: 'USD' });
    await give(billing);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 25_000_000n, held: 0n });
    const currencies = new Map(
      [...TEST_POLICY.currencies].map(([code, policy]) => [code, { ...policy, trialCredit: null }] as const),
    );
    const without = await openBilling(db, { trialCredit: null, currencies });
    await without.database.transaction(tx => without.port.openAccount(tx, scope));
    expect(await give(without)).toBeNull();
  });

  test('a forecast says what a launch takes and how long the money lasts, without taking it', async () => {
    const scope = await openOrganization(billing, 40_000_000n);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    const forecast = await billing.port.forecast(billing.database.read, {
      organizationId: scope.organizationId,
      pricePerHour: 30_000_000n,
    });
    expect(forecast).toEqual({
      currency: 'USD',
      available: 28_000_000n,
      hold: 30_000_000n,
      availableAfter: -2_000_000n,
      sufficient: false,
      paymentsDisputed: false,
      burnRatePerHour: PRICE,
      runwaySecondsNow: 12_000,
      runwaySecondsAfter: 3_428,
      drainsAtNow: billing.clock.now() + 12_000_000,
      // 40 units at 42 an hour.
      drainsAtAfter: billing.clock.now() + 3_428_571,
    });
    await stop(billing, id);
  });

  test('a review that fails is tried again later and holds nobody else up', async () => {
    const broken = await openOrganization(billing, 20_000_000n);
    const fine = await openOrganization(billing, 20_000_000n);
    const ids = [await holdFor(billing, broken, PRICE), await holdFor(billing, fine, PRICE)];
    for (const id of ids) await start(billing, id);
    // Usage that is in the ledger already: posting it again is refused by the reference.
    await billing.clock.advance(HOUR);
    const reference = `usage:${ids[0]}:${billing.clock.now()}`;
    await billing.database.transaction(async tx => {
      await lockCustomer(tx, broken.organizationId);
      await tx.run("UPDATE billing_entries SET reference = ? WHERE organization_id = ? AND kind = 'hold'", [
        reference,
        broken.organizationId,
      ]);
    });
    await billing.accrual.tick();
    expect(billing.errors.splice(0)).toHaveLength(1);
    const usage = "SELECT count(*) AS entries FROM billing_entries WHERE kind = 'usage' AND organization_id = ?";
    expect(await billing.database.read.first(usage, [fine.organizationId])).toEqual({ entries: 1 });
    await billing.database.transaction(tx =>
      tx.run('UPDATE billing_entries SET reference = ? WHERE reference = ?', [`hold:${ids[0]}`, reference]),
    );
    await billing.clock.advance(30_000);
    await billing.accrual.tick();
    expect(await billing.database.read.first(usage, [broken.organizationId])).toEqual({ entries: 1 });
    expect(billing.errors).toEqual([]);
    for (const id of ids) await stop(billing, id);
    await assertBooksBalance(billing.database.read);
  });

  test('the loop reviews every tick and stops when told', async () => {
    const scope = await openOrganization(billing, 20_000_000n);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    billing.accrual.start();
    const posted = () =>
      billing.database.read.first<{ n: number }>(
        "SELECT count(*) AS n FROM billing_entries WHERE kind = 'usage' AND allocation_id = ?",
        [id],
      );
    while ((await posted())?.n === 0) await billing.clock.advance(600_000);
    await billing.accrual.stop();
    expect(billing.clock.sleepers).toBe(0);
    await stop(billing, id);
  });
});
