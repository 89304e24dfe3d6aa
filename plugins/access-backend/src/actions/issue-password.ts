import type { Database } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { PasswordHasher } from '../authentication/password-hasher';
import { generatedPassword } from '../domain/generated-password';
import { normalizedPassword } from '../domain/password';
import { canonicalUsername } from '../domain/username';
import { profileByUsername, profileForChange } from '../store/profiles';
import { setPassword } from './set-password';
import { takeFactorsAway } from './take-factors-away';

/** What stands in the audit as the one who did it: whoever may run commands where the portal keeps its key. */
const OPERATOR = { type: 'system', id: 'admin:reset-password' } as const;

export type IssuedPassword =
  | {
      readonly kind: 'issued';
      readonly username: string;
      readonly password: string;
      readonly removedFactors: number;
    }
  | { readonly kind: 'refused'; readonly reason: 'unknown' | 'disabled' | 'not_a_person' };

/** For who cannot get a link: a password that is shown once. It ends what the old one opened; a second factor is asked as before, unless it is lost too. */
export async function issuePassword(
  services: Parameters<typeof setPassword>[1] & { readonly database: Database; readonly hasher: PasswordHasher },
  { name, removesFactors }: { name: string; removesFactors: boolean },
): Promise<IssuedPassword> {
  const { database, hasher } = services;
  const username = canonicalUsername(name);
  const found = username === null ? undefined : await profileByUsername(database.read, username);
  if (!found) return { kind: 'refused', reason: 'unknown' };
  const password = generatedPassword();
  const passwordHash = await hasher.hash(normalizedPassword(password));
  return database.transaction(async tx => {
    const profile = await profileForChange(tx, found.userId);
    if (!profile) return { kind: 'refused', reason: 'unknown' };
    if (profile.kind !== 'person') return { kind: 'refused', reason: 'not_a_person' };
    if (profile.status !== 'active') return { kind: 'refused', reason: 'disabled' };
    const deed = { actor: OPERATOR, correlationId: newId('corr', tx.now) };
    await setPassword(tx, services, {
      profile,
      passwordHash,
      reason: 'password_issued',
      keepSessionId: null,
      ...deed,
    });
    const { userId, organizationId } = profile;
    const removedFactors = removesFactors
      ? await takeFactorsAway(tx, services, { userId, organizationId, reason: 'lost with the password', ...deed })
      : 0;
    return { kind: 'issued', username: profile.username, password, removedFactors };
  });
}
