import { newId } from '@portico/plugin-kit/contract';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import type { LedgerScope } from '@portico/plugin-billing/port';
import fc from 'fast-check';
import { reverseEntry } from '../actions/reverse-entry';
import {
  creditOf,
  openBilling,
  openOrganization,
  balanceOf,
  holdFor,
  start,
  stop,
  TEST_POLICY,
} from './billing-fixture';
import type { TestBilling } from './billing-fixture';
import { assertBooksBalance } from './books';
import { exportedLines, verdictOn } from './verified-ledger';

/** Everything the ledger does, in plain arithmetic over the whole history: no accounts, no postings, no holds drawn down. */
interface ModelAllocation {
  readonly id: string;
  readonly price: bigint;
  startedAt: number | null;
  cappedAt: number | null;
  stoppedAt: number | null;
}

const HOUR = 3_600_000;
const TICK = TEST_POLICY.accrualSeconds * 1000;

class Model {
  credited = 0n;
  depletions = 0;
  /** Credits that can still be taken back. */
  readonly credits: { readonly entryId: string; readonly amount: bigint }[] = [];
  /** Since when nothing is left because a credit was taken back. */
  claimedAt = 0;
  readonly allocations: ModelAllocation[] = [];

  cost(one: ModelAllocation, at: number): bigint {
    if (one.startedAt === null) return 0n;
    const end = one.stoppedAt ?? Math.min(at, one.cappedAt ?? Infinity);
    return (one.price * BigInt(Math.max(0, end - one.startedAt))) / 3_600_000n;
  }

  left(at: number): bigint {
    return this.allocations.reduce((sum, one) => sum - this.cost(one, at), this.credited);
  }

  balance(at: number): { available: bigint; held: bigint } {
    const left = this.left(at) > 0n ? this.left(at) : 0n;
    const wanted = this.live().reduce((sum, one) => sum + one.price, 0n);
    return wanted < left ? { available: left - wanted, held: wanted } : { available: 0n, held: left };
  }

  live(): ModelAllocation[] {
    return this.allocations.filter(one => one.stoppedAt === null);
  }

  review(now: number): void {
    const running = this.live().filter(one => one.startedAt !== null && one.cappedAt === null);
    if (running.length === 0 || this.left(now) > 0n) return;
    const from = Math.max(Math.min(...running.map(one => one.startedAt ?? now)), this.claimedAt);
    const low = this.#emptySince(Math.min(from, now), now);
    for (const one of running) one.cappedAt = Math.max(low - 1 + TICK, one.startedAt ?? 0);
    this.depletions += 1;
  }

  /** A credit was a mistake: from now on it is as if it had never been given, and what ran before was paid for all the same. */
  takeBack(amount: bigint, now: number): void {
    if (this.left(now) <= amount) {
      const burning = this.live().filter(one => one.startedAt !== null && now < (one.cappedAt ?? Infinity));
      const isEmpty = burning.length > 0 && this.left(now) <= 0n;
      this.claimedAt = isEmpty ? this.#emptySince(Math.min(...burning.map(one => one.startedAt ?? now)), now) : now;
    }
    this.credited -= amount;
  }

  #emptySince(from: number, now: number): number {
    let low = from;
    for (let high = now; low < high;) {
      const middle = Math.floor((low + high) / 2);
      if (this.left(middle) <= 0n) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

type Operation =
  | { readonly do: 'credit'; readonly amount: bigint }
  | { readonly do: 'reverse'; readonly which: number }
  | { readonly do: 'hold'; readonly price: bigint }
  | { readonly do: 'start' | 'stop'; readonly which: number; readonly lag: number }
  | { readonly do: 'wait'; readonly milliseconds: number };

const price = fc.oneof(fc.bigInt(0n, 10_000_000n), fc.constantFrom(1n, 2_490_000n, 39_999_999n));
const lag = fc.oneof({ weight: 4, arbitrary: fc.nat(3_000) }, { weight: 1, arbitrary: fc.nat(3 * HOUR) });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constant('credit' as const), amount: fc.bigInt(1n, 30_000_000n) }),
  fc.record({ do: fc.constant('reverse' as const), which: fc.nat(9) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hold' as const), price }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('start' as const, 'start' as const, 'stop' as const),
      which: fc.nat(9),
      lag,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), milliseconds: fc.oneof(fc.nat(9_000), fc.nat(5 * HOUR)) }),
  },
);

/** Holds the ledger against the model after every step of `numRuns` random sequences; throws with the first that tells them apart. */
export async function compareWithModel(db: DatabaseUnderTest, numRuns: number): Promise<void> {
  const billing = await openBilling(db);
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 40, size: 'max' }), async operations => {
      const scope = await openOrganization(billing, 0n);
      const model = new Model();
      for (const one of operations) {
        await perform(one, { billing, scope, model });
        await billing.accrual.tick();
        model.review(billing.clock.now());
        expect({ after: one, ...(await balanceOf(billing, scope.organizationId)) }).toEqual({
          after: one,
          ...model.balance(billing.clock.now()),
        });
      }
      const ids = model.allocations.map(allocation => allocation.id);
      const costs = await billing.port.costOf(billing.database.read, ids);
      expect(ids.map(id => costs.get(id))).toEqual(
        model.allocations.map(allocation => model.cost(allocation, billing.clock.now())),
      );
      expect(billing.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toHaveLength(model.depletions);
      await assertBooksBalance(billing.database.read);
      for (const { id } of model.live()) await stop(billing, id);
      await billing.accrual.tick();
      const lines = await exportedLines(billing, scope.organizationId);
      await assertBooksBalance(billing.database.read);
      expect(await verdictOn(lines)).toMatchObject({ kind: 'intact' });
      expect(billing.errors).toEqual([]);
    }),
    { endOnFailure: true, numRuns },
  );
}

async function perform(
  one: Operation,
  world: { billing: TestBilling; scope: LedgerScope; model: Model },
): Promise<void> {
  const { billing, scope, model } = world;
  const now = billing.clock.now();
  if (one.do === 'wait') return void (await billing.clock.advance(one.milliseconds));
  if (one.do === 'credit') {
    const credit = await billing.database.transaction(tx => billing.port.credit(tx, creditOf(scope, one.amount)));
    model.credited += one.amount;
    model.credits.push({ entryId: credit?.entryId ?? '', amount: one.amount });
    return;
  }
  if (one.do === 'reverse') return reverse(one.which, world);
  if (one.do === 'hold') {
    const { available } = model.balance(now);
    const outcome = holdFor(billing, scope, one.price);
    if (one.price > available) {
      const shortfall = { amount: (one.price - available).toString(), currency: 'USD', scale: 6 };
      return void (await expect(outcome).rejects.toMatchObject({
        code: 'insufficient_balance',
        status: 402,
        details: { shortfall },
      }));
    }
    model.allocations.push({ id: await outcome, price: one.price, startedAt: null, cappedAt: null, stoppedAt: null });
    return;
  }
  const chosen = model.allocations[one.which % Math.max(1, model.allocations.length)];
  if (chosen === undefined) return;
  const at = now - one.lag;
  if (one.do === 'start') {
    // Twice, because it is idempotent.
    await start(billing, chosen.id, at);
    await start(billing, chosen.id, at + 1);
    if (chosen.startedAt === null && chosen.stoppedAt === null) chosen.startedAt = at;
    return;
  }
  await stop(billing, chosen.id, at);
  await stop(billing, chosen.id, now);
  if (chosen.stoppedAt !== null) return;
  chosen.stoppedAt = chosen.startedAt === null ? at : Math.max(chosen.startedAt, Math.min(at, chosen.cappedAt ?? at));
}

const NOBODY = { type: 'system', id: 'test' } as const;

/** Twice, because it happens once. */
async function reverse(
  which: number,
  { billing, model }: { billing: TestBilling; scope: LedgerScope; model: Model },
): Promise<void> {
  const [credit] = model.credits.splice(which % Math.max(1, model.credits.length), 1);
  if (credit === undefined) return;
  const { entryId, amount } = credit;
  const again = () =>
    billing.database.transaction(tx =>
      reverseEntry(
        tx,
        { outbox: billing.outbox, audit: { record: async () => undefined } },
        { entryId, reason: 'a mistake', actor: NOBODY, correlationId: newId('corr') },
      ),
    );
  model.takeBack(amount, billing.clock.now());
  expect(await again()).toMatchObject({ kind: 'reversal', amount_micros: -amount });
  await expect(again()).rejects.toMatchObject({ code: 'entry_already_reversed' });
}
