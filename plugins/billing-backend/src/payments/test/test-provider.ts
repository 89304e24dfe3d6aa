import type { Clock, Database, Secrets } from '@portico/plugin-kit/backend';
import { PaymentProviderError } from '../payment-provider';
import type { PaymentProvider, RefundFacts } from '../payment-provider';
import { BANK_ACCOUNT, testMethod } from './test-cards';
import { readTestEvent } from './test-events';
import {
  insertTestPayment,
  insertTestRefund,
  lockTestPayment,
  removeTestMethod,
  settleTestRefund,
  testFacts,
  testMethods,
  testPaymentBy,
  testRefundById,
  testRefundsOf,
} from './test-payments';
import type { TestPaymentRow, TestRefundRow } from './test-payments';

/** A refund to a bank account is under way for so long before the bank says yes. */
const BANK_REFUND_SECONDS = 60;

/** A card that is saved without a word and declined when nobody is there. */
const DECLINED_WHEN_CHARGED = '0341';
const REFUND_FAILS = '5126';

export interface TestProviderDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly publicUrl: string;
}

/**
 * A payment provider inside the portal, for laptops and demonstrations: test money, in the same states and with the same signed messages as a real one. Its ids follow from ours, so a
 * call repeated makes nothing twice.
 */
export class TestPaymentProvider implements PaymentProvider {
  readonly name = 'test';
  readonly isTestMoney = true;
  readonly #deps: TestProviderDeps;

  constructor(deps: TestProviderDeps) {
    this.#deps = deps;
  }

  openCustomer: PaymentProvider['openCustomer'] = async ({ organizationId }) => ({
    providerCustomerId: `tcus_${bare(organizationId)}`,
  });

  openCheckout: PaymentProvider['openCheckout'] = async checkout => {
    const row = await this.#insert({
      payment_id: checkout.paymentId,
      session_id: `tcs_${bare(checkout.paymentId)}`,
      provider_payment_id: `tpi_${bare(checkout.paymentId)}`,
      customer_id: checkout.providerCustomerId,
      state: 'open',
      amount_micros: checkout.amount,
      currency: checkout.currency,
      saves_method: checkout.savesMethod ? 1 : 0,
      card: null,
      method_id: null,
      failure_code: null,
      success_url: checkout.successUrl,
      cancel_url: checkout.cancelUrl,
      expires_at: checkout.expiresAt,
    });
    return {
      providerSessionId: row.session_id,
      url: `${this.#deps.publicUrl}/billing/test-checkout/${row.payment_id}`,
      expiresAt: row.expires_at ?? checkout.expiresAt,
    };
  };

  checkout: PaymentProvider['checkout'] = async providerSessionId => {
    const row = await testPaymentBy(this.#deps.database.read, 'session_id', providerSessionId);
    return row === undefined ? null : testFacts(row, this.#deps.clock.now());
  };

  closeCheckout: PaymentProvider['closeCheckout'] = providerSessionId =>
    this.#deps.database.transaction(async tx => {
      const known = await testPaymentBy(tx, 'session_id', providerSessionId);
      const row = known && (await lockTestPayment(tx, known.payment_id));
      if (row === undefined) throw new PaymentProviderError('resource_missing', 'There is no such checkout.', false);
      if (row.state === 'open')
        await tx.run(`UPDATE billing_test_payments SET state = 'expired' WHERE payment_id = ?`, [row.payment_id]);
      return testFacts({ ...row, state: row.state === 'open' ? 'expired' : row.state }, tx.now);
    });

  chargeSaved: PaymentProvider['chargeSaved'] = async charge => {
    const { database, clock } = this.#deps;
    const saved = await testMethods(database.read, charge.providerCustomerId);
    const method = saved.find(one => one.method_id === charge.methodId);
    if (method === undefined)
      throw new PaymentProviderError('payment_method_missing', 'The saved card is not there any more.', false);
    const isDeclined = method.card === DECLINED_WHEN_CHARGED;
    const row = await this.#insert({
      payment_id: charge.paymentId,
      session_id: `tch_${bare(charge.paymentId)}`,
      provider_payment_id: `tpi_${bare(charge.paymentId)}`,
      customer_id: charge.providerCustomerId,
      state: isDeclined ? 'failed' : 'paid',
      amount_micros: charge.amount,
      currency: charge.currency,
      saves_method: 0,
      card: method.card,
      method_id: method.method_id,
      failure_code: isDeclined ? 'card_declined' : null,
      success_url: null,
      cancel_url: null,
      expires_at: null,
    });
    return testFacts(row, clock.now());
  };

  savedCharge: PaymentProvider['savedCharge'] = async ({ paymentId }) => {
    const row = await testPaymentBy(this.#deps.database.read, 'payment_id', paymentId);
    return row === undefined ? null : testFacts(row, this.#deps.clock.now());
  };

  /** There are no pages of a test provider to look at. */
  openPortal: PaymentProvider['openPortal'] = async ({ returnUrl }) => ({ url: returnUrl });

  methods: PaymentProvider['methods'] = async customerId =>
    (await testMethods(this.#deps.database.read, customerId)).map(row => testMethod(row.method_id, row.card));

  removeMethod: PaymentProvider['removeMethod'] = method =>
    this.#deps.database.transaction(tx => removeTestMethod(tx, method));

  refund: PaymentProvider['refund'] = refund =>
    this.#deps.database.transaction(async tx => {
      const known = await testPaymentBy(tx, 'provider_payment_id', refund.providerPaymentId);
      const payment = known && (await lockTestPayment(tx, known.payment_id));
      if (payment?.state !== 'paid')
        throw new PaymentProviderError('charge_not_paid', 'Nothing was paid that could be given back.', false);
      const before = await testRefundById(tx, refund.refundId);
      if (before !== undefined) return refundFacts(before);
      const given = (await testRefundsOf(tx, refund.providerPaymentId))
        .filter(one => one.state !== 'failed')
        .reduce((sum, one) => sum + one.amount_micros, 0n);
      if (given + refund.amount > payment.amount_micros)
        throw new PaymentProviderError('amount_too_large', 'This is more than what is left of the payment.', false);
      const row = {
        refund_id: refund.refundId,
        provider_payment_id: refund.providerPaymentId,
        state: refundState(payment),
        amount_micros: refund.amount,
        currency: refund.currency,
      };
      await insertTestRefund(tx, row);
      return refundFacts(row);
    });

  refundOf: PaymentProvider['refundOf'] = ({ refundId }) =>
    this.#deps.database.transaction(async tx => {
      await settleTestRefund(tx, { refundId, madeBefore: tx.now - BANK_REFUND_SECONDS * 1000 });
      const row = await testRefundById(tx, refundId);
      return row === undefined ? null : refundFacts(row);
    });

  readEvent: PaymentProvider['readEvent'] = message => readTestEvent(this.#deps.secrets, message);

  async #insert(row: TestPaymentRow): Promise<TestPaymentRow> {
    const kept = await this.#deps.database.transaction(tx => insertTestPayment(tx, row));
    if (kept.amount_micros !== row.amount_micros || kept.currency !== row.currency)
      throw new PaymentProviderError('idempotency_error', 'The same payment was asked for with another amount.', false);
    return kept;
  }
}

function bare(id: string): string {
  return id.slice(id.indexOf('_') + 1);
}

function refundState(payment: TestPaymentRow): RefundFacts['state'] {
  if (payment.card === REFUND_FAILS) return 'failed';
  return payment.card === BANK_ACCOUNT ? 'pending' : 'succeeded';
}

function refundFacts(row: TestRefundRow): RefundFacts {
  return {
    refundId: row.refund_id,
    providerRefundId: `tre_${bare(row.refund_id)}`,
    providerPaymentId: row.provider_payment_id,
    state: row.state,
    amount: row.amount_micros,
    currency: row.currency,
    failure: row.state === 'failed' ? 'The bank did not take the money back.' : null,
  };
}
