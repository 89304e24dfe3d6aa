import { newId } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { balanceOf, holdFor, stop } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { coins } from '../testing/memory-provider';
import { openRefunds } from '../testing/refund-fixture';
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

  describe('the provider', () => {
    const onItsWay = async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      const { refund_id: refundId } = await refunds.request(scope, { paymentId, amount: coins(20_00) });
      return { scope, paymentId, refundId };
    };

    test.each(['failed', 'refused'] as const)('that %s the money gives it back to the balance', async mood => {
      const { scope, refundId } = await onItsWay();
      refunds.provider.mood = mood;
      await refunds.sender.round();
      expect(await refunds.refund(refundId)).toMatchObject({
        status: 'internal_credit',
        settlement: 'failed',
        ask_at: null,
        outcome_text: '$20.00 could not be sent to Visa •••• 4242; it is in the balance again.',
      });
      expect(await available(scope.organizationId)).toBe(coins(50_00));
    });

    test('whose answer is lost is asked again and sends nothing twice', async () => {
      const { scope, refundId } = await onItsWay();
      const calls = refunds.provider.calls;
      refunds.provider.mood = 'answer_lost';
      await refunds.sender.round();
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'pending', provider_refund_id: null });
      refunds.provider.turn(refundId, 'succeeded');
      await refunds.clock.advance(15_000);
      await refunds.sender.round();
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
      expect(refunds.provider.calls - calls).toBe(1);
      expect(await available(scope.organizationId)).toBe(coins(30_00));
    });

    test('that nobody reaches is asked until somebody is told', async () => {
      const { refundId } = await onItsWay();
      refunds.provider.mood = 'away';
      for (let round = 0; round < 8; round += 1) {
        await refunds.sender.round();
        await refunds.clock.advance(HOUR);
      }
      expect([...refunds.attention.messages.keys()]).toContain(`refund_not_sent ${refundId}`);
      refunds.provider.mood = 'succeeded';
      await refunds.sender.round();
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
      expect([...refunds.attention.messages.keys()]).not.toContain(`refund_not_sent ${refundId}`);
    });

    test('that says by webhook what it answers a moment later is believed once', async () => {
      const { scope, refundId } = await onItsWay();
      refunds.provider.meanwhile = async () => {
        const facts = refunds.provider.refunds.get(refundId);
        if (facts !== undefined) await refunds.tellRefund(facts);
      };
      await refunds.sender.round();
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
      expect(refunds.outbox.ofType(scope.organizationId, 'billing.refund_settled')).toHaveLength(1);
    });

    test('whose webhook never comes is asked how it stands', async () => {
      const { refundId } = await onItsWay();
      refunds.provider.mood = 'pending';
      await refunds.sender.round();
      refunds.provider.turn(refundId, 'succeeded');
      await refunds.sender.round();
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'pending' });
      await refunds.clock.advance(HOUR);
      await refunds.sender.round();
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
    });

    test('whose bank sends back what had arrived gives it to the balance after all', async () => {
      const { scope, refundId } = await onItsWay();
      await refunds.sender.round();
      const told = refunds.provider.turn(refundId, 'failed');
      expect(await refunds.tellRefund(told)).toBe('applied');
      expect(await refunds.tellRefund(told)).toBe('unchanged');
      expect(await refunds.tellRefund({ ...told, state: 'succeeded', failure: null })).toBe('unchanged');
      expect(await refunds.refund(refundId)).toMatchObject({ status: 'internal_credit', settlement: 'failed' });
      expect(await available(scope.organizationId)).toBe(coins(50_00));
    });

    test('is asked by one of several replicas', async () => {
      const { refundId } = await onItsWay();
      const calls = refunds.provider.calls;
      await Promise.all(Array.from({ length: 4 }, () => refunds.sender.round()));
      expect(refunds.provider.calls - calls).toBe(1);
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
    });

    test('at whose own pages money was given back is followed, once, also when it was spent', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      const id = await holdFor(refunds, scope, coins(40_00));
      const facts = {
        refundId: null,
        providerRefundId: `re_${newId('refund')}`,
        providerPaymentId: `pi_${paymentId}`,
        state: 'pending',
        amount: coins(30_00),
        currency: 'USD',
        failure: null,
      } as const;
      const told = await Promise.all([refunds.tellRefund(facts), refunds.tellRefund(facts)]);
      expect(told.sort()).toEqual(['applied', 'unchanged']);
      expect(await refunds.tellRefund({ ...facts, state: 'succeeded' })).toBe('applied');
      // All that was free, and the rest from what was set aside.
      expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: 0n, held: coins(20_00) });
      await stop(refunds, id);
      await expect(refunds.request(scope, { paymentId, amount: coins(20_01) })).rejects.toMatchObject({
        code: 'refund_exceeds_payment',
      });
      expect(await refunds.tellRefund({ ...facts, providerPaymentId: 'pi_nobody', providerRefundId: 're_2' })).toBe(
        'unknown',
      );
    });
  });
});
