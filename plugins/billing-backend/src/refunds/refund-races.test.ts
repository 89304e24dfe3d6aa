import { eachDatabase } from '@portico/plugin-kit/testing';
import type { RequestContext } from '@portico/plugin-kit/backend';
import { issueVouchers, redeemVoucher } from '../actions/vouchers';
import { reverseEntry } from '../actions/reverse-entry';
import type { BillingServices } from '../services';
import { entryByReference } from '../store/ledger';
import { balanceOf, creditOf, holdFor, start, stop } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { coins } from '../testing/memory-provider';
import { PLAIN_SECRETS } from '../testing/plain-secrets';
import { disputeOf, openRefunds } from '../testing/refund-fixture';
import type { TestRefunds } from '../testing/refund-fixture';

const HOUR = 3_600_000;
/** Each meets another order. */
const ROUNDS = 6;

eachDatabase(db => {
  let refunds: TestRefunds;
  beforeAll(async () => {
    refunds = await openRefunds(db, { disputesBlockLaunches: false });
  });
  beforeEach(() => {
    refunds.provider.mood = 'succeeded';
  });
  afterEach(() => assertBooksBalance(refunds.database.read));

  type Scope = Parameters<TestRefunds['request']>[0];
  const wealth = async ({ organizationId }: Scope) => {
    const { available, held } = await balanceOf(refunds, organizationId);
    const owed = await refunds.database.read.first<{ balance_micros: bigint }>(
      `SELECT balance_micros FROM billing_accounts WHERE organization_id = ? AND account = 'customer_receivable'`,
      [organizationId],
    );
    return available + held + (owed?.balance_micros ?? 0n);
  };
  const refusals = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
    outcomes.flatMap(one =>
      one.status === 'rejected' ? [(one.reason as { code?: string }).code ?? String(one.reason)] : [],
    );

  test('money asked back through every door at once leaves once, and what the bank takes besides is owed', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      const foreign = {
        ...{ refundId: null, providerRefundId: `re_dashboard_${paymentId}`, providerPaymentId: `pi_${paymentId}` },
        ...({ state: 'succeeded', amount: coins(5_00), currency: 'USD', failure: null } as const),
      };
      const doors: (() => Promise<unknown>)[] = [
        () => refunds.request(scope, { paymentId, amount: coins(50_00) }),
        () =>
          refunds.request(scope, {
            paymentId,
            amount: coins(50_00),
            madeBy: 'platform',
            by: 'usr_op',
            expect: 'provider_refund',
          }),
        () =>
          refunds.request(scope, { amount: coins(50_00), madeBy: 'platform', by: 'usr_op', expect: 'provider_refund' }),
        () => refunds.tellRefund(foreign),
        () => refunds.tellRefund(foreign),
        () => refunds.tellDispute(disputeOf(paymentId, 'open', coins(50_00))),
        () => refunds.tellDispute(disputeOf(paymentId, 'open', coins(50_00))),
        () => holdFor(refunds, scope, coins(20_00)),
      ];
      const shifted = [...doors.slice(round), ...doors.slice(0, round)];
      const outcomes = await Promise.allSettled(shifted.map(door => door()));
      for (const code of refusals(outcomes))
        expect([
          'refund_exceeds_payment',
          'refund_payment_disputed',
          'refund_outcome_changed',
          'refund_waits_already',
          'insufficient_balance',
        ]).toContain(code);
      const toCard = await refunds.database.read.first<{ sent_micros: bigint | null }>(
        `SELECT sum(amount_micros) AS sent_micros FROM billing_refunds WHERE payment_id = ? AND status = 'provider_refund' AND made_by <> 'provider'`,
        [paymentId],
      );
      const sent = toCard?.sent_micros ?? 0n;
      expect([0n, coins(50_00)]).toContain(sent);
      // The dashboard’s refund and the dispute happened at the provider, whatever is there for them.
      expect(await wealth(scope)).toBe(coins(50_00) - sent - coins(5_00) - coins(50_00));
    }
    await refunds.clock.advance(HOUR);
    await refunds.sender.round();
  });

  test('the end of what runs and a refund at once never give out the same money', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      const allocationId = await holdFor(refunds, scope, coins(20_00));
      await start(refunds, allocationId);
      await refunds.clock.advance(HOUR);
      const [asked] = await Promise.all([
        refunds.request(scope, { paymentId, amount: coins(30_00) }),
        stop(refunds, allocationId),
      ]);
      const left = asked.status === 'provider_refund' ? 0n : coins(30_00);
      expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: left, held: 0n });
      if (asked.status === 'requested') await refunds.decide(asked.refund_id, 'usr_op', 'rejected');
    }
  });

  test('a voucher in the hands of many is worth its amount once, also when it is taken back at once', async () => {
    const services = { ...refunds.services, secrets: PLAIN_SECRETS } as unknown as BillingServices;
    const contextOf = ({ organizationId, departmentId, projectId }: Scope) =>
      ({
        caller: { kind: 'user', userId: 'usr_1', organizationId, departmentId, projectId },
        actor: { type: 'system', id: 'test' },
        correlationId: 'corr_1',
      }) as unknown as RequestContext;
    const scopes = [await refunds.organization(), await refunds.organization()] as const;
    const batch = {
      amount: coins(7_00),
      currency: 'USD',
      count: 1,
      redeemBy: null,
      creditExpiresDays: null,
      note: 'n',
    };
    const { vouchers } = await refunds.database.transaction(tx =>
      issueVouchers(tx, services, { ...contextOf(scopes[0]), batch }),
    );
    const [{ code, voucherId }] = vouchers as [{ code: string; voucherId: string }];
    const redeem = (scope: Scope) =>
      refunds.database.transaction(tx => redeemVoucher(tx, services, { ...contextOf(scope), code }));
    const outcomes = await Promise.allSettled([0, 1, 0, 1, 0, 1].map(place => redeem(scopes[place === 0 ? 0 : 1])));
    expect(outcomes.filter(one => one.status === 'fulfilled')).toHaveLength(1);
    expect((await wealth(scopes[0])) + (await wealth(scopes[1]))).toBe(coins(7_00));

    const winner = (await wealth(scopes[0])) > 0n ? scopes[0] : scopes[1];
    const { organizationId } = winner;
    const entry = await entryByReference(refunds.database.read, { organizationId, reference: `voucher:${voucherId}` });
    const reverse = () =>
      refunds.database.transaction(tx =>
        reverseEntry(tx, refunds.services, {
          ...{ actor: contextOf(winner).actor, correlationId: 'corr_2', reason: 'given by mistake' },
          entryId: entry?.entry_id ?? '',
        }),
      );
    const reversed = await Promise.allSettled([reverse(), reverse(), reverse()]);
    expect(refusals(reversed)).toEqual(['entry_already_reversed', 'entry_already_reversed']);
    expect(await wealth(winner)).toBe(0n);
    await expect(redeem(winner)).rejects.toMatchObject({ code: 'voucher_redeemed' });
  });

  test('a credit of any kind never reaches a card, whatever is paid, spent and taken back around it', async () => {
    const scope = await refunds.organization();
    await refunds.database.transaction(tx => refunds.port.credit(tx, creditOf(scope, coins(40_00), 'given')));
    const paymentId = await refunds.pay(scope, coins(30_00));
    const allocationId = await holdFor(refunds, scope, coins(10_00));
    await start(refunds, allocationId);
    await refunds.clock.advance(HOUR);
    await stop(refunds, allocationId);
    // 30 paid and 30 given are left. The bank takes the payment and gives it back; the money is the same as before.
    await refunds.tellDispute(disputeOf(paymentId, 'open', coins(30_00)));
    await refunds.tellDispute(disputeOf(paymentId, 'won', coins(30_00)));
    const sent = await refunds.request(scope, { paymentId, amount: coins(30_00) });
    expect(sent).toMatchObject({ status: 'provider_refund' });
    // The card sends it back: it is paid money again, and goes back once more, and no further.
    refunds.provider.mood = 'failed';
    await refunds.sender.round();
    refunds.provider.mood = 'succeeded';
    expect(await refunds.request(scope, { paymentId, amount: coins(30_00) })).toMatchObject({
      status: 'provider_refund',
    });
    await refunds.sender.round();
    const second = await refunds.pay(scope, coins(10_00));
    await refunds.tellDispute(disputeOf(second, 'lost', coins(10_00)));
    const third = await refunds.pay(scope, coins(10_00));
    // The dispute that was lost took paid money; given money is what is left beside the third payment.
    await refunds.request(scope, { paymentId: third, amount: coins(10_00) });
    expect(await wealth(scope)).toBe(coins(30_00));
    await refunds.sender.round();
  });
});
