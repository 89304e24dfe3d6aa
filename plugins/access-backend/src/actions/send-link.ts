import { LINKS_PER_HOUR_MAX } from '@portico/plugin-access/contract';
import type { Transaction } from '@portico/plugin-kit/backend';
import type { AccountMail } from '../domain/account-mail';
import type { AccessServices } from '../services';
import { countLinksTo, insertLink } from '../store/links';
import type { LinkPurpose } from '../store/links';

const HOUR_MILLISECONDS = 60 * 60 * 1000;

export type LinkServices = Pick<AccessServices, 'accountKeys' | 'mail' | 'title' | 'publicUrl'>;

/** Sends a link, which ends the one before. False, and nothing is sent, when the mailbox was sent as many as it may be in an hour, whoever asked. */
export async function sendLink(
  tx: Transaction,
  services: LinkServices,
  options: {
    userId: string;
    purpose: LinkPurpose;
    email: string;
    seconds: number;
    correlationId: string;
    write: (token: string) => AccountMail;
  },
): Promise<boolean> {
  const { userId, purpose, email, correlationId } = options;
  if ((await countLinksTo(tx, { email, purpose, since: tx.now - HOUR_MILLISECONDS })) >= LINKS_PER_HOUR_MAX)
    return false;
  const token = services.accountKeys.newLinkToken();
  const tokenHash = services.accountKeys.ofLinkToken(token);
  await insertLink(tx, { userId, purpose, email, tokenHash, expiresAt: tx.now + options.seconds * 1000 });
  await services.mail.enqueue(tx, { to: email, ...options.write(token), correlationId });
  return true;
}
