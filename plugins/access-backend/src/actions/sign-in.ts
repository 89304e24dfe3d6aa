import { passwordSignIn } from '../authentication/password-strategy';
import type { VerifyPassword } from '../authentication/password-strategy';
import { access } from '../access-errors';
import { normalizedPassword } from '../domain/password';
import { canonicalUsername } from '../domain/username';
import type { AccessServices } from '../services';
import { passwordOf } from '../store/credentials';
import { profileByUsername } from '../store/profiles';
import { recordFailedSignIn } from './record-failed-sign-in';

/**
 * Checks a password. A name that is unknown, disabled or impossible costs the same hash and gets the same answer as a wrong
 * password; only someone who knows the password learns more.
 */
export function passwordCheck(
  services: AccessServices,
): (attempt: {
  username: string;
  password: string;
  address: string;
  correlationId: string;
}) => Promise<{ userId: string }> {
  const verify: VerifyPassword = async ({ username, password }) => {
    const name = canonicalUsername(username);
    const credential = name === null ? undefined : await passwordOf(services.database.read, name);
    const right = await services.hasher.verify(normalizedPassword(password), credential?.hash ?? null);
    return right && credential?.status === 'active' ? { userId: credential.userId } : null;
  };
  const throughPassport = passwordSignIn(verify);

  return async ({ username, password, address, correlationId }) => {
    await services.rateLimits.consume(
      'signIn',
      services.keys.ofAttempt(canonicalUsername(username) ?? username, address),
    );
    const user = await throughPassport({ username, password });
    if (user !== null) return user;
    const name = canonicalUsername(username);
    const named = name === null ? undefined : await profileByUsername(services.database.read, name);
    await recordFailedSignIn(services, { user: named ?? null, address, correlationId });
    throw access.fail('credentials_invalid');
  };
}
