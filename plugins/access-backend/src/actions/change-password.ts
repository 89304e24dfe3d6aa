import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { normalizedPassword } from '../domain/password';
import type { AccessServices } from '../services';
import { profileOf } from '../store/profiles';
import { ownProfile } from './own-profile';
import { requireStrongPassword, setPassword } from './set-password';

export interface PreparedPassword {
  /** What the present password was compared with. */
  readonly previousHash: string;
  readonly passwordHash: string;
}

/** All that can be refused before a transaction; two hashes, the second only for who knows the present password. Attempts are counted like those of a sign-in. */
export async function prepareChange(
  services: AccessServices,
  request: { userId: string; address: string; current: string; next: string },
): Promise<PreparedPassword> {
  const { userId, address, current, next } = request;
  await services.rateLimits.consume('signIn', services.keys.ofAttempt(userId, address));
  const profile = await profileOf(services.database.read, userId);
  const previousHash = profile?.passwordHash ?? null;
  if (!profile || previousHash === null) throw access.fail('password_not_set');
  if (!(await services.hasher.verify(normalizedPassword(current), previousHash)))
    throw access.fail('current_password_wrong');
  requireStrongPassword(services, profile, next);
  return { previousHash, passwordHash: await services.hasher.hash(normalizedPassword(next)) };
}

export async function changePassword(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { prepared: PreparedPassword },
): Promise<void> {
  const { caller, actor, correlationId, prepared } = request;
  const profile = await ownProfile(tx, caller);
  // Set anew meanwhile, by a link perhaps: then the present password that was shown is no longer it.
  if (profile.passwordHash !== prepared.previousHash) throw access.fail('current_password_wrong');
  await setPassword(tx, services, {
    profile,
    passwordHash: prepared.passwordHash,
    reason: 'password_changed',
    keepSessionId: caller.sessionId,
    actor,
    correlationId,
  });
}
