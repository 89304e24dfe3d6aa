import type { PasskeyAssertion, SecondFactorNeeded } from '@portico/plugin-access/contract';
import type { Transaction } from '@portico/plugin-kit/backend';
import { toInstant } from '@portico/plugin-kit/contract';
import type { CodedError } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedFactor } from '../audited';
import { requestOptions } from '../authentication/passkey-ceremonies';
import { secondFactorMethods, WRONG_ANSWERS_MAX } from '../domain/factors';
import type { AccessServices } from '../services';
import { challengeByHash, challengeForChange, countWrongAnswer, deleteChallenge } from '../store/factor-challenges';
import type { FactorChallenge } from '../store/factor-challenges';
import { factorsOf } from '../store/factors';
import { lockUser, userById } from '../store/users';
import type { User } from '../store/users';
import { isAwaited, putChallenge } from './factor-challenges';
import { sendNotice } from './factor-notices';
import { openSession } from './open-session';
import type { OpenedSession, SignInOrigin } from './open-session';
import { checkPasskey, spendPasskey, spendRecoveryCode, spendTotp } from './show-factor';
import type { VerifiedPasskey } from './show-factor';

const PURPOSE = 'second_factor';

export type ShownFactor =
  | { readonly method: 'totp' | 'recovery_code'; readonly code: string }
  | { readonly method: 'passkey'; readonly assertion: PasskeyAssertion };

/**
 * What somebody whose password was right is asked for besides; null when the password was enough. The challenge in it is no session: it opens one together with a
 * factor, where it was put to, and nothing otherwise.
 */
export async function secondFactorNeeded(
  services: AccessServices,
  signIn: { userId: string; origin: SignInOrigin },
): Promise<CodedError | null> {
  const { database, factorKeys, relyingParty } = services;
  const { userId, origin } = signIn;
  const { count, passkeys } = await factorsOf(database.read, userId);
  const methods = secondFactorMethods(count);
  if (methods.length === 0) return null;
  const asked = { purpose: PURPOSE, userId, sessionId: null, client: origin } as const;
  const { challenge, signed, expiresAt } = await database.transaction(tx => putChallenge(tx, factorKeys, asked));
  const canUsePasskey = passkeys.length > 0 && relyingParty !== null;
  const details: SecondFactorNeeded = {
    challenge,
    expires_at: toInstant(expiresAt),
    methods: methods.filter(method => method !== 'passkey' || canUsePasskey),
    passkey: canUsePasskey ? requestOptions(relyingParty, { signed, passkeys }) : null,
  };
  return access.fail('second_factor_needed', { details });
}

type Outcome =
  | { readonly kind: 'opened'; readonly userId: string; readonly session: OpenedSession }
  | { readonly kind: 'wrong'; readonly attemptsLeft: number }
  | { readonly kind: 'closed' };

/** Opens the session. Wrong answers are counted twice: by the challenge, which ends, and by the account, wherever the password is typed again. */
export async function showSecondFactor(
  services: AccessServices,
  attempt: { challenge: string; shown: ShownFactor; origin: SignInOrigin },
): Promise<{ userId: string; session: OpenedSession }> {
  const { database, clock, factorKeys, rateLimits, relyingParty } = services;
  const { challenge, shown, origin } = attempt;
  const hash = factorKeys.ofChallenge(challenge);
  const answer = { purpose: PURPOSE, sessionId: null, clientHash: factorKeys.ofClient(origin) } as const;
  const open = await challengeByHash(database.read, hash);
  if (!isAwaited(open, { ...answer, now: clock.now() })) throw access.fail('sign_in_challenge_invalid');
  const userId = ownerOf(open);

  let verified: VerifiedPasskey | null = null;
  if (shown.method === 'passkey') {
    const { assertion } = shown;
    verified = await checkPasskey(database.read, relyingParty, {
      assertion,
      signed: factorKeys.signedFor(challenge),
      userId,
    });
  } else {
    await rateLimits.consume('signIn', factorKeys.ofAttempts(userId));
  }

  const outcome = await database.transaction<Outcome>(async tx => {
    await lockUser(tx, userId);
    const awaited = await challengeForChange(tx, hash);
    const user = await userById(tx, userId);
    if (!isAwaited(awaited, { ...answer, now: tx.now }) || user?.status !== 'active') return { kind: 'closed' };
    if (!(await isRight(tx, services, { userId, shown, verified })))
      return wrongAnswer(tx, services, { challenge: awaited, user, origin });
    await deleteChallenge(tx, hash);
    const { organizationId } = user;
    const proof = { provider: null, hasSecondFactor: true };
    const session = await openSession(tx, services, { userId, organizationId, origin, proof });
    if (shown.method === 'recovery_code') await recoveryCodeUsed(tx, services, { user, session, origin });
    return { kind: 'opened', userId, session };
  });
  // Thrown here, not inside: the transaction that counted the answer must commit.
  if (outcome.kind === 'closed') throw access.fail('sign_in_challenge_invalid');
  if (outcome.kind === 'wrong')
    throw access.fail('second_factor_wrong', { details: { attempts_left: outcome.attemptsLeft } });
  return outcome;
}

async function isRight(
  tx: Transaction,
  { factorKeys }: AccessServices,
  answer: { userId: string; shown: ShownFactor; verified: VerifiedPasskey | null },
): Promise<boolean> {
  const { userId, shown, verified } = answer;
  switch (shown.method) {
    case 'passkey':
      return spendPasskey(tx, verified);
    case 'totp':
      return spendTotp(tx, factorKeys, { userId, code: shown.code });
    case 'recovery_code':
      return spendRecoveryCode(tx, factorKeys, { userId, code: shown.code });
  }
}

async function wrongAnswer(
  tx: Transaction,
  services: AccessServices,
  attempt: { challenge: FactorChallenge; user: User; origin: SignInOrigin },
): Promise<Outcome> {
  const { challenge, user, origin } = attempt;
  const attemptsLeft = WRONG_ANSWERS_MAX - challenge.wrongAnswers - 1;
  if (attemptsLeft > 0) {
    await countWrongAnswer(tx, challenge.challengeHash);
    return { kind: 'wrong', attemptsLeft };
  }
  await deleteChallenge(tx, challenge.challengeHash);
  const { userId, organizationId } = user;
  const { correlationId, address, device } = origin;
  await services.audit.record(tx, {
    action: 'access.second_factor.guessed',
    actor: { type: 'system', id: 'access' },
    organizationId,
    resource: auditedFactor,
    targetId: userId,
    correlationId,
    after: { user_id: userId, address, device },
  });
  await sendNotice(tx, services, { kind: 'second_factor_guessed', userId, correlationId });
  return { kind: 'wrong', attemptsLeft };
}

async function recoveryCodeUsed(
  tx: Transaction,
  services: AccessServices,
  used: { user: User; session: OpenedSession; origin: SignInOrigin },
): Promise<void> {
  const { user, session, origin } = used;
  const { userId, organizationId } = user;
  const { correlationId, address } = origin;
  await services.audit.record(tx, {
    action: 'access.second_factor.use_recovery_code',
    actor: { type: 'user', id: userId, sessionId: session.sessionId, address },
    organizationId,
    resource: auditedFactor,
    targetId: userId,
    correlationId,
    after: { user_id: userId, kind: 'recovery_code' },
  });
  await services.outbox.append(tx, {
    eventType: 'access.recovery_code_used',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId },
  });
  await sendNotice(tx, services, { kind: 'recovery_code_used', userId, correlationId });
}

function ownerOf(challenge: FactorChallenge): string {
  if (challenge.userId === null) throw new Error('a challenge for a second factor is somebody’s');
  return challenge.userId;
}
