import type { Handlers } from '@portico/plugin-kit/backend';
import { toMoney } from '@portico/plugin-kit/contract';
import { currencyExponent } from '@portico/plugin-billing/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { changeCurrency } from '../actions/change-currency';
import type { BillingServices } from '../services';

export function currencyRoutes(
  services: BillingServices,
): Pick<Handlers<typeof billingContract>, 'listCurrencies' | 'changeCurrency'> {
  const { policy } = services;
  return {
    async listCurrencies() {
      const items = [...policy.currencies].map(([currency, own]) => ({
        currency,
        exponent: currencyExponent(currency),
        is_default: currency === policy.currency,
        deposit_min: toMoney(own.depositMin, currency),
        deposit_max: toMoney(own.depositMax, currency),
        suggested_deposits: own.suggestedDeposits.map(amount => toMoney(amount, currency)),
        trial_credit: own.trialCredit === null ? null : toMoney(own.trialCredit, currency),
      }));
      return { status: 200, body: { items, next_cursor: null } };
    },

    async changeCurrency(request) {
      const { currency } = request.body;
      return request.write(async tx => {
        await changeCurrency(tx, services, { ...request, currency });
        return { status: 200, body: { currency } };
      });
    },
  };
}
