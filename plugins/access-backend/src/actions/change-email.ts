import { LINKS_PER_HOUR_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedUser } from '../audited';
import { addressChangeAskedMail } from '../domain/account-mail';
import type { AccessServices } from '../services';
import { endLinksOf } from '../store/links';
import { setPendingEmail } from '../store/profiles';
import type { Profile } from '../store/profiles';
import { ownProfile } from './own-profile';
import { sendVerification } from './send-verification';

const HOUR_SECONDS = 60 * 60;

/** The address waits until it is confirmed; the one before is told that somebody asked. Asked for the address the account has, it takes a request back. */
export async function changeEmail(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { email: string },
): Promise<Profile> {
  const { actor, correlationId, email } = request;
  const profile = await ownProfile(tx, request.caller);
  const { userId, username } = profile;
  const isPresent = email === profile.email;
  if (isPresent && profile.emailVerifiedAt !== null) {
    await setPendingEmail(tx, userId, null);
    await endLinksOf(tx, { userId, purpose: 'verify_email' });
    return { ...profile, pendingEmail: null };
  }
  const pendingEmail = isPresent ? null : email;
  await setPendingEmail(tx, userId, pendingEmail);
  await services.audit.record(tx, {
    action: 'access.email.change',
    actor,
    organizationId: profile.organizationId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    before: { pending_email: profile.pendingEmail },
    after: { pending_email: pendingEmail },
  });
  requireSent(await sendVerification(tx, services, { userId, username, email, correlationId }));
  if (!isPresent && profile.email !== null && profile.emailVerifiedAt !== null)
    await services.mail.enqueue(tx, {
      to: profile.email,
      ...addressChangeAskedMail(services, { username, email }),
      correlationId,
    });
  return { ...profile, pendingEmail };
}

/** Sends the link for the address that waits again. */
export async function resendVerification(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext,
): Promise<void> {
  const { userId, username, ...profile } = await ownProfile(tx, request.caller);
  const email = profile.pendingEmail ?? (profile.emailVerifiedAt === null ? profile.email : null);
  if (email === null) throw access.fail('email_not_pending');
  const { correlationId } = request;
  requireSent(await sendVerification(tx, services, { userId, username, email, correlationId }));
}

function requireSent(isSent: boolean): void {
  if (isSent) return;
  throw common.fail('rate_limited', {
    message: `This address was sent ${LINKS_PER_HOUR_MAX} links within an hour; wait until the hour is over.`,
    details: { limit: 'linksPerHour', retry_after_seconds: HOUR_SECONDS },
    retryAfterSeconds: HOUR_SECONDS,
  });
}
