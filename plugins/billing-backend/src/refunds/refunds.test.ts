import { eachDatabase } from '@portico/plugin-kit/testing';
import { previewRefund } from '../actions/make-refund';
import { balanceOf, creditOf, holdFor, start, stop } from '../testing/billing-fixture';
import { assertBooksBalance } from '../testing/books';
import { coins } from '../testing/memory-provider';
import { openRefunds } from '../testing/refund-fixture';
import type { TestRefunds } from '../testing/refund-fixture';

const DAY = 86_400_000;
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
  const codeOf = (outcome: PromiseSettledResult<unknown>) =>
    outcome.status === 'fulfilled' ? 'done' : (outcome.reason as { code: string }).code;

  test('money goes back to its card at once, is on its way, and arrives', async () => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(50_00));
    const asked = await refunds.request(scope, { paymentId, amount: coins(20_00) });
    expect(asked).toMatchObject({
      status: 'provider_refund',
      settlement: 'pending',
      outcome_text: '$20.00 goes back to Visa •••• 4242; banks take 5 to 10 days to show it.',
    });
    expect(await available(scope.organizationId)).toBe(coins(30_00));
    await assertBooksBalance(refunds.database.read);
    await refunds.sender.round();
    expect(await refunds.refund(asked.refund_id)).toMatchObject({
      status: 'provider_refund',
      settlement: 'succeeded',
      ask_at: null,
      outcome_text: '$20.00 was sent back to Visa •••• 4242; banks take 5 to 10 days to show it.',
    });
    expect(await available(scope.organizationId)).toBe(coins(30_00));
    const said = (type: string) => refunds.outbox.ofType(scope.organizationId, type).map(event => event.payload);
    expect(said('billing.refunded')).toMatchObject([{ refund_id: asked.refund_id, outcome: 'provider_refund' }]);
    expect(said('billing.refund_settled')).toMatchObject([{ settlement: 'succeeded' }]);
    expect(refunds.provider.refunds.get(asked.refund_id)?.amount).toBe(coins(20_00));
  });

  test.each([1, 2, 5])('of %p refunds of a whole payment at once, one is made', async times => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(50_00));
    // Money enough for all of them is there: only the payment is not.
    await refunds.pay(scope, coins(900_00));
    const outcomes = await Promise.allSettled(
      Array.from({ length: times }, () => refunds.request(scope, { paymentId, amount: coins(50_00) })),
    );
    expect(outcomes.map(codeOf).sort()).toEqual(['done', ...Array<string>(times - 1).fill('refund_exceeds_payment')]);
    expect(await available(scope.organizationId)).toBe(coins(900_00));
  });

  test('two refunds of two payments at once never take the same money', async () => {
    const scope = await refunds.organization();
    const payments = [await refunds.pay(scope, coins(50_00)), await refunds.pay(scope, coins(50_00))];
    const id = await holdFor(refunds, scope, coins(40_00));
    const outcomes = await Promise.all(
      payments.map(paymentId => refunds.request(scope, { paymentId, amount: coins(50_00) })),
    );
    expect(outcomes.map(one => one.status).sort()).toEqual(['provider_refund', 'requested']);
    expect(await balanceOf(refunds, scope.organizationId)).toEqual({ available: coins(10_00), held: coins(40_00) });
    await start(refunds, id);
    await stop(refunds, id);
  });

  test('partial refunds add up to the payment and no further', async () => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(50_00));
    await refunds.request(scope, { paymentId, amount: coins(30_00) });
    await expect(refunds.request(scope, { paymentId, amount: coins(20_01) })).rejects.toMatchObject({
      code: 'refund_exceeds_payment',
      status: 422,
      details: { left: { amount: '20000000' } },
    });
    await refunds.request(scope, { paymentId, amount: coins(20_00) });
    await expect(refunds.request(scope, { paymentId, amount: coins(1) })).rejects.toMatchObject({
      code: 'refund_exceeds_payment',
    });
  });

  test.each([
    ['nothing', 0n, 'USD', 'amount_out_of_range'],
    ['less than nothing', -coins(1_00), 'USD', 'amount_out_of_range'],
    ['a fraction of a cent', 1_234_567n, 'USD', 'amount_not_payable'],
    ['more than a column holds', 10n ** 18n, 'USD', 'amount_out_of_range'],
    ['another currency', coins(1_00), 'EUR', 'currency_mismatch'],
    ['more than was paid', coins(50_01), 'USD', 'refund_exceeds_payment'],
  ])('a refund of %s is refused and moves nothing', async (_what, amount, currency, code) => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(50_00));
    await expect(refunds.request(scope, { paymentId, amount, currency })).rejects.toMatchObject({ code, status: 422 });
    expect(await available(scope.organizationId)).toBe(coins(50_00));
  });

  test('what the provider cannot send is refused before it is asked', async () => {
    const scope = await refunds.organization();
    const paymentId = await refunds.pay(scope, coins(50_00));
    refunds.provider.limits = () => ({ step: coins(10), minimum: coins(10), maximum: coins(1_000_000_00) });
    await expect(refunds.request(scope, { paymentId, amount: coins(5) })).rejects.toMatchObject({
      code: 'amount_not_payable',
      details: { decimals: 1 },
    });
    refunds.provider.limits = undefined;
  });

  test('another organization’s payment is not there, and an unpaid one is not given back', async () => {
    const scope = await refunds.organization();
    const other = await refunds.organization(coins(100_00));
    const paymentId = await refunds.pay(scope, coins(50_00));
    await expect(refunds.request(other, { paymentId, amount: coins(1_00) })).rejects.toMatchObject({ status: 404 });
    await refunds.database.transaction(tx =>
      tx.run(`UPDATE billing_payments SET status = 'open' WHERE payment_id = ?`, [paymentId]),
    );
    await expect(refunds.request(scope, { paymentId, amount: coins(1_00) })).rejects.toMatchObject({
      code: 'refund_payment_not_completed',
    });
    await refunds.database.transaction(tx =>
      tx.run(`UPDATE billing_payments SET status = 'completed' WHERE payment_id = ?`, [paymentId]),
    );
  });

  describe('what cannot go to the card', () => {
    test('waits for a person when a customer asks, and is a credit when the platform gives it', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      await refunds.clock.advance(30 * DAY);
      const asked = await refunds.request(scope, { paymentId, amount: coins(50_00) });
      expect(asked).toMatchObject({ status: 'requested', settlement: null, proposed_outcome: null });
      expect(asked.outcome_text).toBe(
        'Somebody of the platform decides, because the payment is more than 30 days old. Nothing is taken from the balance until then.',
      );
      expect(await available(scope.organizationId)).toBe(coins(50_00));
      await expect(refunds.request(scope, { paymentId, amount: coins(5_00) })).rejects.toMatchObject({
        code: 'refund_waits_already',
        details: { refund_id: asked.refund_id },
      });
      expect([...refunds.attention.messages.keys()]).toContain(`refund_waiting ${asked.refund_id}`);

      const given = await refunds.request(scope, {
        paymentId,
        amount: coins(5_00),
        madeBy: 'platform',
        by: 'usr_operator',
        expect: 'internal_credit',
      });
      expect(given).toMatchObject({
        status: 'internal_credit',
        settlement: null,
        outcome_text:
          '$5.00 was added to the balance as a credit; nothing goes back to a card, because the payment is more than 30 days old.',
      });
      expect(await available(scope.organizationId)).toBe(coins(55_00));
      expect(await refunds.decide(asked.refund_id, 'usr_operator', 'rejected')).toMatchObject({ status: 'rejected' });
      expect([...refunds.attention.messages.keys()]).not.toContain(`refund_waiting ${asked.refund_id}`);
      expect(await available(scope.organizationId)).toBe(coins(55_00));
    });

    test('a millisecond before the window ends money goes back, and then no more', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(50_00));
      await refunds.clock.advance(30 * DAY - 1);
      expect(await refunds.request(scope, { paymentId, amount: coins(1_00) })).toMatchObject({
        status: 'provider_refund',
      });
      await refunds.clock.advance(1);
      expect(await refunds.request(scope, { paymentId, amount: coins(1_00) })).toMatchObject({ status: 'requested' });
    });

    test('money that is spent, running or set aside does not go back, and neither does what was given', async () => {
      const scope = await refunds.organization();
      await refunds.database.transaction(tx => refunds.port.credit(tx, creditOf(scope, coins(25_00))));
      const paymentId = await refunds.pay(scope, coins(50_00));
      const preview = async (amount: bigint | null) =>
        previewRefund(refunds.database.read, refunds.services, {
          ...scope,
          userId: scope.userId ?? '',
          madeBy: 'customer',
          requestedBy: 'usr_customer',
          paymentId,
          money: amount === null ? null : { amount: amount.toString(), currency: 'USD', scale: 6 },
        });
      // Given money does not go back: of 75 dollars, 50 were paid.
      expect(await preview(null)).toMatchObject({ outcome: 'provider_refund', weighed: { amount: coins(50_00) } });
      const id = await holdFor(refunds, scope, coins(10_00));
      expect((await preview(null)).weighed).toMatchObject({ refundable: coins(40_00), unspent: coins(40_00) });
      await start(refunds, id);
      // Three hours cost 30 dollars: given money is spent first, then 5 paid dollars. The hold is still set aside.
      await refunds.clock.advance(3 * HOUR);
      expect((await preview(null)).weighed.refundable).toBe(coins(35_00));
      expect(await preview(coins(35_01))).toMatchObject({
        outcome: null,
        waitsFor: 'decision',
        because: 'not that much of the money paid in is left unspent and free',
      });
      const asked = await refunds.request(scope, { paymentId, amount: coins(35_00) });
      expect(asked.status).toBe('provider_refund');
      expect(await available(scope.organizationId)).toBe(0n);
      await stop(refunds, id);
    });

    test('without a payment named, the newest that has all of it left goes back, and one refund is of one payment', async () => {
      const scope = await refunds.organization();
      const old = await refunds.pay(scope, coins(60_00));
      await refunds.clock.advance(1_000);
      const young = await refunds.pay(scope, coins(30_00));
      const give = (amount: bigint) => refunds.request(scope, { amount, madeBy: 'platform', by: 'usr_operator' });
      expect(await give(coins(30_00))).toMatchObject({ status: 'provider_refund', payment_id: young });
      expect(await give(coins(30_00))).toMatchObject({ status: 'provider_refund', payment_id: old });
      expect(await give(coins(31_00))).toMatchObject({
        status: 'internal_credit',
        payment_id: null,
        outcome_text:
          '$31.00 was added to the balance as a credit; nothing goes back to a card, because no single payment of the last 30 days has that much left to give back.',
      });
    });

    test('what was previewed is what becomes of it, or nothing does', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(30_00));
      const give = () =>
        refunds.request(scope, {
          paymentId,
          amount: coins(30_00),
          madeBy: 'platform',
          by: 'usr_operator',
          expect: 'provider_refund',
        });
      const outcomes = await Promise.allSettled([give(), give()]);
      expect(outcomes.map(codeOf).sort()).toEqual(['done', 'refund_outcome_changed']);
      expect(await available(scope.organizationId)).toBe(0n);
    });
  });

  describe('above the limit of one person', () => {
    test('a second one approves, who neither asked nor decided', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(150_00));
      const given = await refunds.request(scope, {
        paymentId,
        amount: coins(100_01),
        madeBy: 'platform',
        by: 'usr_one',
      });
      expect(given).toMatchObject({ status: 'requested', proposed_outcome: 'provider_refund' });
      expect(given.outcome_text).toBe(
        'A second person has to approve what is above $100.00; then $100.01 goes back to Visa •••• 4242. Nothing is taken from the balance until then.',
      );
      expect(await available(scope.organizationId)).toBe(coins(150_00));
      await expect(refunds.approve(given.refund_id, 'usr_one')).rejects.toMatchObject({
        code: 'refund_needs_another_person',
        status: 403,
      });
      const approvals = await Promise.allSettled(
        ['usr_two', 'usr_three'].map(by => refunds.approve(given.refund_id, by)),
      );
      expect(approvals.map(codeOf).sort()).toEqual(['done', 'refund_waits_not']);
      expect(await available(scope.organizationId)).toBe(coins(49_99));
      expect(refunds.audited.slice(-2)).toEqual(['billing.refund.create', 'billing.refund.approve']);
    });

    test('exactly the limit needs nobody', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(150_00));
      expect(await refunds.request(scope, { paymentId, amount: coins(100_00) })).toMatchObject({
        status: 'provider_refund',
      });
    });

    test('who decides on a credit does not approve it, and who asked decides nothing', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(150_00));
      await refunds.clock.advance(31 * DAY);
      const asked = await refunds.request(scope, { paymentId, amount: coins(150_00), by: 'usr_customer' });
      await expect(refunds.approve(asked.refund_id, 'usr_one')).rejects.toMatchObject({
        code: 'refund_waits_not',
        details: { waits_for: 'decision' },
      });
      await expect(refunds.decide(asked.refund_id, 'usr_customer', 'internal_credit')).rejects.toMatchObject({
        code: 'refund_needs_another_person',
      });
      await expect(refunds.decide(asked.refund_id, 'usr_one', 'provider_refund')).rejects.toMatchObject({
        code: 'refund_not_possible',
        message: expect.stringContaining('more than 30 days old'),
      });
      expect(await refunds.decide(asked.refund_id, 'usr_one', 'internal_credit')).toMatchObject({
        status: 'requested',
        proposed_outcome: 'internal_credit',
      });
      await expect(refunds.approve(asked.refund_id, 'usr_one')).rejects.toMatchObject({
        code: 'refund_needs_another_person',
      });
      expect(await available(scope.organizationId)).toBe(coins(150_00));
      expect(await refunds.approve(asked.refund_id, 'usr_two')).toMatchObject({ status: 'internal_credit' });
      expect(await available(scope.organizationId)).toBe(coins(300_00));
      await expect(refunds.decide(asked.refund_id, 'usr_one', 'rejected')).rejects.toMatchObject({
        code: 'refund_waits_not',
      });
    });

    test('what was possible when it was asked for is looked at again', async () => {
      const scope = await refunds.organization();
      const paymentId = await refunds.pay(scope, coins(150_00));
      const asked = await refunds.request(scope, { paymentId, amount: coins(150_00), by: 'usr_customer' });
      const id = await holdFor(refunds, scope, coins(10_00));
      await expect(refunds.approve(asked.refund_id, 'usr_one')).rejects.toMatchObject({
        code: 'refund_not_possible',
        status: 409,
      });
      expect(await refunds.refund(asked.refund_id)).toMatchObject({ status: 'requested' });
      await stop(refunds, id);
      expect(await refunds.approve(asked.refund_id, 'usr_one')).toMatchObject({ status: 'provider_refund' });
      expect(await available(scope.organizationId)).toBe(0n);
    });
  });
});
