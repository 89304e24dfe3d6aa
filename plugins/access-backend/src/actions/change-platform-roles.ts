import type { RequestContext, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedPlatformRole } from '../audited';
import { PLATFORM_ADMIN, platformRoles } from '../domain/roles';
import type { AccessServices } from '../services';
import {
  deletePlatformRole,
  hasOtherPlatformAdmin,
  insertPlatformRole,
  lockPlatformAdmins,
} from '../store/platform-roles';
import { platformUserById, statusForChange } from '../store/platform-users';
import type { PlatformUser } from '../store/platform-users';
import { openSupportSessionsOf } from '../store/support-sessions';
import { endSupport } from './look-into-organization';

interface RoleChange extends RequestContext {
  readonly userId: string;
  readonly role: string;
}

/** Giving what one has changes nothing. */
export async function givePlatformRole(tx: Transaction, services: AccessServices, change: RoleChange): Promise<void> {
  requireOwnRole(change.caller, change.role);
  await lockPlatformAdmins(tx);
  await statusForChange(tx, change.userId);
  const user = await existing(tx, change.userId);
  if (!(await insertPlatformRole(tx, change))) return;
  await record(tx, services, { change, user, isGiven: true });
}

/** Taking what one has not changes nothing. */
export async function takePlatformRole(tx: Transaction, services: AccessServices, change: RoleChange): Promise<void> {
  const { userId, role } = change;
  requireOwnRole(change.caller, role);
  await lockPlatformAdmins(tx);
  await statusForChange(tx, userId);
  const user = await existing(tx, userId);
  if (!user.platformRoles.includes(role)) return;
  if (role === PLATFORM_ADMIN && !(await hasOtherPlatformAdmin(tx, userId)))
    throw access.fail('platform_admin_is_last');
  await deletePlatformRole(tx, change);
  await record(tx, services, { change, user, isGiven: false });
  const kept = user.platformRoles.filter(name => name !== role);
  if (kept.some(name => platformRoles.get(name)?.includes('access.support.open_any'))) return;
  for (const session of await openSupportSessionsOf(tx, userId)) await endSupport(tx, services, { ...change, session });
}

/** What a role grants and the caller lacks makes it one they cannot hand out: a key with the one scope would otherwise make itself an administrator. */
export function requireOwnRole({ permissions }: UserCaller, role: string): void {
  const beyond = (platformRoles.get(role) ?? []).filter(permission => !permissions.has(permission));
  if (beyond.length > 0) throw access.fail('platform_role_beyond_own', { details: { role, permissions: beyond } });
}

async function existing(tx: Transaction, userId: string): Promise<PlatformUser> {
  const user = await platformUserById(tx, userId);
  if (!user) throw common.fail('not_found');
  return user;
}

async function record(
  tx: Transaction,
  services: AccessServices,
  done: { change: RoleChange; user: PlatformUser; isGiven: boolean },
): Promise<void> {
  const { change, user, isGiven } = done;
  const { role, actor, correlationId } = change;
  await services.audit.record(tx, {
    action: isGiven ? 'access.platform_role.grant' : 'access.platform_role.revoke',
    actor,
    organizationId: user.organizationId,
    resource: auditedPlatformRole,
    targetId: user.userId,
    correlationId,
    [isGiven ? 'after' : 'before']: { role },
  });
  await services.outbox.append(tx, {
    eventType: isGiven ? 'access.platform_role_granted' : 'access.platform_role_revoked',
    correlationId,
    organizationId: user.organizationId,
    resource: { type: 'user', id: user.userId },
    payload: { user_id: user.userId, username: user.username, role },
  });
}
