import type { PasskeyAssertion, PasskeyRequest } from '@portico/plugin-access/contract';
import { access } from '../access-errors';
import { requestOptions } from '../authentication/passkey-ceremonies';
import type { AccessServices } from '../services';
import { challengeForChange, deleteChallenge } from '../store/factor-challenges';
import { lockUser, userById } from '../store/users';
import { requirePasskeys } from './add-passkey';
import { isAwaited, putChallenge } from './factor-challenges';
import type { ChallengedClient } from './factor-challenges';
import { openSession } from './open-session';
import type { OpenedSession, SignInOrigin } from './open-session';
import { checkPasskey, spendPasskey } from './show-factor';

const PURPOSE = 'passkey_sign_in';

/** The same for everybody: whose passkey it will be is not known, and not asked. */
export async function beginPasskeySignIn(
  services: AccessServices,
  client: ChallengedClient,
): Promise<{ challenge: string; expiresAt: number; options: PasskeyRequest }> {
  const party = requirePasskeys(services);
  const asked = { purpose: PURPOSE, userId: null, sessionId: null, client } as const;
  const { challenge, signed, expiresAt } = await services.database.transaction(tx =>
    putChallenge(tx, services.factorKeys, asked),
  );
  return { challenge, expiresAt, options: requestOptions(party, { signed, passkeys: null }) };
}

/** The challenge is spent by the first answer, right or wrong. Both factors at once: the device, and what it verified its user by. */
export async function signInWithPasskey(
  services: AccessServices,
  attempt: { challenge: string; assertion: PasskeyAssertion; origin: SignInOrigin },
): Promise<{ userId: string; session: OpenedSession }> {
  const party = requirePasskeys(services);
  const { database, factorKeys } = services;
  const { challenge, assertion, origin } = attempt;
  const hash = factorKeys.ofChallenge(challenge);
  const clientHash = factorKeys.ofClient(origin);
  const awaited = await database.transaction(async tx => {
    const open = await challengeForChange(tx, hash);
    if (!isAwaited(open, { purpose: PURPOSE, sessionId: null, clientHash, now: tx.now })) return false;
    return deleteChallenge(tx, hash);
  });
  if (!awaited) throw access.fail('sign_in_challenge_invalid');

  // Nobody was named, so the passkey itself must say whose it is.
  const isNamed = assertion.response.userHandle !== undefined;
  const signed = factorKeys.signedFor(challenge);
  const verified = isNamed ? await checkPasskey(database.read, party, { assertion, signed }) : null;
  if (verified === null) throw access.fail('passkey_wrong');
  const { userId } = verified.passkey;
  return database.transaction(async tx => {
    await lockUser(tx, userId);
    const user = await userById(tx, userId);
    if (user?.status !== 'active' || !(await spendPasskey(tx, verified))) throw access.fail('passkey_wrong');
    const { organizationId } = user;
    const proof = { provider: null, hasSecondFactor: true };
    const session = await openSession(tx, services, { userId, organizationId, origin, proof });
    return { userId, session };
  });
}
