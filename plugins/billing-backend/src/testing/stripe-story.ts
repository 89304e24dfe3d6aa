import type { CardName, StripeEvent } from './stripe-double/stripe-objects';
import type { Payer, StripePortal } from './stripe-portal';
import { assertBooksBalance } from './books';

/** Small and fast, and the same everywhere: the same seed, the same story. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const PAYMENTS_MAX = 3;
const STEPS = 18;
/** Refunds of refunds there are none, so a few rounds are many. */
const ROUNDS_MAX = 10;
/** How likely an event comes twice, never comes, and how likely a call meets with trouble. */
const REPEATS = 0.4;
const LOSSES = 0.35;
const TROUBLE = 0.04;

/**
 * Customers pay, banks and the dashboard do what they do, and what Stripe says of it comes in any order, twice, or not at all, while the network fails. Throws unless the balance
 * is what Stripe has of the customer once everything was told, and whatever is told again changes nothing.
 */
export async function tellStripeStory(portal: StripePortal, seed: number): Promise<void> {
  const random = seeded(seed);
  const chance = (likelihood: number) => random() < likelihood;
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[below(items.length)];
  const { stripe } = portal;
  const payer = await portal.payer();
  const payments: { paymentId: string; sessionId: string }[] = [];
  if (seed === 0) payments.push(...(await oneOfEach(portal, payer)));
  stripe.behaviour.refundsBegin = chance(0.5) ? 'pending' : 'succeeded';
  stripe.faults = ({ method, path }) =>
    path !== '/v1/customers' && chance(TROUBLE)
      ? method === 'GET' || chance(0.5)
        ? 'request_lost'
        : 'reply_lost'
      : null;

  const deliver = (event: StripeEvent) => stripe.deliveries.deliver(event);
  for (let step = 0; step < STEPS; step += 1) {
    if (payments.length < PAYMENTS_MAX && (payments.length === 0 || chance(0.3)))
      payments.push(await portal.begin(payer, 1_000 + below(5_000)));
    const payment = pick(payments);
    if (payment !== undefined) await happen(portal, { payer, payment, chance, below, turn: seed + step });
    // Some of what is on its way arrives, several at once and some of them twice.
    const arriving = stripe.deliveries.pending.filter(() => chance(0.25));
    await Promise.all(
      arriving.flatMap(event => (chance(REPEATS) ? [deliver(event), deliver(event)] : [deliver(event)])),
    );
    // The portal looks around by itself meanwhile.
    await portal.clock.advance(below(30_000));
    await assertBooksBalance(portal.books);
  }
  for (const { sessionId } of payments)
    if (stripe.account.session(sessionId).payment_status === 'unpaid' && isProcessing(portal, sessionId))
      stripe.settle(sessionId, chance(0.5) ? 'paid' : 'failed');
  stripe.faults = () => null;
  await stripe.deliveries.deliverAll({ random, repeats: REPEATS, losses: LOSSES });
  await assertBooksBalance(portal.books);

  // What was lost about payments is asked for, the rest is read up; then nobody has told it anything more and it knows everything.
  await portal.settle();
  await assertBooksBalance(portal.books);
  expect({ seed, statuses: await portal.statuses(payer) }).toEqual({ seed, statuses: endsAtStripe(portal, payments) });
  await arriveAll(portal, random);
  await portal.readUp();
  const position = await portal.position(payer);
  expect({ seed, position }).toEqual({ seed, position: portal.received(payer) });
  await assertBooksBalance(portal.books);

  await stripe.deliveries.deliverAgain({ random, repeats: REPEATS });
  await arriveAll(portal, random);
  expect({ seed, position: await portal.position(payer) }).toEqual({ seed, position });
  await assertBooksBalance(portal.books);
}

/** What chance may leave out of a few stories: of each kind of message one is on its way, and told among the others. */
async function oneOfEach(portal: StripePortal, payer: Payer): Promise<{ paymentId: string; sessionId: string }[]> {
  const { stripe } = portal;
  const intentOf = (sessionId: string) => stripe.account.session(sessionId).payment_intent ?? '';
  const [disputed, slow, declined] = [
    await portal.begin(payer, 2_000),
    await portal.begin(payer, 3_000),
    await portal.begin(payer, 4_000),
  ];
  stripe.pay(disputed.sessionId, 'visa');
  stripe.dispute(intentOf(disputed.sessionId), { isInquiry: false, amount: 1_500 });
  stripe.pay(slow.sessionId, 'sepa_debit');
  stripe.settle(slow.sessionId, 'paid');
  stripe.behaviour.refundsBegin = 'pending';
  stripe.refundByHand(intentOf(slow.sessionId), 700);
  for (const refund of stripe.account.all('refund').filter(one => one.payment_intent === intentOf(slow.sessionId)))
    stripe.endRefund(refund.id, 'succeeded');
  for (const dispute of stripe.account
    .all('dispute')
    .filter(one => one.payment_intent === intentOf(disputed.sessionId)))
    stripe.endDispute(dispute.id, 'lost');
  stripe.pay(declined.sessionId, 'insufficient_funds');
  return [disputed, slow, declined];
}

/** Until nobody has anything left to say: what arrives lets refunds begin, and these are told of in turn. */
async function arriveAll(portal: StripePortal, random: () => number): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await portal.settle();
    if (portal.stripe.deliveries.pending.length === 0) return;
    await portal.stripe.deliveries.deliverAll({ random, repeats: REPEATS });
  }
  throw new Error(`refused again and again: ${portal.stripe.deliveries.pending.map(event => event.type).join(', ')}`);
}

const CARD_CHOICES: readonly CardName[] = ['visa', 'sepa_debit', 'visa', 'insufficient_funds', 'sepa_debit'];

/** One thing happens to a payment, whatever is possible by now. */
async function happen(
  portal: StripePortal,
  world: {
    payer: Payer;
    payment: { paymentId: string; sessionId: string };
    chance: (likelihood: number) => boolean;
    below: (limit: number) => number;
    /** Goes round, so that a few stories have a bit of everything. */
    turn: number;
  },
): Promise<void> {
  const { stripe } = portal;
  const { payer, payment, chance, below, turn } = world;
  const session = stripe.account.session(payment.sessionId);
  const intent = session.payment_intent === null ? null : stripe.account.intent(session.payment_intent);
  if (session.status === 'open') {
    if (chance(0.8)) stripe.pay(session.id, CARD_CHOICES[turn % CARD_CHOICES.length]);
    else if (chance(0.3)) {
      await portal.backend.request('POST', `payments/${payment.paymentId}/cancel`, { token: payer.token, body: {} });
    }
    return;
  }
  if (intent === null || session.status !== 'complete') return;
  if (intent.status === 'processing')
    return chance(0.5) ? stripe.settle(session.id, chance(0.7) ? 'paid' : 'failed') : undefined;
  if (intent.status !== 'succeeded') return;
  const charge = stripe.account.charge(intent.latest_charge ?? '');
  const left = charge.amount - charge.amount_refunded;
  const disputes = stripe.account.all('dispute').filter(dispute => dispute.charge === charge.id);
  const open = disputes.find(dispute => /needs_response$/.test(dispute.status));
  if (open !== undefined) {
    const isInquiry = open.status.startsWith('warning_');
    if (isInquiry && chance(0.5)) stripe.escalate(open.id);
    else stripe.endDispute(open.id, isInquiry ? 'warning_closed' : chance(0.5) ? 'won' : 'lost');
    return;
  }
  const pending = stripe.account.all('refund').find(one => one.charge === charge.id && one.status === 'pending');
  if (pending !== undefined && chance(0.6)) return stripe.endRefund(pending.id, chance(0.7) ? 'succeeded' : 'failed');
  if (turn % 3 === 0 && left > 0) return void (await portal.refund(payer, payment.paymentId, 1 + below(left)));
  if (turn % 3 === 1 && disputes.length === 0) {
    stripe.dispute(intent.id, { isInquiry: chance(0.4), amount: 1 + below(charge.amount) });
    return;
  }
  if (turn % 3 === 2 && left > 0 && disputes.length === 0) stripe.refundByHand(intent.id, 1 + below(left));
}

function isProcessing({ stripe }: StripePortal, sessionId: string): boolean {
  const { payment_intent: intentId } = stripe.account.session(sessionId);
  return intentId !== null && stripe.account.intent(intentId).status === 'processing';
}

/** What became of each payment, in the portal's words. */
function endsAtStripe(
  { stripe }: StripePortal,
  payments: readonly { paymentId: string; sessionId: string }[],
): Record<string, unknown> {
  return Object.fromEntries(
    payments.map(({ paymentId, sessionId }) => {
      const { status, payment_status: paid } = stripe.account.session(sessionId);
      if (paid === 'paid') return [paymentId, 'completed'];
      // Whether it was given up or ran out is known here alone.
      return [paymentId, status === 'expired' ? expect.stringMatching(/^(expired|cancelled)$/) : 'failed'];
    }),
  );
}
