import { projectInReach } from '@portico/plugin-kit/backend';
import type { Handlers, Queries } from '@portico/plugin-kit/backend';
import { common, fromMoney, toMoney } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { billingContract, getAlerts } from '@portico/plugin-billing/contract';
import { possibleRecipients, setAlerts } from '../actions/set-alerts';
import type { BalancePolicy } from '../domain/balance';
import { balancePolicyOf } from '../policy';
import type { BillingServices } from '../services';
import { customersOf, NO_ALERTS } from '../store/customers';
import type { Customer } from '../store/customers';

export function alertRoutes(
  services: BillingServices,
): Pick<Handlers<typeof billingContract>, 'getAlerts' | 'setAlerts'> {
  const { database } = services;
  return {
    async getAlerts({ caller }) {
      // The balance warns a whole organization, and names people of it with their addresses: nothing for whoever is there for one project alone.
      if (projectInReach(caller) !== undefined) throw common.fail('not_found');
      const customer = (await customersOf(database.read, [caller.organizationId])).get(caller.organizationId);
      if (customer === undefined) throw common.fail('not_found');
      return { status: 200, body: await alertsReply(database.read, services, customer) };
    },

    async setAlerts(request) {
      const { notice_runway_seconds, warning_runway_seconds, warning_below, recipients } = request.body;
      const alerts = {
        noticeRunwaySeconds: notice_runway_seconds ?? null,
        warningRunwaySeconds: warning_runway_seconds ?? null,
        warningBelow: warning_below ? fromMoney(warning_below) : null,
        recipients: recipients ?? null,
      };
      const currency = warning_below?.currency ?? null;
      return request.write(async tx => {
        const customer = await setAlerts(tx, services, { ...request, alerts, currency });
        return { status: 200, body: await alertsReply(tx, services, customer) };
      });
    },
  };
}

async function alertsReply(
  queries: Queries,
  services: BillingServices,
  customer: Customer,
): Promise<ReplyOf<typeof getAlerts>> {
  const { alerts, currency, organizationId } = customer;
  const thresholds = (policy: BalancePolicy) => ({
    notice_runway_seconds: policy.noticeRunwaySeconds,
    warning_runway_seconds: policy.warningRunwaySeconds,
    warning_below: toMoney(policy.warningBelow, currency),
  });
  const possible = await possibleRecipients(queries, services, organizationId);
  return {
    own: {
      notice_runway_seconds: alerts.noticeRunwaySeconds,
      warning_runway_seconds: alerts.warningRunwaySeconds,
      warning_below: alerts.warningBelow === null ? null : toMoney(alerts.warningBelow, currency),
    },
    platform: thresholds(balancePolicyOf(services.policy, { currency, alerts: NO_ALERTS })),
    in_force: thresholds(balancePolicyOf(services.policy, customer)),
    recipients: alerts.recipients === null ? null : [...alerts.recipients],
    possible_recipients: possible.map(({ userId, username, email }) => ({ user_id: userId, username, email })),
  };
}
