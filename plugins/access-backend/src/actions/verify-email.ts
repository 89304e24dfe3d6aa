import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedUser } from '../audited';
import { addressChangedMail } from '../domain/account-mail';
import type { AccessServices } from '../services';
import { endLinksOf, useLink } from '../store/links';
import { profileByVerifiedEmail, profileForChange, setVerifiedEmail } from '../store/profiles';
import type { Profile } from '../store/profiles';

/** Confirms the address a link was sent to: that of the account, or the one that waits to replace it. Violates the unique index when two accounts confirm one address at once. */
export async function verifyEmail(
  tx: Transaction,
  services: AccessServices,
  request: { token: string; address: string; correlationId: string },
): Promise<Profile> {
  const { correlationId } = request;
  const link = await useLink(tx, {
    tokenHash: services.accountKeys.ofLinkToken(request.token),
    purpose: 'verify_email',
  });
  const profile = link && (await profileForChange(tx, link.userId));
  if (!link || profile?.status !== 'active') throw access.fail('verification_link_invalid');
  const { email } = link;
  const replaces = email === profile.pendingEmail;
  if (!replaces && email !== profile.email) throw access.fail('verification_link_invalid');
  const holder = await profileByVerifiedEmail(tx, email);
  if (holder && holder.userId !== profile.userId) throw access.fail('email_taken');

  await setVerifiedEmail(tx, profile, email);
  // Links to a mailbox that is no longer the account's must not open it.
  if (replaces) await endLinksOf(tx, { userId: profile.userId, purpose: 'reset_password' });
  const actor: Actor = { type: 'user', id: profile.userId, sessionId: null, address: request.address };
  await services.audit.record(tx, {
    action: 'access.email.verify',
    actor,
    organizationId: profile.organizationId,
    resource: auditedUser,
    targetId: profile.userId,
    correlationId,
    before: { email: profile.email, email_verified_at: profile.emailVerifiedAt },
    after: { email, email_verified_at: tx.now },
  });
  await services.outbox.append(tx, {
    eventType: 'access.email_verified',
    correlationId,
    organizationId: profile.organizationId,
    resource: { type: 'user', id: profile.userId },
    payload: { user_id: profile.userId },
  });
  if (replaces && profile.email !== null && profile.emailVerifiedAt !== null)
    await services.mail.enqueue(tx, {
      to: profile.email,
      ...addressChangedMail(services, { username: profile.username, email }),
      correlationId,
    });
  return { ...profile, email, emailVerifiedAt: tx.now, pendingEmail: null };
}
