import { VERIFICATION_SECONDS } from '@portico/plugin-access/contract';
import type { Transaction } from '@portico/plugin-kit/backend';
import { addressInUseMail, verificationMail } from '../domain/account-mail';
import { profileByVerifiedEmail } from '../store/profiles';
import { sendLink } from './send-link';
import type { LinkServices } from './send-link';

/**
 * Sends the link that confirms an address. Where another account has confirmed it already, its owner is told instead, by the same route and within the same
 * limit: the one who asks cannot tell the two apart. False when the mailbox was sent as many as it may be in an hour.
 */
export async function sendVerification(
  tx: Transaction,
  services: LinkServices,
  account: { userId: string; username: string; email: string; correlationId: string },
): Promise<boolean> {
  const { userId, username, email, correlationId } = account;
  const holder = await profileByVerifiedEmail(tx, email);
  return sendLink(tx, services, {
    userId,
    purpose: 'verify_email',
    email,
    seconds: VERIFICATION_SECONDS,
    correlationId,
    write: token =>
      holder && holder.userId !== userId ? addressInUseMail(services) : verificationMail(services, { username, token }),
  });
}
