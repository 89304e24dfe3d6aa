import type { Queries, RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf, MICROS_MAX, toMoney } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import { auditedAccount } from '../audited';
import { CONTACT_PERMISSION } from '../notices';
import { balancePolicyOf } from '../policy';
import type { BillingServices } from '../services';
import { lockCustomer, NO_ALERTS, saveAlerts } from '../store/customers';
import type { Customer, OwnAlerts } from '../store/customers';

const billing = errorsOf(billingErrors);

/** Whom an organization can choose among. */
export async function possibleRecipients(queries: Queries, services: BillingServices, organizationId: string) {
  return services.access.contacts(queries, { organizationId, permission: CONTACT_PERMISSION });
}

/** Replaces what the organization chose. Thresholds may be earlier than the platform's, never later: a warning that comes too late to act upon is none, and people hold the platform to it. */
export async function setAlerts(
  tx: Transaction,
  services: BillingServices,
  request: RequestContext & { alerts: OwnAlerts; currency: string | null },
): Promise<Customer> {
  const { caller, actor, correlationId, alerts } = request;
  const { organizationId } = caller;
  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw common.fail('not_found');
  const { currency } = customer;
  if (request.currency !== null && request.currency !== currency)
    throw billing.fail('currency_mismatch', { details: { currency } });
  requireEarlyEnough(alerts, balancePolicyOf(services.policy, { currency, alerts: NO_ALERTS }), currency);
  await requireReachable(tx, services, { organizationId, userIds: alerts.recipients ?? [] });
  await saveAlerts(tx, organizationId, alerts);
  await services.audit.record(tx, {
    action: 'billing.alerts.change',
    actor,
    organizationId,
    resource: auditedAccount,
    targetId: organizationId,
    correlationId,
    before: auditedAlerts(customer.alerts),
    after: auditedAlerts(alerts),
  });
  return { ...customer, alerts };
}

function requireEarlyEnough(
  own: OwnAlerts,
  platform: { noticeRunwaySeconds: number; warningRunwaySeconds: number; warningBelow: Micros },
  currency: string,
): void {
  const { noticeRunwaySeconds: notice, warningRunwaySeconds: warning, warningBelow: below } = own;
  if (below !== null && (below < 0n || below > MICROS_MAX)) throw billing.fail('amount_invalid');
  const later = {
    ...(notice !== null && notice < platform.noticeRunwaySeconds
      ? { notice_runway_seconds: platform.noticeRunwaySeconds }
      : {}),
    ...(warning !== null && warning < platform.warningRunwaySeconds
      ? { warning_runway_seconds: platform.warningRunwaySeconds }
      : {}),
    ...(below !== null && below < platform.warningBelow
      ? { warning_below: toMoney(platform.warningBelow, currency) }
      : {}),
  };
  if (Object.keys(later).length > 0) throw billing.fail('alert_later_than_platform', { details: later });
  if ((notice ?? platform.noticeRunwaySeconds) < (warning ?? platform.warningRunwaySeconds))
    throw billing.fail('alert_order_invalid');
}

async function requireReachable(
  tx: Transaction,
  services: BillingServices,
  wanted: { organizationId: string; userIds: readonly string[] },
): Promise<void> {
  const possible = await possibleRecipients(tx, services, wanted.organizationId);
  const unsuitable = wanted.userIds.filter(userId => !possible.some(contact => contact.userId === userId));
  if (unsuitable.length > 0) throw billing.fail('alert_recipient_unsuitable', { details: { user_ids: unsuitable } });
}

function auditedAlerts(alerts: OwnAlerts) {
  return {
    notice_runway_seconds: alerts.noticeRunwaySeconds,
    warning_runway_seconds: alerts.warningRunwaySeconds,
    warning_below: alerts.warningBelow?.toString() ?? null,
    recipients: alerts.recipients,
  };
}
