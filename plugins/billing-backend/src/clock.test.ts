import { eachDatabase } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { balanceOf, holdFor, openBilling, openOrganization, start, stop } from './testing/billing-fixture';
import type { TestBilling } from './testing/billing-fixture';
import { assertBooksBalance } from './testing/books';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PRICE = 12_000_000n;
const MONEY = 1_000_000_000n;

eachDatabase(db => {
  let billing: TestBilling;
  beforeEach(async () => {
    billing = await openBilling(db);
  });
  afterEach(async () => {
    await assertBooksBalance(billing.database.read);
    expect(billing.errors).toEqual([]);
  });

  const turn = async (milliseconds: number) => {
    billing.clock.set(billing.clock.now() + milliseconds);
    await billing.accrual.tick();
    await billing.rollups.tick();
  };
  const cost = async (id: string) => (await billing.port.costOf(billing.database.read, [id])).get(id) ?? -1n;
  const left = async (scope: LedgerScope) => {
    const { available, held } = await balanceOf(billing, scope.organizationId);
    return available + held;
  };

  test('a clock that is set back charges nothing twice, nothing negative, and goes on where it was', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await turn(3 * HOUR);
    expect(await cost(id)).toBe(3n * PRICE);
    await turn(-HOUR);
    expect(await cost(id)).toBe(2n * PRICE);
    expect(await left(scope)).toBe(MONEY - 2n * PRICE);
    await assertBooksBalance(billing.database.read);
    // Before its start: it has cost nothing, and not less.
    await turn(-5 * HOUR);
    expect(await cost(id)).toBe(0n);
    expect(await left(scope)).toBe(MONEY);
    await turn(8 * HOUR);
    expect(await cost(id)).toBe(5n * PRICE);
    await stop(billing, id, begun + 5 * HOUR);
    expect(await left(scope)).toBe(MONEY - 5n * PRICE);
  });

  test('a stop while the clock is behind gives back what was posted beyond it', async () => {
    const scope = await openOrganization(billing, MONEY);
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await turn(3 * HOUR);
    await turn(-HOUR);
    await stop(billing, id);
    expect(await cost(id)).toBe(2n * PRICE);
    expect(await left(scope)).toBe(MONEY - 2n * PRICE);
    await turn(4 * HOUR);
    expect(await left(scope)).toBe(MONEY - 2n * PRICE);
  });

  test('a stop before the start is one at the start', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id, begun + MINUTE);
    await stop(billing, id, begun - HOUR);
    expect(await cost(id)).toBe(0n);
    expect(await left(scope)).toBe(MONEY);
  });

  test('an hour ahead for a moment depletes nobody who has the money, and costs what the clock says in the end', async () => {
    const scope = await openOrganization(billing, 5n * PRICE);
    const begun = billing.clock.now();
    const id = await holdFor(billing, scope, PRICE);
    await start(billing, id);
    await turn(30 * MINUTE);
    await turn(HOUR);
    await turn(-HOUR);
    expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toEqual([]);
    await turn(30 * MINUTE);
    await stop(billing, id, begun + HOUR);
    expect(await left(scope)).toBe(4n * PRICE);
  });

  test('a start in the future costs nothing until then, and one in the past what was used since', async () => {
    const scope = await openOrganization(billing, MONEY);
    const begun = billing.clock.now();
    const [ahead, behind] = [await holdFor(billing, scope, PRICE), await holdFor(billing, scope, PRICE)];
    await start(billing, ahead, begun + HOUR);
    await start(billing, behind, begun - HOUR);
    await turn(MINUTE);
    expect(await cost(ahead)).toBe(0n);
    expect(await cost(behind)).toBe(PRICE + PRICE / 60n);
    await turn(2 * HOUR - MINUTE);
    expect(await cost(ahead)).toBe(PRICE);
    for (const id of [ahead, behind]) await stop(billing, id);
    expect(await left(scope)).toBe(MONEY - 4n * PRICE);
  });
});
