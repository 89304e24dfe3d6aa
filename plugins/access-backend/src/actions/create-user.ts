import { SET_PASSWORD_LINK_SECONDS } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedLink } from '../audited';
import { normalizedPassword, passwordWeakness } from '../domain/password';
import { canonicalUsername, isReserved } from '../domain/username';
import type { AccessServices } from '../services';
import { insertLink } from '../store/links';
import { hasOtherWayIn } from '../store/platform-users';
import { profileForChange } from '../store/profiles';
import { givePlatformRole, requireOwnRole } from './change-platform-roles';
import { createAccount } from './create-account';

export interface NewUser {
  readonly username: string;
  /** Null: they set one through a link. */
  readonly passwordHash: string | null;
  readonly displayName: string;
  readonly email: string | null;
  readonly platformRoles: readonly string[];
}

export interface SetPasswordLink {
  readonly url: string;
  readonly expiresAt: number;
}

/** Everything that can be refused before a transaction, the expensive hash last. */
export async function prepareUser(
  services: AccessServices,
  { caller }: Pick<RequestContext, 'caller'>,
  asked: {
    username: string;
    password: string | null;
    displayName: string | null;
    email: string | null;
    platformRoles: readonly string[];
  },
): Promise<NewUser> {
  const { email, password, platformRoles } = asked;
  const username = canonicalUsername(asked.username);
  if (username === null) throw new Error('the contract lets no such user name through');
  if (platformRoles.length > 0) services.authorization.require(caller, 'access.platform_role.manage_any');
  for (const role of platformRoles) requireOwnRole(caller, role);
  if (isReserved(username)) throw access.fail('username_taken');
  const displayName = asked.displayName?.trim() ?? username;
  if (password === null) return { username, passwordHash: null, displayName, email, platformRoles };
  const weakness = passwordWeakness({ password, username, email, title: services.title });
  if (weakness) throw access.fail('password_too_weak', { message: weakness.advice, details: { ...weakness } });
  const passwordHash = await services.hasher.hash(normalizedPassword(password));
  return { username, passwordHash, displayName, email, platformRoles };
}

/** An account as signing up makes it, by somebody else. */
export async function createUser(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { user: NewUser },
): Promise<{ userId: string; setPassword: SetPasswordLink | null }> {
  const { user, actor, correlationId } = request;
  const created = await createAccount(tx, services, {
    ...user,
    platformRole: null,
    trialCredit: true,
    actor,
    correlationId,
  });
  if (created === null) throw access.fail('username_taken');
  const { userId } = created;
  for (const role of user.platformRoles) await givePlatformRole(tx, services, { ...request, userId, role });
  const setPassword =
    user.passwordHash === null ? await makeSetPasswordLink(tx, services, { ...request, userId }) : null;
  return { userId, setPassword };
}

/**
 * A link with which somebody whose account was made for them sets their password, once; a newer one ends it. Only for an account that never had a password: for
 * any other it would be a way to take the account over.
 */
export async function makeSetPasswordLink(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { userId: string },
): Promise<SetPasswordLink> {
  const { userId, actor, correlationId } = request;
  const profile = await profileForChange(tx, userId);
  if (!profile || profile.kind !== 'person') throw common.fail('not_found');
  if (profile.passwordHash !== null || (await hasOtherWayIn(tx, userId))) throw access.fail('user_can_sign_in');
  if (profile.status !== 'active') throw access.fail('user_is_disabled');
  const token = services.accountKeys.newLinkToken();
  const tokenHash = services.accountKeys.ofLinkToken(token);
  const expiresAt = tx.now + SET_PASSWORD_LINK_SECONDS * 1000;
  await insertLink(tx, { userId, purpose: 'reset_password', email: profile.email ?? '', tokenHash, expiresAt });
  await services.audit.record(tx, {
    action: 'access.user.set_password_link',
    actor,
    organizationId: profile.organizationId,
    resource: auditedLink,
    targetId: userId,
    correlationId,
    after: { purpose: 'reset_password' },
  });
  return { url: `${services.publicUrl}/login/reset#${token}`, expiresAt };
}
