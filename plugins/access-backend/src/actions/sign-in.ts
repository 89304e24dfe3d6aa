import { networkOf } from '@portico/plugin-kit/backend';
import { CodedError } from '@portico/plugin-kit/contract';
import { passwordSignIn } from '../authentication/password-strategy';
import type { VerifyPassword } from '../authentication/password-strategy';
import { access } from '../access-errors';
import { normalizedPassword } from '../domain/password';
import { canonicalUsername } from '../domain/username';
import type { AccessServices } from '../services';
import { passwordOf } from '../store/credentials';
import { profileByUsername } from '../store/profiles';
import { addressesOfSessions } from '../store/sessions';
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
    await countAttempt(services, { username, address });
    const user = await throughPassport({ username, password });
    if (user !== null) return user;
    const name = canonicalUsername(username);
    const named = name === null ? undefined : await profileByUsername(services.database.read, name);
    await recordFailedSignIn(services, { user: named ?? null, address, correlationId });
    throw access.fail('credentials_invalid');
  };
}

/**
 * Counted three times: one name from one place, since that is what guessing looks like; one place whatever the name, since one weak password is tried on
 * everybody as easily; and one name whatever the place, since places are cheap. The last would let strangers keep somebody out, so it does not hold where that
 * person has signed in before. Names nobody has are counted alike.
 */
async function countAttempt(
  services: AccessServices,
  { username, address }: { username: string; address: string },
): Promise<void> {
  const { keys, rateLimits, database } = services;
  const name = canonicalUsername(username) ?? username;
  const network = networkOf(address);
  await rateLimits.consume('signIn', keys.ofAttempt(name, address));
  await rateLimits.consume('signInAddress', network);
  try {
    await rateLimits.consume('signInAccount', keys.ofAttempts(name));
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'rate_limited') throw error;
    const known = await addressesOfSessions(database.read, { username: canonicalUsername(username) ?? '' });
    if (!known.some(one => networkOf(one) === network)) throw error;
  }
}
