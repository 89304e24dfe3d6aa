import { TestClock } from '@portico/plugin-kit/testing';
import { StripeDouble } from '../../testing/stripe-double/stripe-double';
import type { StripeEvent } from '../../testing/stripe-double/stripe-objects';
import type { ProviderEvent } from '../payment-provider';
import { StripeProvider } from './stripe-provider';

const HOUR = 3_600_000;

let clock: TestClock;
let stripe: StripeDouble;
let provider: StripeProvider;
let providerCustomerId: string;

beforeEach(async () => {
  clock = new TestClock();
  stripe = await StripeDouble.start({ now: () => clock.now() });
  provider = new StripeProvider(stripe.settings);
  ({ providerCustomerId } = await provider.openCustomer({ organizationId: 'org_a', name: 'Ada', email: null }));
});
afterEach(() => stripe.close());

const open = async (paymentId = 'pay_1', savesMethod = false) => {
  const { providerSessionId } = await provider.openCheckout({
    paymentId,
    providerCustomerId,
    amount: 25_000_000n,
    currency: 'USD',
    description: 'Funds',
    savesMethod,
    expiresAt: clock.now() + HOUR,
    successUrl: 'https://portal.example/return',
    cancelUrl: 'https://portal.example/return',
  });
  return providerSessionId;
};

const read = (event: StripeEvent, options: { at?: number; secret?: string; now?: number } = {}): ProviderEvent => {
  const { body, signature } = stripe.deliveries.message(event, options);
  return provider.readEvent({ body: Buffer.from(body), signature, now: options.now ?? clock.now() });
};

/** What has been told since, by Stripe's word for it. */
const told = (from: number): Record<string, ProviderEvent> =>
  Object.fromEntries(stripe.account.events.slice(from).map(event => [event.type, read(event)]));

const intentOf = (sessionId: string) => stripe.account.session(sessionId).payment_intent ?? '';

test('a checkout that was paid is told by its session and by its payment', async () => {
  const session = await open();
  const from = stripe.account.events.length;
  stripe.pay(session);
  const events = told(from);
  const facts = {
    paymentId: 'pay_1',
    providerPaymentId: intentOf(session),
    state: 'paid',
    amount: 25_000_000n,
    currency: 'USD',
    failure: null,
    method: null,
  };
  expect(events['checkout.session.completed']).toEqual({
    eventId: expect.stringMatching(/^evt_/),
    type: 'checkout.session.completed',
    occurredAt: clock.now(),
    kind: 'payment',
    facts: { ...facts, providerSessionId: session },
  });
  expect(events['payment_intent.succeeded']).toMatchObject({
    kind: 'payment',
    facts: { ...facts, providerSessionId: null },
  });
  expect(events['charge.succeeded']).toMatchObject({ kind: 'other' });
});

test('a declined card leaves a checkout open; a saved one that is declined is the end of its payment', async () => {
  const session = await open();
  let from = stripe.account.events.length;
  stripe.pay(session, 'insufficient_funds');
  expect(told(from)['payment_intent.payment_failed']).toMatchObject({
    kind: 'payment',
    facts: { paymentId: 'pay_1', state: 'open', failure: { code: 'insufficient_funds' } },
  });
  from = stripe.account.events.length;
  await provider.chargeSaved({
    paymentId: 'pay_2',
    providerCustomerId,
    methodId: stripe.saveCard(providerCustomerId, 'confirmed_only'),
    amount: 10_000_000n,
    currency: 'USD',
    description: 'Top-up',
  });
  expect(told(from)['payment_intent.payment_failed']).toMatchObject({
    kind: 'payment',
    facts: { paymentId: 'pay_2', state: 'failed', failure: { code: 'authentication_required' } },
  });
});

test('a debit is pending, then paid or failed', async () => {
  const sessions = [await open('pay_1'), await open('pay_2')] as const;
  const from = stripe.account.events.length;
  stripe.pay(sessions[0], 'sepa_debit');
  expect(told(from)['checkout.session.completed']).toMatchObject({ kind: 'payment', facts: { state: 'pending' } });
  stripe.settle(sessions[0], 'paid');
  expect(told(from)['checkout.session.async_payment_succeeded']).toMatchObject({
    facts: { paymentId: 'pay_1', state: 'paid' },
  });
  stripe.pay(sessions[1], 'sepa_debit');
  stripe.settle(sessions[1], 'failed');
  expect(told(from)['checkout.session.async_payment_failed']).toMatchObject({
    facts: { paymentId: 'pay_2', state: 'failed', failure: { code: 'payment_failed' } },
  });
});

test('a checkout that nobody paid expires', async () => {
  const session = await open();
  const from = stripe.account.events.length;
  await clock.advance(HOUR);
  stripe.passTime();
  expect(told(from)['checkout.session.expired']).toMatchObject({
    kind: 'payment',
    facts: { paymentId: 'pay_1', providerSessionId: session, state: 'expired' },
  });
});

test('refunds of ours and of the dashboard are told each by itself, failures in words', async () => {
  const session = await open();
  stripe.pay(session);
  const providerPaymentId = intentOf(session);
  stripe.behaviour.refundsBegin = 'pending';
  const from = stripe.account.events.length;
  const { providerRefundId } = await provider.refund({
    refundId: 'refund_1',
    providerPaymentId,
    amount: 5_000_000n,
    currency: 'USD',
  });
  const facts = { refundId: 'refund_1', providerRefundId, providerPaymentId, amount: 5_000_000n, currency: 'USD' };
  expect(told(from)['refund.created']).toMatchObject({ kind: 'refund', facts: { ...facts, state: 'pending' } });
  // Tells a sum and no refund.
  expect(told(from)['charge.refunded']).toMatchObject({ kind: 'other' });
  stripe.endRefund(providerRefundId, 'succeeded');
  expect(told(from)['refund.updated']).toMatchObject({ kind: 'refund', facts: { ...facts, state: 'succeeded' } });
  stripe.endRefund(providerRefundId, 'failed');
  expect(told(from)['refund.failed']).toMatchObject({
    kind: 'refund',
    facts: { ...facts, state: 'failed', failure: expect.stringContaining('card is not in use') },
  });
  const byHand = stripe.refundByHand(providerPaymentId, 700);
  expect(told(from)['refund.created']).toMatchObject({
    kind: 'refund',
    facts: { refundId: null, providerRefundId: byHand.id, providerPaymentId, state: 'pending', amount: 7_000_000n },
  });
});

test('a dispute takes money when it is opened, an inquiry when it becomes one', async () => {
  const [first, second] = [await open('pay_1'), await open('pay_2')];
  stripe.pay(first);
  stripe.pay(second);
  const from = stripe.account.events.length;
  const dispute = stripe.dispute(intentOf(first), { amount: 2_000, reason: 'product_not_received' });
  const facts = {
    providerDisputeId: dispute.id,
    providerPaymentId: intentOf(first),
    amount: 20_000_000n,
    currency: 'USD',
    reason: 'product_not_received',
    respondBy: clock.now() + 168 * HOUR,
  };
  expect(told(from)['charge.dispute.created']).toMatchObject({ kind: 'dispute', facts: { ...facts, state: 'open' } });
  expect(told(from)['charge.dispute.funds_withdrawn']).toMatchObject({ facts: { ...facts, state: 'open' } });
  stripe.endDispute(dispute.id, 'won');
  expect(told(from)['charge.dispute.closed']).toMatchObject({ facts: { ...facts, state: 'won' } });

  const inquiry = stripe.dispute(intentOf(second), { isInquiry: true });
  expect(told(from)['charge.dispute.created']).toMatchObject({ facts: { state: 'inquiry' } });
  stripe.escalate(inquiry.id);
  expect(told(from)['charge.dispute.updated']).toMatchObject({ facts: { state: 'open' } });
  stripe.endDispute(inquiry.id, 'lost');
  expect(told(from)['charge.dispute.closed']).toMatchObject({ facts: { state: 'lost' } });
});

test.each([
  ['warning_needs_response', 'inquiry'],
  ['warning_under_review', 'inquiry'],
  ['warning_closed', 'won'],
  ['prevented', 'won'],
  ['needs_response', 'open'],
  ['under_review', 'open'],
  ['won', 'won'],
  ['lost', 'lost'],
  ['appeal_needs_response', 'lost'],
  ['appeal_under_review', 'lost'],
  // Of a version to come: the money was taken.
  ['a_state_of_tomorrow', 'open'],
])('a dispute that is %s is %s', async (status, state) => {
  const session = await open();
  stripe.pay(session);
  const dispute = stripe.dispute(intentOf(session));
  dispute.status = status;
  stripe.account.tell('charge.dispute.updated', dispute);
  expect(read(stripe.account.events.at(-1) as StripeEvent)).toMatchObject({ kind: 'dispute', facts: { state } });
});

test('changes of cards and of the customer are told by whose they are', async () => {
  const from = stripe.account.events.length;
  const methodId = stripe.saveCard(providerCustomerId);
  stripe.removeCard(methodId);
  await provider.openCustomer({ organizationId: 'org_a', name: 'Another name', email: null });
  for (const type of ['payment_method.attached', 'payment_method.detached', 'customer.updated']) {
    expect(told(from)[type]).toMatchObject({ kind: 'methods', providerCustomerId });
  }
});

test('what was told can be asked for afterwards, oldest first, as far back as Stripe remembers', async () => {
  const sessions = [];
  for (let index = 0; index < 60; index += 1) sessions.push(await open(`pay_${index}`));
  sessions.forEach(session => stripe.pay(session));
  const paidAt = clock.now();
  await clock.advance(HOUR);
  stripe.refundByHand(intentOf(sessions[0] ?? ''), 100);
  const { events, isAll } = await provider.eventsSince(paidAt);
  expect(isAll).toBe(true);
  // More than a page of them.
  expect(events.map(event => event.type)).toEqual([
    ...sessions.flatMap(() => ['payment_intent.succeeded', 'checkout.session.completed']),
    'refund.created',
  ]);
  expect(events.at(-1)).toEqual(read(stripe.account.events.at(-2) as StripeEvent));
  expect((await provider.eventsSince(paidAt + 1_000)).events).toHaveLength(1);
  await clock.advance(31 * 24 * HOUR);
  expect((await provider.eventsSince(paidAt)).events).toEqual([]);
});

describe('a message', () => {
  const event = async () => {
    stripe.pay(await open());
    return stripe.account.events.at(-1) as StripeEvent;
  };
  const refused = expect.objectContaining({ code: 'webhook_signature_invalid', status: 400 });

  test('signed with another secret, changed on the way, or not signed at all is refused', async () => {
    const one = await event();
    expect(() => read(one, { secret: 'whsec_of_another' })).toThrow(refused);
    const { body, signature } = stripe.deliveries.message(one);
    const changed = Buffer.from(body.replace('2500', '9500'));
    expect(() => provider.readEvent({ body: changed, signature, now: clock.now() })).toThrow(refused);
    for (const other of [undefined, '', 't=1', 'v1=aa', 't=abc,v1=aa', `t=${clock.now() / 1000},v0=aa`]) {
      expect(() => provider.readEvent({ body: Buffer.from(body), signature: other, now: clock.now() })).toThrow(
        refused,
      );
    }
    expect(() => provider.readEvent({ body: Buffer.alloc(0), signature, now: clock.now() })).toThrow(refused);
  });

  test('signed long ago is refused, however true it was; by five minutes or a clock behind it is not', async () => {
    const one = await event();
    const signedAt = clock.now();
    expect(() => read(one, { at: signedAt, now: signedAt + 301_000 })).toThrow(refused);
    expect(read(one, { at: signedAt, now: signedAt + 300_000 })).toMatchObject({ kind: 'payment' });
    expect(read(one, { at: signedAt, now: signedAt - HOUR })).toMatchObject({ kind: 'payment' });
    // Delivered again after a day it is signed anew, and tells what it told.
    expect(read(one, { at: signedAt + 24 * HOUR, now: signedAt + 24 * HOUR })).toMatchObject({
      kind: 'payment',
      occurredAt: signedAt,
    });
  });

  test('of another mode, of a connected account, or of a payment that is not ours tells nothing', async () => {
    const one = await event();
    expect(read({ ...one, livemode: true })).toMatchObject({ kind: 'other', eventId: one.id });
    expect(read({ ...one, account: 'acct_another' })).toMatchObject({ kind: 'other' });
    expect(read({ ...one, data: { object: { ...one.data.object, metadata: {} } as never } })).toMatchObject({
      kind: 'other',
    });
    expect(read({ ...one, type: 'customer.subscription.created' })).toMatchObject({ kind: 'other' });
  });

  test('of an endpoint with an older version is understood: it may lack what came later', async () => {
    const session = await open();
    stripe.pay(session);
    const dispute = { ...stripe.dispute(intentOf(session)) };
    const older = { ...dispute, balance_transactions: undefined, evidence_details: undefined } as never;
    stripe.account.tell('charge.dispute.created', older);
    expect(read(stripe.account.events.at(-1) as StripeEvent)).toMatchObject({
      kind: 'dispute',
      facts: { state: 'open', respondBy: null },
    });
  });
});
