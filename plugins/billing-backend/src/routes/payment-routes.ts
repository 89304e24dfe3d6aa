import type { Handlers } from '@portico/plugin-kit/backend';
import { common, errorsOf, PAGE_LIMIT_DEFAULT, toMoney } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { billingErrors, currencyExponent } from '@portico/plugin-billing/contract';
import { auditedCustomerPortal } from '../audited';
import { paymentDetail, paymentItems, paymentReply } from '../payment-replies';
import { beginPayment, currencyOf } from '../payments/begin-payment';
import { afterClosing, closeAtProvider } from '../payments/cancel-payment';
import { checkSoon } from '../payments/check-payment';
import { depositLimits } from '../payments/deposit-limits';
import { askForCheckout, customerAtProvider, openPayment } from '../payments/open-checkout';
import { returnAddress } from '../payments/payment-addresses';
import { askProvider, requireProvider } from '../payments/provider-call';
import { receiveProviderEvent } from '../payments/receive-event';
import type { BillingServices } from '../services';
import { paymentById, paymentsPage } from '../store/payments';
import type { PaymentRow } from '../store/payments';

const billing = errorsOf(billingErrors);

/** Seconds between two questions about a payment somebody looks at: its page asks every second or two. */
const LOOKED_AT_SECONDS = 5;

type PaymentOperations =
  | 'createCheckoutSession'
  | 'createCustomerPortalSession'
  | 'receivePaymentEvent'
  | 'listPayments'
  | 'getPayment'
  | 'cancelPayment'
  | 'getPaymentSettings';

/** How money comes in. */
export function paymentRoutes(services: BillingServices): Pick<Handlers<typeof billingContract>, PaymentOperations> {
  const { database, clock, settings } = services;
  const own = async (organizationId: string, paymentId: string): Promise<PaymentRow> => {
    const payment = await paymentById(database.read, paymentId);
    if (payment?.organization_id !== organizationId) throw common.fail('not_found');
    return payment;
  };
  return {
    async createCheckoutSession(request) {
      const { amount, save_method: savesMethod = false, return_path: returnPath = null } = request.body;
      const key = request.headers['idempotency-key'];
      const idempotencyKey = typeof key === 'string' ? key : null;
      const wanted = { ...request, amount, savesMethod, returnPath, idempotencyKey };
      const begun = await database.transaction(tx => beginPayment(tx, services, wanted));
      if (begun.status === 'failed') throw refused(begun);
      const checkout = await askForCheckout(services, begun);
      return request.write(async tx => {
        const payment = await openPayment(tx, { paymentId: begun.payment_id, checkout });
        const checkout_url = payment.checkout_url ?? returnAddress(settings, payment);
        return { status: 201, body: { payment: await paymentReply(tx, services, payment), checkout_url } };
      });
    },

    async createCustomerPortalSession(request) {
      const { caller, actor, correlationId } = request;
      const { organizationId } = caller;
      const provider = requireProvider(services);
      // A path of one slash and what follows: no other host.
      const returnUrl = new URL(request.body.return_path, settings.server.publicUrl).toString();
      const { url } = await askProvider(services, async () => {
        const providerCustomerId = await customerAtProvider(services, provider, organizationId);
        return provider.openPortal({ providerCustomerId, returnUrl });
      });
      return request.write(async tx => {
        await services.audit.record(tx, {
          action: 'billing.customer_portal.open',
          actor,
          organizationId,
          resource: auditedCustomerPortal,
          targetId: organizationId,
          correlationId,
          after: { provider: provider.name, portal_url: url },
        });
        return { status: 201, body: { url } };
      });
    },

    async receivePaymentEvent({ rawBody, headers }) {
      await receiveProviderEvent(services, { body: rawBody, headers });
      return { status: 200, body: { received: true } };
    },

    async listPayments({ caller, query }) {
      const { rows, nextCursor } = await paymentsPage(database.read, {
        list: 'payments',
        filter: { organizationId: caller.organizationId, status: query.status },
        limit: query.limit ?? PAGE_LIMIT_DEFAULT,
        cursor: query.cursor,
      });
      const items = await paymentItems(database.read, services, rows);
      return { status: 200, body: { items, next_cursor: nextCursor } };
    },

    async getPayment({ caller, params }) {
      const payment = await own(caller.organizationId, params.payment_id);
      await checkSoon(services, payment, { now: clock.now(), notWithinSeconds: LOOKED_AT_SECONDS });
      return { status: 200, body: await paymentDetail(database.read, services, payment) };
    },

    async cancelPayment(request) {
      const { organizationId } = request.caller;
      const paymentId = request.params.payment_id;
      await own(organizationId, paymentId);
      const facts = await closeAtProvider(services, { ...request, organizationId, paymentId });
      return request.write(async tx => {
        const payment = await afterClosing(tx, services, { paymentId, facts });
        return { status: 200, body: await paymentReply(tx, services, payment) };
      });
    },

    async getPaymentSettings({ caller }) {
      const currency = await currencyOf(services, caller.organizationId);
      const { min, max, perDay, suggested } = depositLimits(services, currency);
      return {
        status: 200,
        body: {
          provider: services.payments?.name ?? null,
          is_test_money: services.payments?.isTestMoney ?? false,
          currency,
          decimals: currencyExponent(currency),
          deposit_min: toMoney(min, currency),
          deposit_max: toMoney(max, currency),
          deposits_per_day_max: toMoney(perDay, currency),
          suggested_amounts: suggested.map(amount => toMoney(amount, currency)),
        },
      };
    },
  };
}

/** The same request again, of one that the provider did not take. */
function refused(payment: PaymentRow): Error {
  const { payment_id, failure_code: code, failure_message: message } = payment;
  return billing.fail('payment_refused', { details: { code, message, payment_id } });
}
