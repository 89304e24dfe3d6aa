import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { normalizedPassword } from '../domain/password';
import type { AccessServices } from '../services';
import { useLink, workingLink } from '../store/links';
import { profileForChange, profileOf } from '../store/profiles';
import { requireStrongPassword, setPassword } from './set-password';

const purpose = 'reset_password';

/** All that can be refused before a transaction. A password that is too weak leaves the link as it is, for another try. */
export async function prepareReset(
  services: AccessServices,
  request: { token: string; password: string },
): Promise<string> {
  const { database, clock, accountKeys, hasher } = services;
  const tokenHash = accountKeys.ofLinkToken(request.token);
  const link = await workingLink(database.read, { tokenHash, purpose, now: clock.now() });
  const profile = link && (await profileOf(database.read, link.userId));
  if (profile?.status !== 'active') throw access.fail('reset_link_invalid');
  requireStrongPassword(services, profile, request.password);
  return hasher.hash(normalizedPassword(request.password));
}

/** Whoever has the link sets the password once; they sign in with it like anybody, second factor included. */
export async function resetPassword(
  tx: Transaction,
  services: AccessServices,
  request: { token: string; passwordHash: string; address: string; correlationId: string },
): Promise<void> {
  const { passwordHash, correlationId } = request;
  const link = await useLink(tx, { tokenHash: services.accountKeys.ofLinkToken(request.token), purpose });
  const profile = link && (await profileForChange(tx, link.userId));
  if (profile?.status !== 'active') throw access.fail('reset_link_invalid');
  const actor: Actor = { type: 'user', id: profile.userId, sessionId: null, address: request.address };
  await setPassword(tx, services, {
    profile,
    passwordHash,
    reason: 'password_reset',
    keepSessionId: null,
    actor,
    correlationId,
  });
}
