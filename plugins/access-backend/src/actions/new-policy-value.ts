import {
  loosens,
  policies,
  policyValueSchemas,
  readPolicyValue,
  resolvePolicy,
  withDefault,
} from '@portico/plugin-access/contract';
import type { PolicyName, PolicyValue } from '@portico/plugin-access/contract';
import type { PolicyDefaults } from '@portico/plugin-access/port';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { Queries } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { policiesOf } from '../store/policies';
import type { PolicyPlace } from '../store/policies';
import { isTightening, subjectOf } from './policy-place';

/** The value as this policy takes it there; throws what setting it is refused for. */
export async function newPolicyValue(
  queries: Queries,
  services: { billing: BillingPort; policies: { defaults: PolicyDefaults } },
  asked: { name: PolicyName; place: PolicyPlace; value: unknown },
): Promise<PolicyValue> {
  const { name, place } = asked;
  const { kind } = policies[name];
  const value = readPolicyValue(kind, asked.value);
  if (value === undefined)
    throw access.fail('policy_value_invalid', { details: { policy: name, kind, schema: policyValueSchemas[kind] } });
  const currency = currencyIn(value);
  if (currency !== undefined) {
    const kept = await currencyAt(queries, services.billing, place);
    if (currency !== kept)
      throw access.fail('policy_value_invalid', {
        details: { policy: name, kind, reason: 'currency', currency: kept },
      });
  }
  if (isTightening(place.level)) await requireTightening(queries, services.policies.defaults, { name, place, value });
  return value;
}

async function requireTightening(
  queries: Queries,
  defaults: PolicyDefaults,
  { name, place, value }: { name: PolicyName; place: PolicyPlace; value: PolicyValue },
): Promise<void> {
  const { kind } = policies[name];
  const set = (await policiesOf(queries, subjectOf(place))).get(name) ?? [];
  const outer = withDefault(
    set.filter(one => one.level !== place.level),
    defaults[name],
  );
  const { value: allowed, source } = resolvePolicy(kind, outer);
  if (allowed !== null && loosens(kind, allowed, value))
    throw access.fail('policy_loosens', {
      details: { policy: name, allowed, level: source.level, subject_id: source.subjectId },
    });
}

function currencyIn(value: PolicyValue): string | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return undefined;
  if ('limit' in value) return value.limit.currency;
  return 'currency' in value ? value.currency : undefined;
}

function currencyAt(queries: Queries, billing: BillingPort, { organizationId }: PolicyPlace): Promise<string> | string {
  return organizationId === '' ? billing.newAccounts.currency : billing.currencyOf(queries, organizationId);
}
