import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { AddressHolder } from '../domain/account-of-identity';

/** Who a user is to an identity provider. */
export interface Identity {
  readonly identityId: string;
  readonly provider: string;
  readonly subject: string;
  readonly userId: string;
  /** As the provider last said. */
  readonly email: string | null;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

interface IdentityRow {
  identity_id: string;
  provider: string;
  subject: string;
  user_id: string;
  email: string | null;
  created_at: number;
  last_used_at: number | null;
}

/** False when somebody has it, the same user or another. */
export async function insertIdentity(
  tx: Transaction,
  identity: Omit<Identity, 'createdAt' | 'lastUsedAt'>,
): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO access_identities (identity_id, provider, subject, user_id, email, created_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (provider, subject) DO NOTHING`,
    [identity.identityId, identity.provider, identity.subject, identity.userId, identity.email, tx.now],
  );
  return inserted > 0;
}

export async function identityOf(
  queries: Queries,
  by: { provider: string; subject: string },
): Promise<Identity | undefined> {
  const row = await queries.first<IdentityRow>('SELECT * FROM access_identities WHERE provider = ? AND subject = ?', [
    by.provider,
    by.subject,
  ]);
  return row && fromRow(row);
}

/** Oldest first. */
export async function identitiesOf(queries: Queries, userId: string): Promise<Identity[]> {
  const rows = await queries.all<IdentityRow>(
    'SELECT * FROM access_identities WHERE user_id = ? ORDER BY created_at, identity_id',
    [userId],
  );
  return rows.map(fromRow);
}

export async function noteIdentityUse(
  tx: Transaction,
  use: { provider: string; subject: string; email: string | null },
): Promise<void> {
  await tx.run('UPDATE access_identities SET last_used_at = ?, email = ? WHERE provider = ? AND subject = ?', [
    tx.now,
    use.email,
    use.provider,
    use.subject,
  ]);
}

export async function deleteIdentity(tx: Transaction, identityId: string): Promise<void> {
  await tx.run('DELETE FROM access_identities WHERE identity_id = ?', [identityId]);
}

/** Persons who have verified the address themselves. Addresses outside ASCII have no one form to compare, so nobody holds them. */
export async function holdersOfAddress(
  queries: Queries,
  by: { email: string; provider: string },
): Promise<AddressHolder[]> {
  const wanted = comparable(by.email);
  if (wanted === null) return [];
  const rows = await queries.all<{ user_id: string; email: string; linked: number }>(
    `SELECT u.user_id, u.email, (SELECT COUNT(*) FROM access_identities i WHERE i.user_id = u.user_id AND i.provider = ?) AS linked
     FROM access_users u WHERE lower(u.email) = ? AND u.email_verified_at IS NOT NULL AND u.kind = 'person'`,
    [by.provider, wanted],
  );
  // The database folds case by rules of its own, which may make one of two letters that are not the same.
  return rows
    .filter(({ email }) => comparable(email) === wanted)
    .map(({ user_id, linked }) => ({ userId: user_id, hasIdentityOfProvider: linked > 0 }));
}

/** Other ways to sign in than identities: a password or a passkey. */
export async function hasWayOfOwn(queries: Queries, userId: string): Promise<boolean> {
  const row = await queries.first(
    `SELECT 1 AS found FROM access_credentials WHERE user_id = ? AND kind = 'password'
     UNION ALL SELECT 1 AS found FROM access_passkeys WHERE user_id = ? LIMIT 1`,
    [userId, userId],
  );
  return row !== undefined;
}

function comparable(email: string): string | null {
  return /^[\x21-\x7e]+$/.test(email) ? email.toLowerCase() : null;
}

function fromRow(row: IdentityRow): Identity {
  return {
    identityId: row.identity_id,
    provider: row.provider,
    subject: row.subject,
    userId: row.user_id,
    email: row.email,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
