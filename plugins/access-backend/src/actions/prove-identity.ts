import type { PasskeyAssertion, PasskeyRequest } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedSession } from '../audited';
import { requestOptions } from '../authentication/passkey-ceremonies';
import { proofMethods } from '../domain/factors';
import type { ProofMethod } from '../domain/factors';
import { normalizedPassword } from '../domain/password';
import type { AccessServices } from '../services';
import { passwordOf } from '../store/credentials';
import { challengeForChange, deleteChallenge } from '../store/factor-challenges';
import { factorsOf } from '../store/factors';
import { markProved, providerOfSession } from '../store/session-proofs';
import { lockUser } from '../store/users';
import { isAwaited, putChallenge } from './factor-challenges';
import type { ChallengedClient } from './factor-challenges';
import { sessionOf } from './factor-change';
import { checkPasskey, spendPasskey, spendTotp } from './show-factor';

const PURPOSE = 'proof';

export type GivenProof =
  | { readonly method: 'password'; readonly password: string }
  | { readonly method: 'totp'; readonly code: string }
  | { readonly method: 'passkey'; readonly challenge: string; readonly assertion: PasskeyAssertion };

/** How somebody can confirm in this session that it is still them. No method: they sign in again, through the provider where there is one. */
export async function waysToProve(
  { database, relyingParty }: AccessServices,
  request: RequestContext,
): Promise<{ methods: ProofMethod[]; provider: string | null }> {
  const { userId, username } = request.caller;
  const { count } = await factorsOf(database.read, userId);
  const hasPassword = (await passwordOf(database.read, username)) !== undefined;
  const methods = proofMethods(count, hasPassword).filter(method => method !== 'passkey' || relyingParty !== null);
  return { methods, provider: await providerOfSession(database.read, sessionOf(request)) };
}

export async function beginProof(
  services: AccessServices,
  request: RequestContext & { client: ChallengedClient },
): Promise<{ challenge: string; expiresAt: number; options: PasskeyRequest }> {
  const { database, factorKeys, relyingParty } = services;
  await requireMethod(services, request, 'passkey');
  if (relyingParty === null) throw new Error('a passkey is a method only where there are passkeys');
  const { userId } = request.caller;
  const { passkeys } = await factorsOf(database.read, userId);
  const asked = { purpose: PURPOSE, userId, sessionId: sessionOf(request), client: request.client } as const;
  const { challenge, signed, expiresAt } = await database.transaction(tx => putChallenge(tx, factorKeys, asked));
  return { challenge, expiresAt, options: requestOptions(relyingParty, { signed, passkeys }) };
}

/** Makes the session fresh again; by a second factor it also counts as having one. Answers with the instant of the proof. */
export async function proveIdentity(
  services: AccessServices,
  request: RequestContext & { client: ChallengedClient; given: GivenProof },
): Promise<number> {
  const { given } = request;
  await requireMethod(services, request, given.method);
  const check = await checkedProof(services, request);
  const provedAt = await services.database.transaction(async tx => {
    await lockUser(tx, request.caller.userId);
    const isRight = await check(tx);
    await recordProof(tx, services, { ...request, isRight });
    return isRight ? tx.now : null;
  });
  if (provedAt === null) throw access.fail('proof_wrong');
  return provedAt;
}

async function requireMethod(services: AccessServices, request: RequestContext, method: ProofMethod): Promise<void> {
  const ways = await waysToProve(services, request);
  if (!ways.methods.includes(method)) throw access.fail('proof_method_unavailable', { details: { ...ways } });
}

/** Does what takes time before the transaction, and answers with what is left to decide in it. */
async function checkedProof(
  services: AccessServices,
  request: RequestContext & { client: ChallengedClient; given: GivenProof },
): Promise<(tx: Transaction) => Promise<boolean>> {
  const { database, factorKeys, hasher, rateLimits, relyingParty } = services;
  const { given, client, caller } = request;
  const { userId, username } = caller;
  if (given.method !== 'passkey') await rateLimits.consume('signIn', factorKeys.ofAttempts(userId));
  if (given.method === 'totp') return tx => spendTotp(tx, factorKeys, { userId, code: given.code });
  if (given.method === 'password') {
    const credential = await passwordOf(database.read, username);
    const isRight = await hasher.verify(normalizedPassword(given.password), credential?.hash ?? null);
    return async () => isRight;
  }
  const hash = factorKeys.ofChallenge(given.challenge);
  const answer = { purpose: PURPOSE, sessionId: sessionOf(request), clientHash: factorKeys.ofClient(client) } as const;
  const awaited = await database.transaction(async tx => {
    const open = await challengeForChange(tx, hash);
    return isAwaited(open, { ...answer, now: tx.now }) && deleteChallenge(tx, hash);
  });
  if (!awaited) throw access.fail('passkey_challenge_expired');
  const signed = factorKeys.signedFor(given.challenge);
  const verified = await checkPasskey(database.read, relyingParty, { assertion: given.assertion, signed, userId });
  return tx => spendPasskey(tx, verified);
}

async function recordProof(
  tx: Transaction,
  services: AccessServices,
  proof: RequestContext & { given: GivenProof; isRight: boolean },
): Promise<void> {
  const { caller, actor, correlationId, given, isRight } = proof;
  const sessionId = sessionOf(proof);
  if (isRight) await markProved(tx, { sessionId, bySecondFactor: given.method !== 'password' });
  await services.audit.record(tx, {
    action: isRight ? 'access.session.prove' : 'access.session.prove_wrong',
    actor,
    organizationId: caller.organizationId,
    resource: auditedSession,
    targetId: sessionId,
    correlationId,
    after: { user_id: caller.userId, proof_method: given.method },
  });
}
