import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedFactor } from '../audited';
import { hasSecondFactor } from '../domain/factors';
import type { AccessServices } from '../services';
import { factorsOf } from '../store/factors';
import { lockUser } from '../store/users';
import { makeRecoveryCodes } from './factor-change';
import { sendNotice } from './factor-notices';

export async function renewRecoveryCodes(
  tx: Transaction,
  services: AccessServices,
  { caller, actor, correlationId }: RequestContext,
): Promise<string[]> {
  const { userId, organizationId } = caller;
  await lockUser(tx, userId);
  if (!hasSecondFactor((await factorsOf(tx, userId)).count)) throw access.fail('second_factor_missing');
  const codes = await makeRecoveryCodes(tx, services, userId);
  await services.audit.record(tx, {
    action: 'access.second_factor.renew_recovery_codes',
    actor,
    organizationId,
    resource: auditedFactor,
    targetId: userId,
    correlationId,
    after: { user_id: userId, kind: 'recovery_code', recovery_codes: codes },
  });
  await services.outbox.append(tx, {
    eventType: 'access.recovery_codes_renewed',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId },
  });
  await sendNotice(tx, services, { kind: 'recovery_codes_renewed', userId, correlationId });
  return codes;
}
