import type { Database, Transaction } from '@portico/plugin-kit/backend';
import { newId, toMoney } from '@portico/plugin-kit/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { applyDisputeFacts } from '../actions/apply-dispute-facts';
import { applyRefundFacts } from '../actions/apply-refund-facts';
import { approveRefund } from '../actions/decide-refund';
import { makeRefund } from '../actions/make-refund';
import type { RefundRow } from '../store/refunds';
import { balanceOf } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { Crash, dieAtEveryStatement } from '../testing/crashing';
import { coins } from '../testing/memory-provider';
import { disputeOf, openRefunds } from '../testing/refund-fixture';
import type { TestRefunds } from '../testing/refund-fixture';
import { RefundSender } from './refund-sender';

const HOUR = 3_600_000;

eachDatabase(db => {
  let refunds: TestRefunds;
  beforeAll(async () => {
    refunds = await openRefunds(db);
  });

  const everywhere = <Result>(work: (tx: Transaction) => Promise<Result>, check: () => Promise<void>) =>
    dieAtEveryStatement(inner => refunds.database.transaction(inner), work, check);

  test('a refund, its approval and whatever is told of it leave nothing partial wherever they die', async () => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(200_00));
    const actor = { type: 'system', id: 'test' } as const;
    const unchanged = async () => {
      expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: coins(200_00), held: 0n });
      await assertBooksBalance(refunds.database.read);
    };
    const make = (amount: bigint) => (tx: Transaction) =>
      makeRefund(tx, refunds.services, {
        ...{ ...scope, userId: scope.userId ?? '', madeBy: 'customer', paymentId, money: toMoney(amount, 'USD') },
        ...{ reason: 'for a test', expectedOutcome: null, requestedBy: 'usr_customer', actor },
        correlationId: newId('corr'),
      });
    const waiting = await everywhere(make(coins(150_00)), unchanged);
    const approval = {
      ...{ caller: { userId: 'usr_second' }, actor, correlationId: newId('corr') },
      refundId: waiting.result.refund_id,
    } as unknown as Parameters<typeof approveRefund>[2];
    const approved = await everywhere<RefundRow>(tx => approveRefund(tx, refunds.services, approval), unchanged);
    expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: coins(50_00), held: 0n });

    const facts = {
      refundId: waiting.result.refund_id,
      providerRefundId: `re_${waiting.result.refund_id}`,
      providerPaymentId: `pi_${paymentId}`,
      state: 'succeeded',
      amount: coins(150_00),
      currency: 'USD',
      failure: null,
    } as const;
    const balances = () => assertBooksBalance(refunds.database.read);
    const settled = await everywhere(tx => applyRefundFacts(tx, refunds.services, facts), balances);
    const dispute = disputeOf(paymentId, 'open', coins(200_00));
    const opened = await everywhere(tx => applyDisputeFacts(tx, refunds.services, dispute), balances);
    const won = await everywhere(tx => applyDisputeFacts(tx, refunds.services, { ...dispute, state: 'won' }), balances);
    for (const { deaths } of [waiting, approved, settled, opened, won]) expect(deaths).toBeGreaterThan(2);
    expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: coins(50_00), held: 0n });
    expect(refunds.outbox.ofType(scope.organizationId, 'billing.refunded')).toHaveLength(1);
    await assertBooksBalance(refunds.database.read);
  });

  test.each([1, 2])('a sender that dies at its transaction number %p sends nothing twice', async at => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(50_00));
    const { refund_id: refundId } = await refunds.request(scope, { paymentId, amount: coins(50_00) });
    const calls = refunds.provider.calls;
    let begun = 0;
    const dying: Database = {
      dialect: refunds.database.dialect,
      build: refunds.database.build,
      read: refunds.database.read,
      migrate: () => Promise.resolve(),
      transaction: work => {
        begun += 1;
        // A dead process begins no other either.
        return begun >= at ? Promise.reject(new Crash()) : refunds.database.transaction(work);
      },
    };
    await expect(new RefundSender({ ...refunds.services, database: dying }).round()).rejects.toBeInstanceOf(Crash);
    expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'pending' });
    await assertBooksBalance(refunds.database.read);
    await refunds.clock.advance(HOUR);
    await refunds.sender.round();
    expect(await refunds.refund(refundId)).toMatchObject({ settlement: 'succeeded' });
    expect(refunds.provider.calls - calls).toBe(1);
    expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: 0n, held: 0n });
    await assertBooksBalance(refunds.database.read);
  });

  test('refunds, credits, disputes and launches at once leave the books balanced', async () => {
    const scope = await refunds.organization();
    const payments = await Promise.all(Array.from({ length: 4 }, () => refunds.pay(scope, coins(50_00))));
    const busy = payments.flatMap(paymentId => [
      refunds.request(scope, { paymentId, amount: coins(30_00) }),
      refunds.request(scope, { paymentId, amount: coins(30_00) }),
      refunds.request(scope, { amount: coins(20_00), madeBy: 'platform', by: 'usr_operator' }),
      refunds.tellDispute(disputeOf(paymentId, 'open', coins(50_00))),
      refunds.tellDispute(disputeOf(paymentId, 'won', coins(50_00))),
      refunds.sender.round(),
      refunds.accrual.tick(),
    ]);
    const refused = (await Promise.allSettled(busy)).flatMap(one =>
      one.status === 'rejected' ? [(one.reason as { code?: string }).code] : [],
    );
    expect(new Set(refused)).toEqual(
      new Set(refused.filter(code => /^refund_(payment_disputed|exceeds_payment|waits_already)$/.test(code ?? ''))),
    );
    await assertBooksBalance(refunds.database.read);
    expect(refunds.errors).toEqual([]);
  });
});
