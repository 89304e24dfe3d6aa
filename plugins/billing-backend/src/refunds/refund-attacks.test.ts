import { eachDatabase } from '@portico/plugin-kit/testing';
import type { RefundFacts } from '../payments/payment-provider';
import { balanceOf } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { coins } from '../testing/memory-provider';
import { openRefunds } from '../testing/refund-fixture';
import type { TestRefunds } from '../testing/refund-fixture';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

eachDatabase(db => {
  let refunds: TestRefunds;
  beforeAll(async () => {
    refunds = await openRefunds(db);
  });
  beforeEach(() => {
    refunds.provider.mood = 'succeeded';
  });
  afterEach(() => assertBooksBalance(refunds.database.read));

  const available = async (organizationId: string) => (await balanceOf(refunds, organizationId)).available;
  const sentBack = async () => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(50_00));
    const { refund_id: refundId } = await refunds.request(scope, { paymentId, amount: coins(20_00) });
    const facts: RefundFacts = {
      ...{ refundId, providerRefundId: `re_${refundId}`, providerPaymentId: `pi_${paymentId}` },
      ...{ state: 'succeeded', amount: coins(20_00), currency: 'USD', failure: null },
    };
    return { scope, paymentId, refundId, facts };
  };

  describe('a refund of the provider that bears the id of one of ours', () => {
    test('and was made a second time took money a second time', async () => {
      const { scope, facts } = await sentBack();
      await refunds.tellRefund(facts);
      const again = { ...facts, providerRefundId: `${facts.providerRefundId}_again` };
      expect(await refunds.tellRefund(again)).toBe('applied');
      expect(await refunds.tellRefund(again)).toBe('unchanged');
      expect(await available(scope.organizationId)).toBe(coins(10_00));
    });

    test('and is of another payment is no answer to ours', async () => {
      const { scope, refundId, facts } = await sentBack();
      const other = await refunds.organization();
      const otherPayment = await refunds.pay(other, coins(50_00));
      const forged = { ...facts, providerRefundId: `re_other_${refundId}`, providerPaymentId: `pi_${otherPayment}` };
      expect(await refunds.tellRefund(forged)).toBe('applied');
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'pending', provider_refund_id: null });
      expect(await available(scope.organizationId)).toBe(coins(30_00));
      expect(await available(other.organizationId)).toBe(coins(30_00));
      await refunds.tellRefund(facts);
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
    });

    test('and arrived although it was refused takes the money that was put back', async () => {
      const { scope, refundId, facts } = await sentBack();
      refunds.provider.mood = 'refused';
      await refunds.sender.round();
      expect(await available(scope.organizationId)).toBe(coins(50_00));
      expect(await refunds.tellRefund(facts)).toBe('applied');
      expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'failed' });
      expect(await available(scope.organizationId)).toBe(coins(30_00));
    });

    test('and ours still waits for a person is booked for itself', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(500_00));
      const { refund_id: refundId } = await refunds.request(scope, { paymentId, amount: coins(200_00) });
      const facts: RefundFacts = {
        ...{ refundId, providerRefundId: `re_${refundId}`, providerPaymentId: `pi_${paymentId}` },
        ...{ state: 'succeeded', amount: coins(200_00), currency: 'USD', failure: null },
      };
      expect(await refunds.tellRefund(facts)).toBe('applied');
      expect(await refunds.refund(refundId)).toMatchObject({ status: 'requested', settlement: null });
      expect(await available(scope.organizationId)).toBe(coins(300_00));
    });
  });

  test('a provider that did not take the money is not asked to give it back', async () => {
    const { scope, paymentId, refundId } = await sentBack();
    const of = (provider: string) =>
      refunds.database.transaction(tx =>
        tx.run('UPDATE billing_payments SET provider = ? WHERE payment_id = ?', [provider, paymentId]),
      );
    await of('stripe');
    const calls = refunds.provider.calls;
    refunds.provider.mood = 'refused';
    await refunds.sender.round();
    expect(refunds.provider.calls).toBe(calls);
    expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'pending' });
    expect(await available(scope.organizationId)).toBe(coins(30_00));
    await of('test');
    refunds.provider.mood = 'succeeded';
    await refunds.clock.advance(HOUR);
    await refunds.sender.round();
    expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
  });

  describe('the second person', () => {
    const give = (scope: Parameters<TestRefunds['request']>[0], amount: bigint, by: string) =>
      refunds.request(scope, { amount, madeBy: 'platform', by });

    test('is not evaded by many small refunds', async () => {
      const scope = await refunds.organization();
      expect((await give(scope, coins(60_00), 'usr_one')).status).toBe('internal_credit');
      expect((await give(scope, coins(40_00), 'usr_one')).status).toBe('internal_credit');
      const beyond = await give(scope, coins(1), 'usr_one');
      expect(beyond).toMatchObject({ status: 'requested', proposed_outcome: 'internal_credit' });
      expect(beyond.outcome_text).toBe(
        'A second person has to approve what one person gives back above $100.00 within a day; then $0.01 is added to the balance as a credit. Nothing is taken from the balance until then.',
      );
      expect(await available(scope.organizationId)).toBe(coins(100_00));
      // Another person, another organization, another day.
      expect((await give(scope, coins(60_00), 'usr_two')).status).toBe('internal_credit');
      expect((await give(await refunds.organization(), coins(60_00), 'usr_one')).status).toBe('internal_credit');
      await refunds.clock.advance(DAY);
      expect((await give(scope, coins(60_00), 'usr_one')).status).toBe('internal_credit');
      await expect(refunds.approve(beyond.refund_id, 'usr_one')).rejects.toMatchObject({
        code: 'refund_needs_another_person',
      });
      await refunds.approve(beyond.refund_id, 'usr_two');
    });

    test('is not evaded by small refunds at the same time, nor by deciding what customers ask for', async () => {
      const scope = await refunds.organization();
      const given = await Promise.all([1, 2, 3, 4].map(() => give(scope, coins(50_00), 'usr_one')));
      expect(given.map(one => one.status).sort()).toEqual([
        'internal_credit',
        'internal_credit',
        'requested',
        'requested',
      ]);
      expect(await available(scope.organizationId)).toBe(coins(100_00));

      const paymentId = await refunds.pay(scope, coins(50_00));
      await refunds.clock.advance(31 * DAY);
      await give(scope, coins(90_00), 'usr_one');
      const asked = await refunds.request(scope, { paymentId, amount: coins(20_00) });
      expect(await refunds.decide(asked.refund_id, 'usr_one', 'internal_credit')).toMatchObject({
        status: 'requested',
      });
      expect(await refunds.approve(asked.refund_id, 'usr_two')).toMatchObject({ status: 'internal_credit' });
    });
  });
});
