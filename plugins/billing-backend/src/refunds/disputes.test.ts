import { eachDatabase } from '@portico/plugin-kit/testing';
import { balanceOf, holdFor, start, stop } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { coins } from '../testing/memory-provider';
import { disputeOf, openRefunds } from '../testing/refund-fixture';
import type { TestRefunds } from '../testing/refund-fixture';

const HOUR = 3_600_000;

eachDatabase(db => {
  let refunds: TestRefunds;
  beforeAll(async () => {
    refunds = await openRefunds(db);
  });
  beforeEach(() => {
    refunds.provider.mood = 'succeeded';
    refunds.provider.meanwhile = undefined;
  });
  afterEach(async () => {
    // Whatever a test left on its way arrives, so that no test sees another's.
    refunds.provider.mood = 'succeeded';
    await refunds.clock.advance(2 * HOUR);
    await refunds.sender.round();
    await assertBooksBalance(refunds.database.read);
  });

  const available = async (organizationId: string) => (await balanceOf(refunds, organizationId)).available;

  describe('a dispute', () => {
    test('takes what is available, then what is held, and the rest is owed; won, it comes back', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      const id = await holdFor(refunds, scope, coins(30_00));
      await start(refunds, id);
      await refunds.clock.advance(HOUR);
      await refunds.accrual.tick();
      const before = await balanceOf(refunds, scope.organizationId);
      expect(before.available + before.held).toBe(coins(20_00));
      expect(await refunds.tellDispute(disputeOf(paymentId, 'inquiry', coins(50_00)))).toBe('applied');
      expect(await balanceOf(refunds, scope.organizationId)).toEqual(before);
      const open = disputeOf(paymentId, 'open', coins(50_00));
      expect(await refunds.tellDispute(open)).toBe('applied');
      expect(await refunds.tellDispute(open)).toBe('unchanged');
      expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: 0n, held: 0n });
      await assertBooksBalance(refunds.database.read);
      // Owed, so what runs is released soon.
      await refunds.accrual.tick();
      expect(refunds.outbox.ofType(scope.organizationId, 'billing.balance_depleted')).toHaveLength(1);
      // What ran until the bank took the money had been paid for, and still is.
      expect((await refunds.port.costOf(refunds.database.read, [id])).get(id)).toBe(coins(30_00));
      await stop(refunds, id);

      await expect(refunds.request(scope, { paymentId, amount: coins(1_00) })).rejects.toMatchObject({
        code: 'refund_payment_disputed',
      });
      await expect(holdFor(refunds, scope, 0n)).rejects.toMatchObject({ code: 'payments_disputed', status: 403 });
      expect(await refunds.tellDispute(disputeOf(paymentId, 'won', coins(50_00)))).toBe('applied');
      expect(await refunds.tellDispute(open)).toBe('unchanged');
      expect(await available(scope.organizationId)).toBe(before.available + before.held);
      await stop(refunds, await holdFor(refunds, scope, coins(1_00)));
      const events = ['billing.dispute_opened', 'billing.dispute_closed'].map(
        type => refunds.outbox.ofType(scope.organizationId, type).length,
      );
      expect(events).toEqual([2, 1]);
    });

    test('that is lost counts as given back', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      await refunds.pay(scope, coins(50_00));
      await refunds.tellDispute(disputeOf(paymentId, 'lost', coins(30_00)));
      expect(await available(scope.organizationId)).toBe(coins(70_00));
      await expect(refunds.request(scope, { paymentId, amount: coins(20_01) })).rejects.toMatchObject({
        code: 'refund_exceeds_payment',
        details: { left: { amount: coins(20_00).toString() } },
      });
      expect(await refunds.request(scope, { paymentId, amount: coins(20_00) })).toMatchObject({
        status: 'provider_refund',
      });
    });

    test('of what was refunded already takes it a second time, as the bank does, until it is won', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      await refunds.request(scope, { paymentId, amount: coins(50_00) });
      await refunds.sender.round();
      await refunds.tellDispute(disputeOf(paymentId, 'open', coins(50_00)));
      await refunds.pay(scope, coins(60_00));
      expect(await available(scope.organizationId)).toBe(coins(10_00));
      await refunds.tellDispute(disputeOf(paymentId, 'won', coins(50_00)));
      expect(await available(scope.organizationId)).toBe(coins(60_00));
    });

    test('blocks nothing where the policy says so', async () => {
      const lenient = await openRefunds(db, { disputesBlockLaunches: false });
      const scope = await lenient.organization();
      const paymentId = await lenient.pay(scope, coins(50_00));
      await lenient.pay(scope, coins(50_00));
      await lenient.tellDispute(disputeOf(paymentId, 'open', coins(50_00)));
      await stop(lenient, await holdFor(lenient, scope, coins(1_00)));
      await assertBooksBalance(lenient.database.read);
    });

    test('of a payment nobody knows is told again later', async () => {
      expect(await refunds.tellDispute(disputeOf('pay_nobody', 'open', coins(1_00)))).toBe('unknown');
    });
  });
});
