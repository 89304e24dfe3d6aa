import { createServiceFactory, createServiceRef } from '@backstage/backend-plugin-api';
import { policyGroundRef } from '@portico/plugin-access/port';
import type { PolicyDefaults, PolicyGround } from '@portico/plugin-access/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import type { BillingPort } from '@portico/plugin-billing/port';
import { toMoney } from '@portico/plugin-kit/contract';

/** What policies start from: what the configuration of each plugin says, and who knows what runs. */
export interface PolicyRules {
  readonly defaults: PolicyDefaults;
  readonly grounds: readonly PolicyGround[];
}

export const policyRulesRef = createServiceRef<PolicyRules>({ id: 'portico.access.policy-rules', scope: 'root' });

export const policyRulesFactory = createServiceFactory({
  service: policyRulesRef,
  deps: { grounds: policyGroundRef, billing: billingPortRef },
  factory: ({ grounds, billing }) => ({ grounds, defaults: defaultsOf(grounds, billing.newAccounts) }),
});

function defaultsOf(grounds: readonly PolicyGround[], { currency, trialCredit }: BillingPort['newAccounts']) {
  const ofPlugins = grounds.map(ground => ground.defaults);
  const trial = trialCredit === null ? {} : { trial_credit: toMoney(trialCredit, currency) };
  return Object.assign({ mfa_required: false, ...trial }, ...ofPlugins) as PolicyDefaults;
}
