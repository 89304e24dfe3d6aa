import { newId } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { insertBudget, updateBudgetAmount } from '../store/budgets';
import type { Budget } from '../store/budgets';
import { openBilling, openOrganization, start, stop } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { StandInAccess } from '../testing/stand-in-access';
import { BudgetWatch } from './budget-watch';

const HOUR = 3_600_000;
const DOLLAR = 1_000_000n;

eachDatabase(db => {
  const begin = async () => {
    const billing = await openBilling(db);
    billing.clock.set(Date.parse('2026-04-10T00:00:00Z'));
    const scope = await openOrganization(billing, 10_000n * DOLLAR);
    const { organizationId } = scope;
    const access = new StandInAccess();
    access.named.set(organizationId, 'Lab');
    const watchOf = () =>
      new BudgetWatch({
        ...billing,
        access,
        logger: { error: (_message, error) => void billing.errors.push(error) },
      });
    const add = async (changed: Partial<Budget> = {}) => {
      const budget: Budget = {
        budgetId: `budget_${changed.scope ?? 'organization'}`,
        ...{ organizationId, scope: 'organization', scopeId: '' },
        amount: 100n * DOLLAR,
        thresholds: [50, 75, 90, 100],
        ...{ createdAt: billing.clock.now(), updatedAt: billing.clock.now() },
        ...changed,
      };
      await billing.database.transaction(tx => insertBudget(tx, budget));
      return budget;
    };
    /** A workload for a dollar an hour. */
    const run = async (tags: Record<string, string> = {}) => {
      const id = newId('alloc');
      await billing.database.transaction(tx =>
        billing.port.hold(tx, {
          scope: { ...scope, allocationId: id },
          ...{ pricePerHour: DOLLAR, skuId: 'sku_h200', gpuCount: 1, tags },
        }),
      );
      await start(billing, id);
      return id;
    };
    const told = () =>
      billing.outbox
        .ofType(organizationId, 'billing.budget_threshold_reached')
        .map(({ payload }) => [payload.scope, payload.threshold_percent, payload.percent]);
    return { billing, scope, watchOf, add, run, told };
  };

  test('a threshold is told of once in a month, by whichever of the replicas is first, and again in the next', async () => {
    const { billing, watchOf, add, run, told } = await begin();
    await add();
    await run();
    const replicas = [watchOf(), watchOf(), watchOf()];
    const look = () => Promise.all(replicas.map(watch => watch.tick()));
    await billing.clock.advance(50 * HOUR - 1_000);
    await look();
    expect(told()).toEqual([]);
    await billing.clock.advance(1_000);
    await look();
    await look();
    expect(told()).toEqual([['organization', 50, 50]]);
    // Of several at once the highest is told.
    await billing.clock.advance(41 * HOUR);
    await look();
    expect(told().slice(1)).toEqual([['organization', 90, 91]]);
    await billing.clock.advance(30 * HOUR);
    await look();
    expect(told().slice(2)).toEqual([['organization', 100, 121]]);
    // The first of May begins at zero.
    billing.clock.set(Date.parse('2026-05-02T00:00:00Z'));
    await look();
    expect(told()).toHaveLength(3);
    billing.clock.set(Date.parse('2026-05-03T02:00:00Z'));
    await look();
    expect(told().slice(3)).toEqual([['organization', 50, 50]]);
    // The clock is set back over the end of the month: April was told of.
    billing.clock.set(Date.parse('2026-04-30T23:00:00Z'));
    await look();
    expect(told()).toHaveLength(4);
    expect(billing.errors).toEqual([]);
  });

  test('each scope counts its own, exactly, before and after hours are rolled up', async () => {
    const { billing, scope, watchOf, add, run, told } = await begin();
    await add({ scope: 'project', scopeId: scope.projectId, thresholds: [1], amount: 100n * DOLLAR });
    await add({ scope: 'user', scopeId: scope.userId ?? '', thresholds: [1], amount: 200n * DOLLAR });
    await add({ scope: 'department', scopeId: scope.departmentId, thresholds: [1], amount: 300n * DOLLAR });
    await add({ budgetId: 'budget_other', scope: 'project', scopeId: 'proj_other', thresholds: [1] });
    await add({ scope: 'tag', scopeId: 'team:vision', thresholds: [1], amount: 50n * DOLLAR });
    await run();
    await run({ team: 'vision', run: '7' });
    const watch = watchOf();
    for (const _hour of [1, 2, 3]) {
      await billing.clock.advance(HOUR);
      await watch.tick();
    }
    expect(told()).toEqual([
      ['project', 1, 2],
      ['tag', 1, 2],
      ['user', 1, 1],
      ['department', 1, 1],
    ]);
  });

  test('an amount that is changed while it is looked at is told of as it is then', async () => {
    const { billing, watchOf, add, run, told } = await begin();
    const budget = await add({ thresholds: [50] });
    const id = await run();
    await billing.clock.advance(60 * HOUR);
    // Raised, and looked at by two: no order of the three tells of what is not reached any more, or twice.
    await Promise.all([
      watchOf().tick(),
      billing.database.transaction(tx => updateBudgetAmount(tx, { ...budget, amount: 1_000n * DOLLAR })),
      watchOf().tick(),
    ]);
    expect(told().length).toBeLessThanOrEqual(1);
    await stop(billing, id);
    await assertBooksBalance(billing.database.read);
  });
});
