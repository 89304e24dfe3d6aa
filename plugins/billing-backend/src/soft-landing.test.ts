import { eachDatabase } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { balanceAt } from './domain/balance';
import { customersOf } from './store/customers';
import { balanceOf, creditOf, holdFor, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Twelve an hour is 0.2 a minute, so amounts stay readable. */
const PRICE = 12_000_000n;
const TICK = 5_000;

eachDatabase(db => {
  let billing: TestBilling;
  beforeAll(async () => {
    billing = await openBilling(db);
  });
  afterEach(async () => {
    await assertBooksBalance(billing.database.read);
    expect(billing.errors).toEqual([]);
  });

  const eventsOf = (scope: LedgerScope) =>
    billing.outbox.events
      .filter(event => event.organizationId === scope.organizationId && event.eventType !== 'billing.credited')
      .map(event => event.eventType);
  const statusOf = async (scope: LedgerScope) => {
    const customer = (await customersOf(billing.database.read, [scope.organizationId])).get(scope.organizationId);
    return customer && balanceAt(customer, billing.clock.now(), billing.policy).status;
  };
  /** Time passes as in the product, reviewed every tick. */
  const pass = async (milliseconds: number) => {
    for (let left = milliseconds; left > 0; left -= TICK) {
      await billing.clock.advance(Math.min(TICK, left));
      await billing.accrual.tick();
    }
  };
  const running = async (scope: LedgerScope, price = PRICE) => {
    const id = await holdFor(billing, scope, price);
    await start(billing, id);
    await billing.accrual.tick();
    return id;
  };

  test('a lease outlives its available money by its hold, is announced, then ends, and each event is sent once', async () => {
    const scope = await openOrganization(billing, 18_000_000n);
    const id = await running(scope);
    expect(await statusOf(scope)).toBe('warning');

    await pass(30 * MINUTE);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 0n, held: 12_000_000n });
    await pass(44 * MINUTE);
    expect(await statusOf(scope)).toBe('warning');
    await pass(MINUTE);
    expect(await statusOf(scope)).toBe('auto_release_pending');
    expect(eventsOf(scope).filter(type => type === 'billing.auto_release_pending')).toHaveLength(1);
    expect(eventsOf(scope)).not.toContain('billing.balance_depleted');

    await pass(15 * MINUTE);
    expect(await statusOf(scope)).toBe('depleted');
    await pass(MINUTE);
    expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toEqual([
      expect.objectContaining({
        payload: expect.objectContaining({ organization_id: scope.organizationId }),
        resource: { type: 'organization', id: scope.organizationId },
      }),
    ]);

    // Released a minute late: charged for one tick beyond the money, no more.
    await stop(billing, id);
    const cost = (await billing.port.costOf(billing.database.read, [id])).get(id) ?? 0n;
    expect(cost).toBeGreaterThanOrEqual(18_000_000n);
    expect(cost - 18_000_000n).toBeLessThanOrEqual((PRICE * BigInt(TICK)) / BigInt(HOUR) + 1n);
  });

  test('an overdraft stays within one tick when nobody looked for a day', async () => {
    const scope = await openOrganization(billing, 24_000_000n);
    const ids = [await running(scope, 4_000_000n), await running(scope, 8_000_000n)];
    await billing.clock.advance(24 * HOUR);
    await billing.accrual.tick();
    expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toHaveLength(1);
    for (const id of ids) await stop(billing, id);
    const costs = await billing.port.costOf(billing.database.read, ids);
    const overdraft = ids.reduce((sum, id) => sum + (costs.get(id) ?? 0n), 0n) - 24_000_000n;
    expect(overdraft).toBeGreaterThanOrEqual(0n);
    expect(overdraft).toBeLessThanOrEqual((PRICE * BigInt(TICK)) / BigInt(HOUR) + 1n);
  });

  test('a credit pays the overdraft first, and nothing restarts', async () => {
    const scope = await openOrganization(billing, 12_000_000n);
    const id = await running(scope);
    await billing.clock.advance(2 * HOUR);
    await billing.accrual.tick();
    await stop(billing, id);
    const overdraft = ((await billing.port.costOf(billing.database.read, [id])).get(id) ?? 0n) - 12_000_000n;
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 0n, held: 0n });
    await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, 30_000_000n)));
    await billing.accrual.tick();
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 30_000_000n - overdraft, held: 0n });
    expect(await statusOf(scope)).toBe('healthy');
    await pass(MINUTE);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 30_000_000n - overdraft, held: 0n });
  });

  test('a credit in time fills the hold again and takes the announcement back', async () => {
    const scope = await openOrganization(billing, 12_000_000n);
    const id = await running(scope);
    await pass(50 * MINUTE);
    expect(await statusOf(scope)).toBe('auto_release_pending');
    await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, 1_000_000_000n)));
    await billing.accrual.tick();
    expect(await statusOf(scope)).toBe('healthy');
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 990_000_000n, held: 12_000_000n });
    await stop(billing, id);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 1_002_000_000n, held: 0n });
  });

  test('when an organization’s money runs out, the hold of a launch under way pays too', async () => {
    const scope = await openOrganization(billing, 24_000_000n);
    const id = await running(scope);
    const launching = await holdFor(billing, scope, PRICE);
    await pass(90 * MINUTE);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 0n, held: 6_000_000n });
    await pass(31 * MINUTE);
    expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toHaveLength(1);
    await stop(billing, id);

    // It becomes active after all: it is announced for release again, and not for nothing.
    await start(billing, launching);
    await pass(TICK);
    expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toHaveLength(2);
    await pass(MINUTE);
    await stop(billing, launching);
    expect((await billing.port.costOf(billing.database.read, [launching])).get(launching)).toBeLessThanOrEqual(
      (PRICE * BigInt(TICK)) / BigInt(HOUR) + 1n,
    );
  });

  test('a stop at the last proof of life gives back what was posted after it', async () => {
    const scope = await openOrganization(billing, 100_000_000n);
    const id = await running(scope);
    const startedAt = billing.clock.now();
    await pass(2 * HOUR + MINUTE);
    await stop(billing, id, startedAt + 30 * MINUTE);
    expect((await billing.port.costOf(billing.database.read, [id])).get(id)).toBe(6_000_000n);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 94_000_000n, held: 0n });
  });

  test('an allocation that never became active costs nothing', async () => {
    const scope = await openOrganization(billing, 20_000_000n);
    const id = await holdFor(billing, scope, PRICE);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 8_000_000n, held: 12_000_000n });
    await billing.clock.advance(10 * MINUTE);
    await stop(billing, id);
    await start(billing, id);
    await pass(HOUR);
    expect(await balanceOf(billing, scope.organizationId)).toEqual({ available: 20_000_000n, held: 0n });
    expect((await billing.port.costOf(billing.database.read, [id])).get(id)).toBe(0n);
  });

  test('two replicas share the reviews and never do one twice', async () => {
    const scope = await openOrganization(billing, 12_000_000n);
    const id = await running(scope);
    await billing.clock.advance(3 * HOUR);
    await Promise.all([billing.accrual.tick(), billing.accrual.tick(), billing.accrual.tick()]);
    expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toHaveLength(1);
    await stop(billing, id);
  });
});
