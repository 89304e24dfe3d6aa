import type { Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { isSameAddress } from '../domain/invitation';
import type { AccessServices } from '../services';
import { isVerifiedAddress, markEmailVerified } from '../store/users';
import { acceptInvitation, openInvitation } from './accept-invitation';
import type { SignInOrigin } from './open-session';

export interface InvitationToSignUp {
  readonly token: string;
  /** The address it is for, which whoever has the link from the mail has shown to be theirs; null when it is for anybody. */
  readonly provenEmail: string | null;
}

/**
 * Asked before the expensive part of signing up. A new account has verified nothing yet, so an invitation that is for an address takes the link that went
 * there: whoever made the invitation knows the other one, and could otherwise make an account in somebody else’s name.
 */
export async function invitationToSignUp(
  services: AccessServices,
  options: { invitationToken: string; email: string | null },
): Promise<InvitationToSignUp> {
  const { invitationToken: token, email } = options;
  const { invitation, provesEmail } = await openInvitation(services.database.read, services, {
    token,
    now: services.clock.now(),
  });
  if (invitation.email === null) return { token, provenEmail: null };
  const isForThem = provesEmail && (email === null || isSameAddress(email, invitation.email));
  if (!isForThem) throw access.fail('invitation_for_another');
  return { token, provenEmail: invitation.email };
}

/** In the transaction that makes the account: both or neither. An address that is an account’s already is invited there. */
export async function acceptWithNewAccount(
  tx: Transaction,
  services: AccessServices,
  account: { userId: string; invitation: InvitationToSignUp; origin: SignInOrigin },
): Promise<void> {
  const { userId, invitation, origin } = account;
  const { token, provenEmail } = invitation;
  await acceptInvitation(tx, services, {
    token,
    invitee: { userId, verifiedEmail: provenEmail },
    actor: { type: 'user', id: userId, sessionId: null, address: origin.address },
    correlationId: origin.correlationId,
  });
  if (provenEmail === null) return;
  if (await isVerifiedAddress(tx, provenEmail)) throw access.fail('invitation_for_another');
  await markEmailVerified(tx, userId);
}
