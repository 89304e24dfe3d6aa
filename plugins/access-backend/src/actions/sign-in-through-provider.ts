import { isUniqueViolation } from '@portico/plugin-kit/backend';
import type { Transaction } from '@portico/plugin-kit/backend';
import { randomBytes } from 'node:crypto';
import { access } from '../access-errors';
import { accountOfIdentity } from '../domain/account-of-identity';
import { claimedPerson } from '../domain/oidc-claims';
import type { ClaimedPerson } from '../domain/oidc-claims';
import { usernameCandidates } from '../domain/username-of-claims';
import type { AccessServices } from '../services';
import { holdersOfAddress, identityOf, noteIdentityUse } from '../store/identities';
import { noteProviderSession } from '../store/provider-sessions';
import { isVerifiedAddress, markEmailVerified, userById } from '../store/users';
import { createAccount } from './create-account';
import { followClaims } from './follow-claims';
import { addIdentity } from './link-identity';
import type { FinishedFlow } from './oidc-flow';
import { openSession } from './open-session';
import type { OpenedSession, SignInOrigin } from './open-session';

/** Somebody signed in with the same identity at the same moment for the first time. Begun anew, the account is there. */
class IdentityTakenMeanwhile extends Error {}

export function isWorthASecondTry(error: unknown): boolean {
  return error instanceof IdentityTakenMeanwhile || isUniqueViolation(error);
}

/** The account the identity opens, its memberships as the provider has them, and a session, all or nothing. */
export async function signInThroughProvider(
  tx: Transaction,
  services: AccessServices,
  signIn: FinishedFlow & { origin: SignInOrigin },
): Promise<{ userId: string; session: OpenedSession }> {
  const { provider, proven, origin } = signIn;
  const { id, memberships } = provider.settings;
  const person = claimedPerson(proven.claims);
  const userId = await accountFor(tx, services, { ...signIn, person });
  const user = await userById(tx, userId);
  if (user?.status !== 'active') throw access.fail('oidc_account_disabled');
  await noteIdentityUse(tx, { provider: id, subject: proven.subject, email: person.email });
  await followClaims(tx, services, {
    userId,
    provider: id,
    rules: memberships,
    claims: proven.claims,
    correlationId: origin.correlationId,
  });
  const session = await openSession(tx, services, {
    userId,
    organizationId: user.organizationId,
    origin,
    proof: { provider: id, hasSecondFactor: person.hasSecondFactor },
  });
  await noteProviderSession(tx, {
    sessionId: session.sessionId,
    authenticatedAt: Math.min(person.authenticatedAt ?? tx.now, tx.now),
    sealedIdToken: proven.idToken === null ? null : services.oidcVault.sealIdToken(proven.idToken),
  });
  return { userId, session };
}

type SignIn = FinishedFlow & { origin: SignInOrigin; person: ClaimedPerson };

async function accountFor(tx: Transaction, services: AccessServices, signIn: SignIn): Promise<string> {
  const { provider, proven, person, origin } = signIn;
  const { id, trustEmail, signUp } = provider.settings;
  const known = await identityOf(tx, { provider: id, subject: proven.subject });
  const holders = person.email === null ? [] : await holdersOfAddress(tx, { email: person.email, provider: id });
  const decision = accountOfIdentity({
    knownUserId: known?.userId ?? null,
    emailVerified: person.emailVerified,
    holders,
    provider: { trustEmail, signUp },
  });
  if (decision.kind === 'unknown') throw access.fail('oidc_account_unknown');
  if (decision.kind === 'known') return decision.userId;
  const userId =
    decision.kind === 'link'
      ? decision.userId
      : await newAccount(tx, services, {
          ...signIn,
          // What somebody else has verified stays theirs, also where nobody can tell whether it is the same, and what nobody vouches for proves nothing later.
          mayVerify: trustEmail && person.emailVerified && !(await isVerified(tx, person.email)),
        });
  const added = await addIdentity(tx, services, {
    userId,
    provider: id,
    subject: proven.subject,
    email: person.email,
    reason: decision.kind === 'link' ? 'verified_email' : 'sign_up',
    actor: { type: 'user', id: userId, sessionId: null, address: origin.address },
    correlationId: origin.correlationId,
  });
  if (added === null) throw new IdentityTakenMeanwhile();
  return userId;
}

async function isVerified(tx: Transaction, email: string | null): Promise<boolean> {
  return email !== null && (await isVerifiedAddress(tx, email));
}

async function newAccount(
  tx: Transaction,
  services: AccessServices,
  signIn: SignIn & { mayVerify: boolean },
): Promise<string> {
  const { person, origin, mayVerify } = signIn;
  for (const username of usernameCandidates(person, () => randomBytes(3).toString('hex'))) {
    const created = await createAccount(tx, services, {
      username,
      passwordHash: null,
      displayName: person.displayName ?? username,
      email: person.email,
      platformRole: null,
      trialCredit: false,
      correlationId: origin.correlationId,
      actor: { type: 'self', address: origin.address },
    });
    if (created === null) continue;
    if (mayVerify) await markEmailVerified(tx, created.userId);
    return created.userId;
  }
  throw new Error('there is always another user name');
}
