import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import type { AccessServices } from '../services';
import { factorsOf } from '../store/factors';
import { deletePasskey } from '../store/passkeys';
import { deleteTotp } from '../store/totp';
import { lockUser, userById } from '../store/users';
import { factorRemoved, requireFactorLeft } from './factor-change';
import { takeFactorsAway } from './take-factors-away';

export async function removeTotp(tx: Transaction, services: AccessServices, request: RequestContext): Promise<void> {
  const { userId } = request.caller;
  await lockUser(tx, userId);
  const { count } = await factorsOf(tx, userId);
  if (!count.hasTotp) throw common.fail('not_found');
  await requireFactorLeft(tx, { userId, isLast: count.passkeys === 0 });
  await deleteTotp(tx, userId);
  await factorRemoved(tx, services, { ...request, factor: { kind: 'totp', id: userId } });
}

export async function removePasskey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { passkeyId: string },
): Promise<void> {
  const { userId } = request.caller;
  await lockUser(tx, userId);
  const { count, passkeys } = await factorsOf(tx, userId);
  const passkey = passkeys.find(({ passkeyId }) => passkeyId === request.passkeyId);
  if (!passkey) throw common.fail('not_found');
  await requireFactorLeft(tx, { userId, isLast: count.passkeys === 1 && !count.hasTotp });
  await deletePasskey(tx, passkey.passkeyId);
  const { passkeyId, name } = passkey;
  await factorRemoved(tx, services, { ...request, factor: { kind: 'passkey', id: passkeyId, name } });
}

/**
 * For somebody who has lost all of theirs, by an administrator who has made sure who asks. It opens nothing to the administrator: the password is still needed, and all
 * sessions end. Answers how many factors there were.
 */
export async function removeUserFactors(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string; reason: string },
): Promise<number> {
  const { caller, actor, correlationId, userId, reason } = request;
  if (userId === caller.userId) throw access.fail('user_is_self');
  await lockUser(tx, userId);
  const user = await userById(tx, userId);
  if (!user) throw common.fail('not_found');
  return takeFactorsAway(tx, services, {
    userId,
    organizationId: user.organizationId,
    reason,
    actor,
    correlationId,
  });
}
