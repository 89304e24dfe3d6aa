import { PASSKEYS_PER_USER_MAX } from '@portico/plugin-access/contract';
import type { PasskeyCreation, PasskeyRegistration } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { creationOptions, verifiedRegistration } from '../authentication/passkey-ceremonies';
import type { NewPasskey } from '../authentication/passkey-ceremonies';
import type { RelyingParty } from '../domain/relying-party';
import type { AccessServices } from '../services';
import { challengeByHash, deleteChallenge } from '../store/factor-challenges';
import { factorsOf } from '../store/factors';
import { insertPasskey, passkeysOf } from '../store/passkeys';
import type { StoredPasskey } from '../store/passkeys';
import { lockUser, userById } from '../store/users';
import { isAwaited, putChallenge } from './factor-challenges';
import type { ChallengedClient } from './factor-challenges';
import { factorAdded, sessionOf } from './factor-change';

const PURPOSE = 'passkey_registration';

export function requirePasskeys({ relyingParty }: AccessServices): RelyingParty {
  if (relyingParty === null) throw access.fail('passkeys_unavailable');
  return relyingParty;
}

export async function beginPasskey(
  services: AccessServices,
  request: RequestContext & { client: ChallengedClient },
): Promise<{ challenge: string; expiresAt: number; options: PasskeyCreation }> {
  const party = requirePasskeys(services);
  const { database, factorKeys } = services;
  const { userId } = request.caller;
  const user = await userById(database.read, userId);
  if (!user) throw new Error(`there is no user ${userId}`);
  const passkeys = await passkeysOf(database.read, userId);
  if (passkeys.length >= PASSKEYS_PER_USER_MAX) throw access.fail('passkey_limit_reached');
  const asked = { purpose: PURPOSE, userId, sessionId: sessionOf(request), client: request.client } as const;
  const { challenge, signed, expiresAt } = await database.transaction(tx => putChallenge(tx, factorKeys, asked));
  return { challenge, expiresAt, options: await creationOptions(party, { user, signed, passkeys }) };
}

/** The passkey an authenticator made for this challenge. An answer that does not hold spends the challenge too. */
export async function checkNewPasskey(
  services: AccessServices,
  request: RequestContext & { client: ChallengedClient; challenge: string; credential: PasskeyRegistration },
): Promise<NewPasskey> {
  const party = requirePasskeys(services);
  const { database, clock, factorKeys } = services;
  const { challenge, credential } = request;
  const challengeHash = factorKeys.ofChallenge(challenge);
  const awaited = isAwaited(await challengeByHash(database.read, challengeHash), {
    purpose: PURPOSE,
    sessionId: sessionOf(request),
    clientHash: factorKeys.ofClient(request.client),
    now: clock.now(),
  });
  if (!awaited) throw access.fail('passkey_challenge_expired');
  const made = await verifiedRegistration(party, { credential, signed: factorKeys.signedFor(challenge) });
  if (made !== null) return made;
  await database.transaction(tx => deleteChallenge(tx, challengeHash));
  throw access.fail('passkey_not_accepted');
}

export async function addPasskey(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { challenge: string; made: NewPasskey; name: string },
): Promise<{ passkey: StoredPasskey; recoveryCodes: string[] | null }> {
  const { challenge, made, caller } = request;
  const { userId } = caller;
  await lockUser(tx, userId);
  const unanswered = await deleteChallenge(tx, services.factorKeys.ofChallenge(challenge));
  if (!unanswered) throw access.fail('passkey_challenge_expired');
  const { count: before } = await factorsOf(tx, userId);
  if (before.passkeys >= PASSKEYS_PER_USER_MAX) throw access.fail('passkey_limit_reached');
  const passkey = { ...made, passkeyId: newId('passkey', tx.now), userId, name: request.name.trim() };
  if (!(await insertPasskey(tx, passkey))) throw access.fail('passkey_duplicate');
  const factor = { kind: 'passkey', id: passkey.passkeyId, name: passkey.name } as const;
  const recoveryCodes = await factorAdded(tx, services, { ...request, before, factor });
  return { passkey: { ...passkey, createdAt: tx.now, lastUsedAt: null }, recoveryCodes };
}
