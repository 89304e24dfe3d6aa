import type { Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { normalizedPassword, passwordWeakness } from '../domain/password';
import { canonicalUsername, isReserved } from '../domain/username';
import type { AccessServices } from '../services';
import { createAccount } from './create-account';
import { openSession, PASSWORD_ALONE } from './open-session';
import { sendVerification } from './send-verification';
import type { OpenedSession, SignInOrigin } from './open-session';

export interface SignUp {
  readonly username: string;
  readonly passwordHash: string;
  readonly displayName: string | null;
  readonly email: string | null;
}

/** Everything that can be refused before a transaction, the expensive hash last. */
export async function prepareSignUp(
  services: AccessServices,
  request: { username: string; password: string; displayName: string | null; email: string | null },
): Promise<SignUp> {
  if (services.signUp === 'closed') throw access.fail('sign_up_closed');
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
  return { username, passwordHash, displayName: request.displayName?.trim() ?? null, email: request.email };
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
  const { username, email } = account;
  // Whether the mailbox takes another link today is no reason to refuse an account.
  if (email !== null) {
    const { correlationId } = origin;
    await sendVerification(tx, services, { userId: created.userId, username, email, correlationId });
  }
  const session = await openSession(tx, services, { ...created, origin, proof: PASSWORD_ALONE });
  return { userId: created.userId, session };
}
