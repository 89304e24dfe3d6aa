import type { Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { BillingServices } from '../../services';
import { changePayment, lockPayment, paymentById } from '../../store/payments';
import { receiveProviderEvent } from '../receive-event';
import { BANK_ACCOUNT } from './test-cards';
import type { TestCard } from './test-cards';
import { writeTestEvent } from './test-events';
import type { TestNews } from './test-events';
import {
  changeTestPayment,
  keepTestMethod,
  lockTestPayment,
  testFacts,
  testPaymentBy,
  testStateAt,
} from './test-payments';
import type { TestPaymentRow } from './test-payments';

const billing = errorsOf(billingErrors);

const DISPUTES = '0259';
/** Days the bank gives to answer a dispute. */
const DISPUTE_DAYS = 7;

export type TestOutcome = 'paid' | 'declined' | 'insufficient_funds' | 'pending' | 'cancelled' | 'settled' | 'bounced';

/** What each outcome makes of a checkout, from which state. Declined ones stay open, as at Stripe: one may try another card. */
const OUTCOMES = {
  paid: { from: 'open', to: 'paid', failure: null },
  declined: { from: 'open', to: 'open', failure: 'card_declined' },
  insufficient_funds: { from: 'open', to: 'open', failure: 'insufficient_funds' },
  pending: { from: 'open', to: 'pending', failure: null },
  cancelled: { from: 'open', to: 'expired', failure: null },
  settled: { from: 'pending', to: 'paid', failure: null },
  bounced: { from: 'pending', to: 'failed', failure: 'bounced' },
} as const;

/** The test checkout of a payment of that organization; `not_found` otherwise, and while the portal does not work with test money. */
export async function testCheckoutOf(
  services: Pick<BillingServices, 'database' | 'payments'>,
  options: { organizationId: string; paymentId: string },
): Promise<TestPaymentRow> {
  const { read } = services.database;
  const payment = services.payments?.name === 'test' ? await paymentById(read, options.paymentId) : undefined;
  const row = payment && (await testPaymentBy(read, 'payment_id', payment.payment_id));
  if (row?.expires_at == null || payment?.organization_id !== options.organizationId) throw common.fail('not_found');
  return row;
}

/** What payer, card and bank do. The news has to be told after the commit. */
export async function decideCheckout(
  tx: Transaction,
  decision: { paymentId: string; outcome: TestOutcome; card: TestCard },
): Promise<TestPaymentRow> {
  const { paymentId, outcome } = decision;
  const payment = await lockPayment(tx, paymentId);
  const row = await lockTestPayment(tx, paymentId);
  if (payment === undefined || row === undefined) throw common.fail('not_found');
  const { from, to, failure } = OUTCOMES[outcome];
  if (testStateAt(row, tx.now) !== from) throw billing.fail('test_checkout_ended');
  const card =
    from === 'pending' || outcome === 'cancelled' ? row.card : outcome === 'pending' ? BANK_ACCOUNT : decision.card;
  const savesNow = to === 'paid' && row.saves_method === 1 && card !== null;
  const method_id = savesNow ? `tpm_${paymentId.slice('pay_'.length)}` : row.method_id;
  if (savesNow && method_id !== null) await keepTestMethod(tx, { method_id, customer_id: row.customer_id, card });
  const change = { state: to, card, method_id, failure_code: failure };
  await changeTestPayment(tx, paymentId, change);
  if (outcome === 'cancelled' && payment.cancel_requested_at === null)
    await changePayment(tx, paymentId, { cancel_requested_at: tx.now });
  return { ...row, ...change };
}

/** Sends what a provider would: a signed message through the same door. Lost ones are asked about later, as at any provider. */
export async function sendTestNews(services: BillingServices, row: TestPaymentRow): Promise<void> {
  const now = services.clock.now();
  const facts = testFacts(row, now);
  await send(services, { kind: 'payment', type: `checkout.${facts.state}`, facts });
  if (facts.state !== 'paid' || row.card !== DISPUTES) return;
  await send(services, {
    kind: 'dispute',
    type: 'dispute.created',
    facts: {
      providerDisputeId: `tdp_${row.payment_id.slice('pay_'.length)}`,
      providerPaymentId: row.provider_payment_id,
      state: 'open',
      amount: row.amount_micros,
      currency: row.currency,
      reason: 'fraudulent',
      respondBy: now + DISPUTE_DAYS * 24 * 60 * 60 * 1000,
    },
  });
}

async function send(services: BillingServices, news: TestNews): Promise<void> {
  const { body, signature } = writeTestEvent(services.secrets, news, services.clock.now());
  await receiveProviderEvent(services, { body, headers: { 'portico-signature': signature } });
}
