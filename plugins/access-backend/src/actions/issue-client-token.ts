import { CLIENT_TOKEN_SECONDS } from '@portico/plugin-access/contract';
import { isPast, isWellFormedApiKey, newClientToken } from '../domain/api-key';
import { access } from '../access-errors';
import type { AccessServices } from '../services';
import { callerRowsBySecret } from '../store/api-key-callers';
import { insertClientToken } from '../store/client-tokens';

/** A token of some minutes for a key of a service account; it ends with the key, or with this secret of it. */
export async function issueClientToken(
  services: AccessServices,
  request: { clientId: string; clientSecret: string; address: string },
): Promise<string> {
  const { database, clock, keys, rateLimits } = services;
  const { clientId, clientSecret, address } = request;
  await rateLimits.consume('signIn', keys.ofAttempt(clientId, address));
  const rows = isWellFormedApiKey(clientSecret)
    ? await callerRowsBySecret(database.read, { secretHash: keys.ofApiKey(clientSecret), projectId: null })
    : [];
  const [row] = rows;
  const now = clock.now();
  const isGood =
    row?.user_id === clientId &&
    row.user_kind === 'service_account' &&
    !isPast(row.expires_at, now) &&
    !isPast(row.secret_ends_at, now);
  if (!isGood) throw access.fail('client_invalid');
  const token = newClientToken();
  await database.transaction(tx =>
    insertClientToken(tx, {
      tokenHash: keys.ofClientToken(token),
      keyId: row.key_id,
      generation: row.generation,
      expiresAt: tx.now + CLIENT_TOKEN_SECONDS * 1000,
    }),
  );
  return token;
}
