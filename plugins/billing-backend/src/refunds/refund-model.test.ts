import fc from 'fast-check';
import { newId } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { DISPUTE_STATUSES } from '../domain/dispute';
import { refundedOf } from '../store/refunds';
import { balanceOf, creditOf } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { coins } from '../testing/memory-provider';
import type { RefundMood } from '../testing/memory-provider';
import { disputeOf, openRefunds } from '../testing/refund-fixture';
import type { TestRefunds } from '../testing/refund-fixture';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RUNS = 40;

type Operation =
  | { readonly do: 'pay' | 'credit'; readonly dollars: number }
  | { readonly do: 'request' | 'give' | 'at_provider'; readonly which: number; readonly dollars: number }
  | { readonly do: 'decide'; readonly outcome: 'provider_refund' | 'internal_credit' | 'rejected' }
  | { readonly do: 'approve' }
  | { readonly do: 'send'; readonly mood: RefundMood }
  | { readonly do: 'turn'; readonly which: number; readonly to: 'pending' | 'succeeded' | 'failed' }
  | { readonly do: 'dispute'; readonly which: number; readonly to: (typeof DISPUTE_STATUSES)[number] }
  | { readonly do: 'wait'; readonly days: number };

const which = fc.nat(5);
const dollars = fc.integer({ min: 1, max: 160 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pay' as const), dollars }) },
  fc.record({ do: fc.constant('credit' as const), dollars }),
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('request' as const, 'give' as const, 'at_provider' as const),
      which,
      dollars,
    }),
  },
  fc.record({
    do: fc.constant('decide' as const),
    outcome: fc.constantFrom('provider_refund' as const, 'internal_credit' as const, 'rejected' as const),
  }),
  fc.constant({ do: 'approve' as const }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      mood: fc.constantFrom<RefundMood>('succeeded', 'pending', 'failed', 'answer_lost', 'away', 'refused'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      which,
      to: fc.constantFrom('pending' as const, 'succeeded' as const, 'failed' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('dispute' as const), which, to: fc.constantFrom(...DISPUTE_STATUSES) }),
  },
  fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 0, max: 12 }) }),
);

/** What an organization paid, was given and got back, added up from what was done rather than from the ledger. */
class World {
  readonly payments: { readonly id: string; readonly amount: bigint }[] = [];
  readonly refundIds: string[] = [];
  /** Payment → how far its dispute was told to be. */
  readonly disputes = new Map<string, (typeof DISPUTE_STATUSES)[number]>();
  /** Payment → what somebody gave back at the provider’s own pages. */
  readonly atProvider = new Map<string, bigint>();
  credits = 0n;

  payment(which: number) {
    return this.payments.length === 0 ? undefined : this.payments[which % this.payments.length];
  }

  get paid(): bigint {
    return this.payments.reduce((sum, one) => sum + one.amount, 0n);
  }

  get givenAtProvider(): bigint {
    return [...this.atProvider.values()].reduce((sum, one) => sum + one, 0n);
  }

  get disputed(): bigint {
    return this.payments
      .filter(({ id }) => ['open', 'lost'].includes(this.disputes.get(id) ?? ''))
      .reduce((sum, { amount }) => sum + amount, 0n);
  }
}

eachDatabase(db => {
  let refunds: TestRefunds;
  beforeAll(async () => {
    refunds = await openRefunds(db);
  });

  test('whatever is asked, decided, sent, told and disputed in whatever order, money is conserved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 30, size: 'max' }), async operations => {
        const scope = await refunds.organization();
        const world = new World();
        for (const one of operations) await perform(one, { scope, world });
        // In the end everything arrives, and what the bank still looks at is told as it stands.
        refunds.provider.mood = 'succeeded';
        await refunds.clock.advance(2 * HOUR);
        await refunds.sender.round();
        await assertBooksBalance(refunds.database.read);
        await compare(scope.organizationId, world);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 120_000);

  /** What may be refused is refused by name; anything else is a bug. */
  const refusable = async (work: Promise<{ refund_id: string }>, world: World) => {
    try {
      const { refund_id: id } = await work;
      if (!world.refundIds.includes(id)) world.refundIds.push(id);
    } catch (error) {
      expect((error as { code?: string }).code).toMatch(/^refund_/);
    }
  };

  async function perform(
    one: Operation,
    { scope, world }: { scope: Awaited<ReturnType<TestRefunds['organization']>>; world: World },
  ): Promise<void> {
    const waiting = async () => {
      const rows = await Promise.all(world.refundIds.map(id => refunds.refund(id)));
      return rows.find(row => row.status === 'requested')?.refund_id;
    };
    switch (one.do) {
      case 'pay': {
        const amount = coins(one.dollars * 100);
        world.payments.push({ id: await refunds.pay(scope, amount), amount });
        return;
      }
      case 'credit': {
        const amount = coins(one.dollars * 100);
        await refunds.database.transaction(tx => refunds.port.credit(tx, creditOf(scope, amount)));
        world.credits += amount;
        return;
      }
      case 'request': {
        const payment = world.payment(one.which);
        if (payment === undefined) return;
        const asked = { paymentId: payment.id, amount: coins(one.dollars * 100), by: 'usr_customer' };
        return refusable(refunds.request(scope, asked), world);
      }
      case 'give': {
        const paymentId = one.which % 2 === 0 ? (world.payment(one.which)?.id ?? null) : null;
        const asked = { paymentId, amount: coins(one.dollars * 100), madeBy: 'platform', by: 'usr_one' } as const;
        return refusable(refunds.request(scope, asked), world);
      }
      case 'at_provider': {
        const payment = world.payment(one.which);
        if (payment === undefined) return;
        const amount = coins(one.dollars * 100);
        const before = world.atProvider.get(payment.id) ?? 0n;
        const ours = (await refundedOf(refunds.database.read, [payment.id])).get(payment.id) ?? 0n;
        // The provider gives no more back than was paid either.
        if (ours + amount > payment.amount) return;
        const facts = {
          refundId: null,
          providerRefundId: newId('refund'),
          providerPaymentId: `pi_${payment.id}`,
          ...{ amount, currency: 'USD', failure: null },
        };
        await refunds.tellRefund({ ...facts, state: one.dollars % 2 === 0 ? 'pending' : 'succeeded' });
        await refunds.tellRefund({ ...facts, state: 'succeeded' });
        world.atProvider.set(payment.id, before + amount);
        return;
      }
      case 'decide': {
        const id = await waiting();
        return id === undefined ? undefined : refusable(refunds.decide(id, 'usr_two', one.outcome), world);
      }
      case 'approve': {
        const id = await waiting();
        return id === undefined ? undefined : refusable(refunds.approve(id, 'usr_three'), world);
      }
      case 'send':
        refunds.provider.mood = one.mood;
        await refunds.clock.advance(20_000);
        await refunds.sender.round();
        return;
      case 'turn': {
        const sent = world.refundIds.filter(id => refunds.provider.refunds.has(id));
        const id = sent[one.which % Math.max(1, sent.length)];
        const now = id === undefined ? undefined : refunds.provider.refunds.get(id);
        if (id === undefined || now === undefined) return;
        // A provider goes forward only; told is what was, also when it is old.
        const order = ['pending', 'succeeded', 'failed'] as const;
        if (order.indexOf(one.to) > order.indexOf(now.state)) refunds.provider.turn(id, one.to);
        await refunds.tellRefund({ ...now, state: one.to, failure: null });
        if (order.indexOf(one.to) < order.indexOf(now.state)) await refunds.tellRefund(now);
        return;
      }
      case 'dispute': {
        const payment = world.payment(one.which);
        if (payment === undefined) return;
        await refunds.tellDispute(disputeOf(payment.id, one.to, payment.amount));
        const before = world.disputes.get(payment.id);
        if (before === undefined || DISPUTE_STATUSES.indexOf(one.to) > DISPUTE_STATUSES.indexOf(before))
          world.disputes.set(payment.id, one.to);
        return;
      }
      case 'wait':
        await refunds.clock.advance(one.days * DAY);
    }
  }

  async function compare(organizationId: string, world: World): Promise<void> {
    const rows = await Promise.all(world.refundIds.map(id => refunds.refund(id)));
    const sum = (of: typeof rows) => of.reduce((total, row) => total + row.amount_micros, 0n);
    const toCards = rows.filter(row => row.status === 'provider_refund');
    const given = rows.filter(row => row.status === 'internal_credit' && row.settlement === null);
    const owed = await refunds.database.read.first<{ balance_micros: bigint }>(
      `SELECT balance_micros FROM billing_accounts WHERE organization_id = ? AND account = 'customer_receivable'`,
      [organizationId],
    );
    const { available, held } = await balanceOf(refunds, organizationId);
    expect(available + held + (owed?.balance_micros ?? 0n)).toBe(
      world.paid + world.credits + sum(given) - sum(toCards) - world.givenAtProvider - world.disputed,
    );
    // The provider has given back what we say went to cards, and no payment more than it was.
    const atProvider = [...refunds.provider.refunds.values()].filter(
      one => one.refundId !== null && world.refundIds.includes(one.refundId) && one.state !== 'failed',
    );
    expect(atProvider.map(one => one.refundId).sort()).toEqual(toCards.map(row => row.refund_id).sort());
    const clearing = await refunds.database.read.first<{ balance_micros: bigint }>(
      `SELECT balance_micros FROM billing_accounts WHERE organization_id = ? AND account = 'processor_clearing'`,
      [organizationId],
    );
    const arrived = sum(toCards.filter(row => row.settlement === 'succeeded'));
    expect(clearing?.balance_micros).toBe(arrived + world.givenAtProvider + world.disputed - world.paid);
  }
});
