import type { Handlers } from '@portico/plugin-kit/backend';
import { errorsOf } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { autoTopUpReply, methodItem, testCheckoutReply } from '../payment-replies';
import { currencyOf } from '../payments/begin-payment';
import { removeMethod, savedMethods } from '../payments/saved-methods';
import { setAutoTopUp } from '../payments/set-auto-top-up';
import { decideCheckout, sendTestNews, testCheckoutOf } from '../payments/test/decide-checkout';
import type { TestPaymentRow } from '../payments/test/test-payments';
import type { BillingServices } from '../services';
import { autoTopUpOf } from '../store/auto-top-ups';

const billing = errorsOf(billingErrors);

type MethodOperations =
  | 'listPaymentMethods'
  | 'removePaymentMethod'
  | 'getAutoTopUp'
  | 'setAutoTopUp'
  | 'getTestCheckout'
  | 'decideTestCheckout';

/** Saved methods and what charges them; and the checkout of the test provider. */
export function paymentMethodRoutes(
  services: BillingServices,
): Pick<Handlers<typeof billingContract>, MethodOperations> {
  const { database, clock } = services;
  return {
    async listPaymentMethods({ caller }) {
      const methods = await savedMethods(services, caller.organizationId);
      const charged = (await autoTopUpOf(database.read, caller.organizationId))?.method_id ?? null;
      return { status: 200, body: { items: methods.map(method => methodItem(method, charged)), next_cursor: null } };
    },

    async removePaymentMethod({ caller, params, actor, correlationId }) {
      const { organizationId } = caller;
      await removeMethod(services, { actor, correlationId, organizationId, methodId: params.method_id });
      return { status: 204, body: undefined };
    },

    async getAutoTopUp({ caller: { organizationId } }) {
      const currency = await currencyOf(services, organizationId);
      const body = await autoTopUpReply(database.read, { organizationId, currency, at: clock.now() });
      return { status: 200, body };
    },

    async setAutoTopUp(request) {
      const { body: wish, caller } = request;
      const { organizationId } = caller;
      const currency = await currencyOf(services, organizationId);
      const named = wish.method_id;
      const method =
        named === undefined
          ? null
          : ((await savedMethods(services, organizationId)).find(one => one.methodId === named) ?? null);
      if (named !== undefined && method === null) throw billing.fail('payment_method_unknown');
      return request.write(async tx => {
        await setAutoTopUp(tx, services, { ...request, wish, method });
        return { status: 200, body: await autoTopUpReply(tx, { organizationId, currency, at: tx.now }) };
      });
    },

    async getTestCheckout({ caller, params }) {
      const row = await testCheckoutOf(services, {
        organizationId: caller.organizationId,
        paymentId: params.payment_id,
      });
      return { status: 200, body: testCheckoutReply(row, clock.now()) };
    },

    async decideTestCheckout(request) {
      const { outcome, card = '4242' } = request.body;
      const paymentId = request.params.payment_id;
      await testCheckoutOf(services, { organizationId: request.caller.organizationId, paymentId });
      let decided: TestPaymentRow | undefined;
      const reply = await request.write(async tx => {
        decided = await decideCheckout(tx, { paymentId, outcome, card });
        return { status: 200, body: testCheckoutReply(decided, tx.now) };
      });
      if (decided !== undefined) await sendTestNews(services, decided);
      return reply;
    },
  };
}
