import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedUser } from '../audited';
import { PLATFORM_ADMIN } from '../domain/roles';
import type { AccessServices } from '../services';
import { hasOtherPlatformAdmin, lockPlatformAdmins } from '../store/platform-roles';
import { markDisabled, markEnabled, platformUserById, statusForChange } from '../store/platform-users';
import type { PlatformUser } from '../store/platform-users';
import type { EndReason } from '../store/sessions';
import { endSessionsOfUser } from './end-own-sessions';

/**
 * Keeps a user out. Every authentication reads the status, so sessions, keys and whatever was opened with them end with the commit; the sessions are ended
 * besides, so that none comes back when the user is enabled. What runs belongs to the organization and goes on.
 */
export async function disableUser(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string; reason: string },
): Promise<void> {
  const { caller, actor, correlationId, userId, reason } = request;
  if (userId === caller.userId) throw access.fail('user_is_self');
  await lockPlatformAdmins(tx);
  if ((await statusForChange(tx, userId)) === 'disabled') return;
  const user = await existing(tx, userId);
  if (user.platformRoles.includes(PLATFORM_ADMIN) && !(await hasOtherPlatformAdmin(tx, userId)))
    throw access.fail('platform_admin_is_last');
  await markDisabled(tx, { userId, reason });
  const endedSessions = await endEvery(tx, services, { request, user, reason: 'user_disabled' });
  await services.audit.record(tx, {
    action: 'access.user.disable',
    actor,
    organizationId: user.organizationId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    reason,
    before: { status: user.status },
    after: { status: 'disabled', ended_sessions: endedSessions },
  });
  await services.outbox.append(tx, {
    eventType: 'access.user_disabled',
    correlationId,
    organizationId: user.organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, username: user.username },
  });
}

/** Lets them in again: they sign in anew. A session that somebody opened while they were being disabled does not come to life by it. */
export async function enableUser(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string; reason: string | null },
): Promise<void> {
  const { actor, correlationId, userId, reason } = request;
  if ((await statusForChange(tx, userId)) === 'active') return;
  const user = await existing(tx, userId);
  await endEvery(tx, services, { request, user, reason: 'user_enabled' });
  await markEnabled(tx, userId);
  await services.audit.record(tx, {
    action: 'access.user.enable',
    actor,
    organizationId: user.organizationId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    ...(reason === null ? {} : { reason }),
    before: { status: user.status },
    after: { status: 'active' },
  });
  await services.outbox.append(tx, {
    eventType: 'access.user_enabled',
    correlationId,
    organizationId: user.organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, username: user.username },
  });
}

/** Signs a user out everywhere; keys go on working. */
export async function endUserSessions(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string; reason: string },
): Promise<number> {
  const { actor, correlationId, userId, reason } = request;
  await statusForChange(tx, userId);
  const user = await existing(tx, userId);
  const ended = await endEvery(tx, services, { request, user, reason: 'ended_by_administrator' });
  await services.audit.record(tx, {
    action: 'access.user.end_sessions',
    actor,
    organizationId: user.organizationId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    reason,
    after: { ended_sessions: ended },
  });
  return ended;
}

function endEvery(
  tx: Transaction,
  services: AccessServices,
  end: { request: RequestContext; user: PlatformUser; reason: EndReason },
): Promise<number> {
  const { actor, correlationId } = end.request;
  const { userId, organizationId } = end.user;
  return endSessionsOfUser(tx, services, {
    userId,
    organizationId,
    keepSessionId: null,
    reason: end.reason,
    actor,
    correlationId,
  });
}

async function existing(tx: Transaction, userId: string): Promise<PlatformUser> {
  const user = await platformUserById(tx, userId);
  if (!user) throw common.fail('not_found');
  return user;
}
