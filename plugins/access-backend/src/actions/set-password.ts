import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedUser } from '../audited';
import { passwordChangedMail } from '../domain/account-mail';
import { passwordWeakness } from '../domain/password';
import type { AccessServices } from '../services';
import { deleteChallengesOf } from '../store/factor-challenges';
import { endLinksOf } from '../store/links';
import { setPasswordHash, setPendingEmail } from '../store/profiles';
import type { Profile } from '../store/profiles';
import { endSessionsOfUser } from './end-own-sessions';

export function requireStrongPassword(
  services: Pick<AccessServices, 'title'>,
  profile: Profile,
  password: string,
): void {
  const { username, email } = profile;
  const weakness = passwordWeakness({ password, username, email, title: services.title });
  if (weakness) throw access.fail('password_too_weak', { message: weakness.advice, details: { ...weakness } });
}

const ACTIONS = {
  password_changed: 'access.password.change',
  password_reset: 'access.password.reset',
  password_issued: 'access.password.issue',
} as const;

/**
 * The password is another one from now on. Whoever knew the old one is out: their sessions end, and so does what they may have begun in order to come back, links
 * for another password, an address that waits to be confirmed, and a sign-in that lacks its second factor. Keys go on; they are ended one by one.
 */
export async function setPassword(
  tx: Transaction,
  services: Pick<AccessServices, 'audit' | 'outbox' | 'mail' | 'title' | 'publicUrl'>,
  change: {
    profile: Profile;
    passwordHash: string;
    reason: keyof typeof ACTIONS;
    keepSessionId: string | null;
    actor: Actor;
    correlationId: string;
  },
): Promise<void> {
  const { profile, passwordHash, reason, keepSessionId, actor, correlationId } = change;
  const { userId, organizationId, username } = profile;
  await setPasswordHash(tx, userId, passwordHash);
  await endLinksOf(tx, { userId, purpose: 'reset_password' });
  await deleteChallengesOf(tx, userId);
  if (profile.pendingEmail !== null) {
    await setPendingEmail(tx, userId, null);
    await endLinksOf(tx, { userId, purpose: 'verify_email' });
  }
  await services.audit.record(tx, {
    action: ACTIONS[reason],
    actor,
    organizationId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    before: { password_hash: profile.passwordHash, pending_email: profile.pendingEmail },
    after: { password_hash: passwordHash, pending_email: null },
  });
  await services.outbox.append(tx, {
    eventType: 'access.password_changed',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId },
  });
  await endSessionsOfUser(tx, services, { userId, organizationId, keepSessionId, reason, actor, correlationId });
  if (profile.email !== null && profile.emailVerifiedAt !== null)
    await services.mail.enqueue(tx, {
      to: profile.email,
      ...passwordChangedMail(services, { username }),
      correlationId,
    });
}
