import type { Audit, Database, Outbox } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { BillingPort } from '@portico/plugin-billing/port';
import type { PasswordHasher } from '../authentication/password-hasher';
import { generatedPassword } from '../domain/generated-password';
import { normalizedPassword } from '../domain/password';
import { PLATFORM_ADMIN } from '../domain/roles';
import { hasPlatformRoleHolder } from '../store/organizations';
import { createAccount } from './create-account';

export const FIRST_ADMIN_USERNAME = 'admin';

export interface FirstAdmin {
  readonly created: boolean;
  /** To be shown once; null when none was generated. */
  readonly generatedPassword: string | null;
}

/**
 * Someone must be able to begin: a platform without an administrator gets one. Of several replicas that start at once one makes the user, the others find it.
 */
export async function ensureFirstAdmin(
  services: { database: Database; billing: BillingPort; audit: Audit; outbox: Outbox; hasher: PasswordHasher },
  configuredPassword: string | undefined,
): Promise<FirstAdmin> {
  const { database, hasher } = services;
  if (await hasPlatformRoleHolder(database.read, PLATFORM_ADMIN)) return { created: false, generatedPassword: null };
  const password = configuredPassword ?? generatedPassword();
  const passwordHash = await hasher.hash(normalizedPassword(password));
  const created = await database.transaction(async tx => {
    if (await hasPlatformRoleHolder(tx, PLATFORM_ADMIN)) return false;
    const account = await createAccount(tx, services, {
      username: FIRST_ADMIN_USERNAME,
      passwordHash,
      displayName: 'Administrator',
      email: null,
      platformRole: PLATFORM_ADMIN,
      trialCredit: true,
      correlationId: newId('corr', tx.now),
      actor: { type: 'system', id: 'first-start' },
    });
    if (account) return true;
    // The name is taken: by a replica that was faster, or by a user who must not become administrator by a restart.
    if (await hasPlatformRoleHolder(tx, PLATFORM_ADMIN)) return false;
    throw new Error(
      `There is no platform administrator, and the user name "${FIRST_ADMIN_USERNAME}" belongs to someone who is not one.`,
    );
  });
  return { created, generatedPassword: created && configuredPassword === undefined ? password : null };
}
