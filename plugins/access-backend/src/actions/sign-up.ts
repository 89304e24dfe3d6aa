import type { Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { normalizedPassword, passwordWeakness } from '../domain/password';
import { canonicalUsername, isReserved } from '../domain/username';
import type { AccessServices } from '../services';
import { acceptWithNewAccount, invitationToSignUp } from './accept-on-sign-up';
import type { InvitationToSignUp } from './accept-on-sign-up';
import { createAccount } from './create-account';
import { openSession, PASSWORD_ALONE } from './open-session';
import { sendVerification } from './send-verification';
import type { OpenedSession, SignInOrigin } from './open-session';

export interface SignUp {
  readonly username: string;
  readonly passwordHash: string;
  readonly displayName: string | null;
  readonly email: string | null;
  /** Of their organization's account; the default one when absent. */
  readonly currency: string | undefined;
  /** What lets them in, also where sign-up is closed; null: they come by themselves. */
  readonly invitation: InvitationToSignUp | null;
}

/** Everything that can be refused before a transaction, the expensive hash last. */
export async function prepareSignUp(
  services: AccessServices,
  request: {
    username: string;
    password: string;
    displayName: string | null;
    email: string | null;
    currency: string | undefined;
    invitationToken: string | null;
  },
): Promise<SignUp> {
  const { invitationToken } = request;
  if (services.signUp === 'closed' && invitationToken === null) throw access.fail('sign_up_closed');
  const invitation =
    invitationToken === null ? null : await invitationToSignUp(services, { ...request, invitationToken });
  const username = canonicalUsername(request.username);
  if (username === null) throw new Error('the contract lets no such user name through');
  const weakness = passwordWeakness({
    password: request.password,
    username,
    email: request.email,
    title: services.title,
  });
  if (weakness) throw access.fail('password_too_weak', { message: weakness.advice, details: { ...weakness } });
  if (isReserved(username)) throw access.fail('username_taken');
  const passwordHash = await services.hasher.hash(normalizedPassword(request.password));
  const email = invitation?.provenEmail ?? request.email;
  const { currency } = request;
  return { username, passwordHash, displayName: request.displayName?.trim() ?? null, email, currency, invitation };
}

/** The account and its first session, all or nothing. */
export async function signUp(
  tx: Transaction,
  services: AccessServices,
  options: { account: SignUp; origin: SignInOrigin },
): Promise<{ userId: string; session: OpenedSession }> {
  const { account, origin } = options;
  const created = await createAccount(tx, services, {
    ...account,
    displayName: account.displayName ?? account.username,
    platformRole: null,
    trialCredit: true,
    correlationId: origin.correlationId,
    actor: { type: 'self', address: origin.address },
  });
  if (created === null) throw access.fail('username_taken');
  const { username, email, invitation } = account;
  if (invitation !== null) await acceptWithNewAccount(tx, services, { ...created, invitation, origin });
  // Whether the mailbox takes another link today is no reason to refuse an account.
  if (email !== null && email !== invitation?.provenEmail) {
    const { correlationId } = origin;
    await sendVerification(tx, services, { userId: created.userId, username, email, correlationId });
  }
  const session = await openSession(tx, services, { ...created, origin, proof: PASSWORD_ALONE });
  return { userId: created.userId, session };
}
