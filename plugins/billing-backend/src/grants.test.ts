import { eachDatabase } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import { addGrant, unspentPromotional, withdrawGrant } from './actions/grants';
import { CustomerLedger } from './actions/customer-ledger';
import { expiryAfter } from './domain/grants';
import { createBillingPort } from './port';
import { customersOf, lockCustomer } from './store/customers';
import { reversalOf } from './store/ledger';
import { balanceOf, holdFor, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PRICE = 1_000_000n;

eachDatabase(db => {
  let billing: TestBilling;
  beforeAll(async () => {
    billing = await openBilling(db);
  });
  afterAll(() => billing.close());
  afterEach(async () => {
    await assertBooksBalance(billing.database.read);
    expect(billing.errors).toEqual([]);
  });

  /** Given with an end after so many days, or without one. */
  const give = (scope: LedgerScope, amount: bigint, days: number | null = null) =>
    billing.database.transaction(async tx => {
      const customer = await lockCustomer(tx, scope.organizationId);
      if (customer === undefined) throw new Error('no account');
      const movement = {
        kind: 'internal_credit' as const,
        ...{ scope, amount, reason: 'for a test', reference: newId('corr'), correlationId: null },
        actor: { type: 'system', id: 'test' } as const,
      };
      const entryId = await new CustomerLedger(tx, customer).credit(movement);
      const expiresAt = days === null ? null : expiryAfter(days, tx.now);
      await addGrant(tx, customer, { entryId, kind: 'internal_credit', amount, expiresAt });
      return entryId;
    });
  const pay = (scope: LedgerScope, amount: bigint) =>
    billing.database.transaction(async tx => {
      const customer = await lockCustomer(tx, scope.organizationId);
      if (customer === undefined) throw new Error('no account');
      await new CustomerLedger(tx, customer).credit({
        kind: 'top_up',
        ...{ scope, amount, reason: 'paid', reference: newId('corr'), correlationId: null },
        actor: { type: 'system', id: 'test' },
      });
    });
  const promotional = async (scope: LedgerScope) => {
    const customer = (await customersOf(billing.database.read, [scope.organizationId])).get(scope.organizationId);
    return customer && unspentPromotional(billing.database.read, customer, billing.clock.now());
  };
  const available = async (scope: LedgerScope) => (await balanceOf(billing, scope.organizationId)).available;
  const expired = (scope: LedgerScope) =>
    billing.outbox
      .ofType(scope.organizationId, 'billing.credit_expired')
      .map(event => (event.payload.amount as { amount: string }).amount);
  /** The reviews that are due by then, each at its time: where nothing is due, time passes at once. */
  const pass = async (milliseconds: number) => {
    const until = billing.clock.now() + milliseconds;
    await billing.accrual.tick();
    for (;;) {
      const row = await billing.database.read.first<{ next_at: number | null }>(
        'SELECT min(review_at) AS next_at FROM billing_customers',
      );
      const next = row?.next_at ?? null;
      if (next === null || next > until) break;
      await billing.clock.advance(Math.max(0, next - billing.clock.now()));
      await billing.accrual.tick();
    }
    await billing.clock.advance(until - billing.clock.now());
  };

  test('what was given is spent before what was paid, and can never go back to a card', async () => {
    const scope = await openOrganization(billing, 0n);
    await pay(scope, 10_000_000n);
    await give(scope, 5_000_000n);
    expect(await promotional(scope)).toBe(5_000_000n);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await pass(2 * HOUR + HOUR / 2);
    expect(await promotional(scope)).toBe(2_500_000n);
    await stop(billing, id);
    expect(await promotional(scope)).toBe(2_500_000n);
    const other = await holdFor(billing, scope, PRICE);
    await start(billing, other);
    await pass(4 * HOUR);
    expect(await promotional(scope)).toBe(0n);
    await stop(billing, other);
    expect(await available(scope)).toBe(8_500_000n);
  });

  test('what is unspent at its end is taken, once, and the rest stays', async () => {
    const scope = await openOrganization(billing, 0n);
    await pay(scope, 3_000_000n);
    await give(scope, 5_000_000n, 30);
    await give(scope, 2_000_000n);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await pass(HOUR);
    await stop(billing, id);
    await pass(31 * DAY);
    expect(expired(scope)).toEqual(['4000000']);
    expect(await available(scope)).toBe(5_000_000n);
    expect(await promotional(scope)).toBe(2_000_000n);
    await pass(30 * DAY);
    expect(expired(scope)).toHaveLength(1);
  });

  test('the end is announced a week before, once, and not when nothing is left', async () => {
    const scope = await openOrganization(billing, 0n);
    await give(scope, 5_000_000n, 30);
    const announced = () => billing.outbox.ofType(scope.organizationId, 'billing.credit_expiring');
    await pass(22 * DAY);
    expect(announced()).toHaveLength(0);
    await pass(2 * DAY);
    expect(announced()).toEqual([
      expect.objectContaining({
        payload: expect.objectContaining({ amount: expect.objectContaining({ amount: '5000000' }) }),
      }),
    ]);
    await pass(DAY);
    await give(scope, 1_000_000n);
    await pass(10 * DAY);
    expect(announced()).toHaveLength(1);

    const spent = await openOrganization(billing, 0n);
    await give(spent, 2_000_000n, 30);
    const id = await holdFor(billing, spent, PRICE);
    await start(billing, id);
    await pass(3 * HOUR);
    await stop(billing, id);
    await pass(40 * DAY);
    expect(billing.outbox.ofType(spent.organizationId, 'billing.credit_expiring')).toHaveLength(0);
    expect(expired(spent)).toEqual([]);
  });

  test('what is held at the end stays with the workload, and is taken when it comes back', async () => {
    const scope = await openOrganization(billing, 0n);
    await give(scope, 5_000_000n, 1);
    await pass(DAY - HOUR);
    const id = await holdFor(billing, scope, 4_000_000n);
    await start(billing, id, billing.clock.now() + HOUR);
    await pass(HOUR + HOUR / 4);
    expect(expired(scope)).toEqual(['1000000']);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 0n, held: 3_000_000n });
    await stop(billing, id);
    await billing.accrual.tick();
    expect(expired(scope)).toEqual(['1000000', '3000000']);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 0n, held: 0n });
  });

  test('an end that nobody looked at in time takes what it would have taken', async () => {
    const scope = await openOrganization(billing, 0n);
    await pay(scope, 30_000_000n);
    await give(scope, 5_000_000n, 1);
    await pass(DAY - HOUR);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    // The backend is down for four hours; the credit ended in the first, of which it paid an hour.
    await billing.clock.advance(4 * HOUR);
    await billing.accrual.tick();
    expect(expired(scope)).toEqual(['4000000']);
    await stop(billing, id);
    expect(await available(scope)).toBe(27_000_000n);
  });

  test('a credit that pays an overdraft is spent as far as it does', async () => {
    const scope = await openOrganization(billing, 1_000_000n);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await billing.clock.advance(2 * HOUR);
    await billing.accrual.tick();
    await stop(billing, id);
    const owed = (5n * PRICE * 1000n) / BigInt(HOUR);
    await give(scope, 3_000_000n, 30);
    expect(await promotional(scope)).toBe(3_000_000n - owed);
    await pass(31 * DAY);
    expect(await available(scope)).toBe(0n);
  });

  test('a credit that was taken back as a mistake does not end as well', async () => {
    const scope = await openOrganization(billing, 0n);
    await pay(scope, 10_000_000n);
    const entryId = await give(scope, 5_000_000n, 30);
    await give(scope, 1_000_000n, 30);
    await billing.database.transaction(async tx => {
      const customer = await lockCustomer(tx, scope.organizationId);
      if (customer === undefined) throw new Error('no account');
      await withdrawGrant(tx, customer, entryId);
      await new CustomerLedger(tx, customer).claim({
        kind: 'reversal',
        ...{ scope, amount: 5_000_000n, reason: 'a mistake', reference: reversalOf(entryId), correlationId: null },
        actor: { type: 'system', id: 'test' },
        to: 'promotional_expense',
      });
    });
    expect(await promotional(scope)).toBe(1_000_000n);
    await pass(31 * DAY);
    expect(expired(scope)).toEqual(['1000000']);
    expect(await available(scope)).toBe(10_000_000n);
  });

  test('a credit costs no more where hundreds are open, and what is used is taken off the same ones', async () => {
    const scope = await openOrganization(billing, 0n);
    for (let given = 0; given < 60; given += 1)
      await give(scope, 1_000_000n, given % 3 === 0 ? 40 - (given % 7) : null);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await pass(45 * HOUR);
    const counted = { reads: 0, rows: 0, writes: 0 };
    const giveCounted = () =>
      billing.database.transaction(async tx => {
        const customer = await lockCustomer(tx, scope.organizationId);
        if (customer === undefined) throw new Error('no account');
        const movement = {
          scope,
          amount: 1_000_000n,
          reason: 'for a test',
          reference: newId('corr'),
          correlationId: null,
        };
        const actor = { type: 'system', id: 'test' } as const;
        const entryId = await new CustomerLedger(tx, customer).credit({ kind: 'internal_credit', actor, ...movement });
        const counting: typeof tx = Object.assign(Object.create(tx) as typeof tx, {
          all: async <Row extends object>(...query: Parameters<typeof tx.all>) => {
            const rows = await tx.all<Row>(...query);
            counted.reads += 1;
            counted.rows += rows.length;
            return rows;
          },
          first: <Row extends object>(...query: Parameters<typeof tx.first>) => tx.first<Row>(...query),
          run: (...query: Parameters<typeof tx.run>) => {
            counted.writes += 1;
            return tx.run(...query);
          },
        });
        const credit = { entryId, kind: 'internal_credit' as const, amount: 1_000_000n, expiresAt: null };
        await addGrant(counting, customer, credit);
      });
    await giveCounted();
    // Forty-five are spent for good; nobody reads or writes them again, nor those that nothing was taken from.
    expect(counted.writes).toBeLessThan(50);
    expect(await promotional(scope)).toBe(16_000_000n);
    for (let round = 0; round < 3; round += 1) {
      Object.assign(counted, { reads: 0, rows: 0, writes: 0 });
      await billing.clock.advance(60_000);
      await giveCounted();
      // The one that is being spent, the new one, and the one that carries the mark.
      expect(counted.writes).toBe(3);
      expect(counted.reads).toBe(1);
      expect(counted.rows).toBeLessThanOrEqual(20);
    }
    await stop(billing, id);
    expect(await promotional(scope)).toBe(19_000_000n - (3n * PRICE) / 60n);
  });

  test('what was used is not used again where the credit that was made last is taken back', async () => {
    const scope = await openOrganization(billing, 0n);
    await pay(scope, 10_000_000n);
    await give(scope, 5_000_000n);
    await give(scope, 5_000_000n, 30);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await pass(5 * HOUR);
    await stop(billing, id);
    const entryId = await give(scope, 1_000_000n);
    await billing.database.transaction(async tx => {
      const customer = await lockCustomer(tx, scope.organizationId);
      if (customer === undefined) throw new Error('no account');
      await withdrawGrant(tx, customer, entryId);
      await new CustomerLedger(tx, customer).claim({
        kind: 'reversal',
        ...{ scope, amount: 1_000_000n, reason: 'a mistake', reference: reversalOf(entryId), correlationId: null },
        actor: { type: 'system', id: 'test' },
        to: 'promotional_expense',
      });
    });
    expect(await promotional(scope)).toBe(5_000_000n);
  });

  test('money that running workloads have used and that is not posted yet cannot be taken', async () => {
    const scope = await openOrganization(billing, 0n);
    await pay(scope, 10_000_000n);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await billing.clock.advance(HOUR / 2);
    const take = (amount: bigint) =>
      billing.database.transaction(async tx => {
        const customer = await lockCustomer(tx, scope.organizationId);
        if (customer === undefined) throw new Error('no account');
        await new CustomerLedger(tx, customer).charge({
          kind: 'expiry',
          ...{ scope, amount, reason: 'for a test', reference: newId('corr'), correlationId: null },
          actor: { type: 'system', id: 'test' },
        });
      });
    // Ten, of which one is held for the workload, less half an hour.
    await expect(take(8_500_001n)).rejects.toMatchObject({ code: 'insufficient_balance' });
    expect(await available(scope)).toBe(8_500_000n);
    await stop(billing, id);
  });

  test('two replicas end a credit once', async () => {
    const scope = await openOrganization(billing, 0n);
    await give(scope, 5_000_000n, 2);
    await billing.accrual.tick();
    await billing.clock.advance(3 * DAY);
    await Promise.all([billing.accrual.tick(), billing.accrual.tick(), billing.accrual.tick()]);
    expect(expired(scope)).toEqual(['5000000']);
    expect(await available(scope)).toBe(0n);
  });

  test('a clock that was set an hour ahead and back ends a credit once, and spends none of it twice', async () => {
    const scope = await openOrganization(billing, 0n);
    await pay(scope, 20_000_000n);
    await give(scope, 6_000_000n, 1);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await pass(2 * HOUR);
    const right = billing.clock.now();
    billing.clock.set(right + HOUR);
    await give(scope, 1_000_000n);
    await billing.accrual.tick();
    billing.clock.set(right - HOUR);
    await give(scope, 1_000_000n);
    await billing.accrual.tick();
    billing.clock.set(right);
    expect(expired(scope)).toEqual([]);
    // Three hours were taken into account while the clock was ahead; they are not taken again.
    expect(await promotional(scope)).toBe(5_000_000n);
    await pass(DAY);
    await stop(billing, id);
    await billing.accrual.tick();
    const taken = expired(scope);
    billing.clock.set(billing.clock.now() - HOUR);
    await pay(scope, 1_000_000n);
    await billing.accrual.tick();
    await pass(2 * HOUR);
    expect(expired(scope)).toEqual(taken);
  });

  test('a trial credit ends after the days of the settings, and one in another currency is that currency’s', async () => {
    const policy = { ...billing.policy, trialCreditExpiresDays: 14 };
    const trying = { ...billing, port: createBillingPort({ ...billing, policy }) };
    const scope = await openOrganization(trying, 0n);
    const trial = (currency: string, organizationId: string) =>
      billing.database.transaction(async tx => {
        await trying.port.openAccount(tx, { organizationId, currency });
        return trying.port.credit(tx, {
          kind: 'trial',
          ...{ scope: { ...scope, organizationId }, reason: 'Trial credit', reference: 'sign_up' },
          actor: { type: 'system', id: 'test' },
          correlationId: newId('corr'),
        });
      });
    expect(await trial('USD', scope.organizationId)).toMatchObject({ amount: 25_000_000n, currency: 'USD' });
    expect(await trial('BHD', newId('org'))).toMatchObject({ amount: 10_000_000n, currency: 'BHD' });
    // Once per organization, however often it is asked for.
    expect(await trial('USD', scope.organizationId)).toMatchObject({ amount: 25_000_000n });
    expect(await available(scope)).toBe(25_000_000n);
    await pass(15 * DAY);
    expect(expired(scope)).toEqual(['25000000']);
    await expect(trial('CHF', newId('org'))).rejects.toMatchObject({ code: 'currency_not_offered' });
  });
});
