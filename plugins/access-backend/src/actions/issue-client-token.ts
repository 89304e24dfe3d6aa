import { CLIENT_TOKEN_SECONDS } from '@portico/plugin-access/contract';
import { credentialIdOf, isPast, isWellFormedApiKey, newClientToken } from '../domain/api-key';
import { access } from '../access-errors';
import { auditedApiKey } from '../audited';
import type { AccessServices } from '../services';
import { callerRowsBySecret } from '../store/api-key-callers';
import { insertClientToken } from '../store/client-tokens';

/** A token of some minutes for a key of a service account; it ends with the key, or with this secret of it. */
export async function issueClientToken(
  services: AccessServices,
  request: { clientId: string; clientSecret: string; address: string; correlationId: string },
): Promise<string> {
  const { audit, database, clock, keys, rateLimits } = services;
  const { clientId, clientSecret, address, correlationId } = request;
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
  const secret = { keyId: row.key_id, generation: row.generation };
  await database.transaction(async tx => {
    await insertClientToken(tx, {
      ...secret,
      tokenHash: keys.ofClientToken(token),
      expiresAt: tx.now + CLIENT_TOKEN_SECONDS * 1000,
    });
    // As signing in is for a person: where the key was used from is seen here, and what the token did names the same key.
    await audit.record(tx, {
      action: 'access.api_key.issue_token',
      actor: { type: 'service_account', id: clientId, keyId: row.key_id, sessionId: credentialIdOf(secret), address },
      organizationId: row.organization_id,
      projectId: row.project_id,
      resource: auditedApiKey,
      targetId: row.key_id,
      correlationId,
    });
  });
  return token;
}
