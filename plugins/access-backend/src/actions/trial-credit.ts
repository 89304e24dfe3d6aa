import { resolvePolicy } from '@portico/plugin-access/contract';
import type { PolicyValueOf } from '@portico/plugin-access/contract';
import type { SetPolicy } from '@portico/plugin-access/port';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { Transaction } from '@portico/plugin-kit/backend';
import { fromMoney } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { policiesOf } from '../store/policies';

/**
 * What the policies give a new organization; empty where none is set, and the configuration says. An amount in another currency than the account's was
 * set before the portal changed its own: it is passed over rather than turning people away.
 */
export async function trialCreditByPolicy(
  tx: Transaction,
  billing: BillingPort,
  organizationId: string,
): Promise<{ amount?: Micros }> {
  const set = (await policiesOf(tx, { organizationId })).get('trial_credit') ?? [];
  const { value } = resolvePolicy('money', set as readonly SetPolicy<PolicyValueOf<'trial_credit'>>[]);
  if (value === null || value.currency !== (await billing.currencyOf(tx, organizationId))) return {};
  return { amount: fromMoney(value) };
}
