import type { Handlers } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import type { billingContract } from '@portico/plugin-billing/contract';
import { givenMoneyOf } from '../actions/grants';
import { balanceAt } from '../domain/balance';
import { balancePolicyOf } from '../policy';
import { balanceReply } from '../replies';
import type { BillingServices } from '../services';
import { customersOf } from '../store/customers';

export function balanceRoutes({
  database,
  clock,
  policy,
}: BillingServices): Pick<Handlers<typeof billingContract>, 'getBalance'> {
  return {
    async getBalance({ caller }) {
      const customer = (await customersOf(database.read, [caller.organizationId])).get(caller.organizationId);
      if (customer === undefined) throw common.fail('not_found');
      const at = clock.now();
      const balance = balanceAt(customer, at, balancePolicyOf(policy, customer));
      const given = await givenMoneyOf(database.read, customer, at);
      return { status: 200, body: balanceReply(balance, { currency: customer.currency, at, ...given }) };
    },
  };
}
