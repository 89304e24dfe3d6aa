import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import fc from 'fast-check';
import { balanceOf, holdFor, openBilling, openOrganization, start, stop, TEST_POLICY } from './billing-fixture';
import { assertBooksBalance } from './books';

const HOUR = 3_600_000;
const TICK = TEST_POLICY.accrualSeconds * 1000;
const GRACE = TEST_POLICY.graceSeconds * 1000;

/** An allocation of a random fleet: its price, when it begins within the first hours, and how late it is released once that is asked for. */
const workload = fc.record({
  // So that the grace is worth more than the smallest amount there is.
  price: fc.bigInt(1_000n, 90_000_000n),
  beginsAfter: fc.oneof(fc.constant(0), fc.nat(2 * HOUR)),
  releaseTakes: fc.oneof(fc.nat(3 * TICK), fc.nat(HOUR)),
});

/**
 * A fleet runs until the money of its organization is gone. Reviews come every tick, or late by as much as `late`. Whatever the fleet: the end is announced when only the grace is left and
 * again when nothing is, nothing is announced twice, the grace is paid from what was held, and what is charged beyond the money is the burn of one tick at most.
 */
export async function depleteFleets(db: DatabaseUnderTest, options: { numRuns: number; late: number }): Promise<void> {
  const billing = await openBilling(db);
  const { clock, accrual } = billing;
  await fc.assert(
    fc.asyncProperty(fc.array(workload, { minLength: 1, maxLength: 5 }), fc.nat(3 * HOUR), async (fleet, more) => {
      const burn = fleet.reduce((sum, one) => sum + one.price, 0n);
      // Every hold fits, and a random rest is left beside them.
      const money = burn + (burn * BigInt(more)) / BigInt(HOUR);
      const scope = await openOrganization(billing, money);
      const begun = clock.now();
      const ids: string[] = [];
      for (const one of fleet) ids.push(await holdFor(billing, scope, one.price));
      const told = (type: string) => billing.outbox.ofType(scope.organizationId, type).length;

      const waiting = fleet.map((one, place) => ({ id: ids[place] as string, at: begun + one.beginsAfter }));
      let depletedAt: number | undefined;
      let heldAtGrace: bigint | undefined;
      while (depletedAt === undefined) {
        for (const one of waiting.filter(({ at }) => at <= clock.now())) {
          waiting.splice(waiting.indexOf(one), 1);
          await start(billing, one.id, one.at);
        }
        await accrual.tick();
        if (heldAtGrace === undefined && told('billing.auto_release_pending') > 0)
          heldAtGrace = (await balanceOf(billing, scope.organizationId)).held;
        if (told('billing.balance_depleted') > 0) depletedAt = clock.now();
        const due = await billing.database.read.first<{ review_at: number | null }>(
          'SELECT review_at FROM billing_customers WHERE organization_id = ?',
          [scope.organizationId],
        );
        // The next thing happens then; a tick comes within its length, or as late as asked for.
        const next = Math.min(due?.review_at ?? Infinity, ...waiting.map(({ at }) => at));
        if (depletedAt === undefined) clock.set(Math.max(clock.now() + 1, next) + (options.late || TICK - 1));
        if (clock.now() - begun > 10_000 * HOUR) throw new Error('the money never ends');
      }
      expect(told('billing.balance_depleted')).toBe(1);
      if (options.late === 0) {
        expect(told('billing.auto_release_pending')).toBe(1);
        // What is held then is what the grace is paid from: no less than that much burn, up to the tick that saw it.
        expect(heldAtGrace ?? 0n).toBeGreaterThanOrEqual((burn * BigInt(GRACE - 2 * TICK)) / BigInt(HOUR) / 2n);
      }
      const releases = fleet.map((one, place) => ({ id: ids[place] as string, after: one.releaseTakes }));
      for (const one of releases.sort((a, b) => a.after - b.after)) {
        clock.set(Math.max(clock.now(), depletedAt + one.after));
        await stop(billing, one.id);
        await accrual.tick();
      }
      const costs = await billing.port.costOf(billing.database.read, ids);
      const charged = [...costs.values()].reduce((sum, cost) => sum + cost, 0n);
      const tick = (burn * BigInt(TICK)) / BigInt(HOUR);
      // Each meter rounds down by less than a micro-unit, and a micro-unit of each may be what crosses the line.
      expect(charged - money).toBeLessThanOrEqual(tick + BigInt(fleet.length));
      expect(await balanceOf(billing, scope.organizationId)).toEqual({
        available: charged < money ? money - charged : 0n,
        held: 0n,
      });
      await assertBooksBalance(billing.database.read);
      expect(billing.errors).toEqual([]);
    }),
    { endOnFailure: true, numRuns: options.numRuns },
  );
}
