import fc from 'fast-check';
import type { PaymentFacts } from '../payments/payment-provider';
import { assertTransition, judge, MISMATCH, PAYMENT_STATUSES, PAYMENT_TRANSITIONS } from './payment';
import type { PaymentState, PaymentStatus } from './payment';

const AMOUNT = 20_000_000n;

const open: PaymentState = {
  status: 'open',
  isPending: false,
  amount: AMOUNT,
  currency: 'USD',
  providerPaymentId: null,
  failureCode: null,
  cancelRequested: false,
};

const told = (state: PaymentFacts['state'], given: Partial<PaymentFacts> = {}): PaymentFacts => ({
  paymentId: 'pay_1',
  providerSessionId: 'cs_1',
  providerPaymentId: state === 'paid' || state === 'pending' ? 'pi_1' : null,
  state,
  amount: AMOUNT,
  currency: 'USD',
  failure: null,
  method: null,
  ...given,
});

/** The payment afterwards, and what was credited on the way. */
function after(payment: PaymentState, facts: readonly PaymentFacts[]): { payment: PaymentState; credited: bigint } {
  let credited = 0n;
  let now = payment;
  for (const fact of facts) {
    const verdict = judge(now, fact);
    if (verdict.kind === 'mismatch') {
      assertTransition(now.status, verdict.to);
      now = { ...now, status: verdict.to, isPending: false, failureCode: MISMATCH.code };
    }
    if (verdict.kind !== 'change') continue;
    assertTransition(now.status, verdict.to);
    if (verdict.to === 'completed') credited += now.amount;
    now = {
      ...now,
      status: verdict.to,
      isPending: verdict.isPending,
      failureCode: verdict.failure?.code ?? null,
      providerPaymentId: now.providerPaymentId ?? fact.providerPaymentId,
    };
  }
  return { payment: now, credited };
}

test.each<[PaymentStatus, PaymentFacts['state'], PaymentStatus]>([
  ['created', 'open', 'open'],
  ['created', 'paid', 'completed'],
  ['created', 'expired', 'expired'],
  ['created', 'failed', 'failed'],
  ['open', 'open', 'open'],
  ['open', 'pending', 'open'],
  ['open', 'paid', 'completed'],
  ['open', 'expired', 'expired'],
  ['open', 'failed', 'failed'],
  ['expired', 'open', 'expired'],
  ['expired', 'failed', 'expired'],
  ['expired', 'paid', 'completed'],
  ['cancelled', 'expired', 'cancelled'],
  ['cancelled', 'paid', 'completed'],
  ['failed', 'expired', 'failed'],
  ['failed', 'pending', 'failed'],
  ['failed', 'paid', 'completed'],
  ['completed', 'open', 'completed'],
  ['completed', 'pending', 'completed'],
  ['completed', 'expired', 'completed'],
  ['completed', 'failed', 'completed'],
])('a payment that is %s and is told to be %s is %s', (from, state, to) => {
  expect(after({ ...open, status: from }, [told(state)]).payment.status).toBe(to);
});

test('what ends after it was given up is cancelled', () => {
  expect(after({ ...open, cancelRequested: true }, [told('expired')]).payment.status).toBe('cancelled');
});

test.each([
  ['less', told('paid', { amount: AMOUNT - 1n })],
  ['more', told('paid', { amount: AMOUNT + 10_000n })],
  ['another currency', told('paid', { currency: 'EUR' })],
])('%s than was asked for is not credited', (_what, facts) => {
  expect(judge(open, facts)).toEqual({ kind: 'mismatch', to: 'failed' });
  expect(after(open, [facts, facts, told('expired'), told('pending')])).toMatchObject({
    credited: 0n,
    payment: { status: 'failed', isPending: false, failureCode: 'payment_mismatch' },
  });
});

test('a second charge for the same payment is noticed and not credited', () => {
  const paid = after(open, [told('paid')]).payment;
  expect(judge(paid, told('paid'))).toEqual({ kind: 'unchanged' });
  expect(judge(paid, told('paid', { providerPaymentId: 'pi_2' }))).toEqual({ kind: 'paid_twice' });
});

test('a handed in payment that ended here is waited for all the same', () => {
  const late = after({ ...open, status: 'expired' }, [told('pending')]).payment;
  expect(late).toMatchObject({ status: 'expired', isPending: true });
  expect(after(late, [told('failed', { failure: { code: 'bounced', message: '' } })]).payment).toMatchObject({
    status: 'expired',
    isPending: false,
  });
  expect(after(late, [told('paid')]).credited).toBe(AMOUNT);
});

test('nothing leaves completed, and every end can still become it', () => {
  expect(PAYMENT_TRANSITIONS.completed).toEqual([]);
  for (const status of PAYMENT_STATUSES) {
    if (status !== 'completed') expect(() => assertTransition(status, 'completed')).not.toThrow();
    if (status !== 'completed') expect(() => assertTransition('completed', status)).toThrow(/from completed/);
  }
});

test('facts in any order, repeated or left out, credit once if one of them says paid, and otherwise nothing', () => {
  const fact = fc.oneof(
    fc.constantFrom<PaymentFacts['state']>('open', 'pending', 'paid', 'expired', 'failed').map(state => told(state)),
    fc.constant(told('open', { failure: { code: 'card_declined', message: 'Declined.' } })),
    fc.constant(told('paid', { amount: 1n })),
  );
  const status = fc.constantFrom<PaymentStatus>('created', 'open', 'expired', 'cancelled', 'failed');
  fc.assert(
    fc.property(fc.array(fact, { maxLength: 12 }), status, fc.boolean(), (facts, from, cancelRequested) => {
      const isPaid = facts.some(one => one.state === 'paid' && one.amount === AMOUNT);
      const result = after({ ...open, status: from, cancelRequested }, facts);
      expect(result.credited).toBe(isPaid ? AMOUNT : 0n);
      expect(result.payment.status === 'completed').toBe(isPaid);
      if (isPaid) expect(result.payment.isPending).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
