import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedFactor } from '../audited';
import { hasSecondFactor } from '../domain/factors';
import type { FactorCount } from '../domain/factors';
import { newRecoveryCodes } from '../domain/recovery-code';
import type { AccessServices } from '../services';
import { deleteChallengesOf } from '../store/factor-challenges';
import { factorsOf, organizationsRequiringFactor } from '../store/factors';
import { replaceRecoveryCodes } from '../store/recovery-codes';
import { forgetSecondFactor, markSecondFactor } from '../store/session-proofs';
import { endSessionsOfUser } from './end-own-sessions';
import { sendNotice } from './factor-notices';

/** Which factor changed: the app there is one of at most, or one of several passkeys. */
export interface ChangedFactor {
  readonly kind: 'totp' | 'passkey';
  /** Of a passkey its own id, of the app the user's. */
  readonly id: string;
  readonly name?: string;
}

/** The session a person is in. Operations that ask for a proof are refused without one. */
export function sessionOf({ caller }: RequestContext): string {
  if (caller.sessionId === null)
    throw new Error('an operation that asks for a proof was let through without a session');
  return caller.sessionId;
}

/**
 * What follows from a factor that was set up. It was shown to work, so this session has a second factor from now on, and what an organization asks is met. With the first
 * one come recovery codes, and the other sessions end: they were opened with less than is needed from now on. Answers with the codes, or null where it was not the first.
 */
export async function factorAdded(
  tx: Transaction,
  services: AccessServices,
  change: RequestContext & { factor: ChangedFactor; before: FactorCount },
): Promise<string[] | null> {
  const { caller, before } = change;
  const sessionId = sessionOf(change);
  const isFirst = !hasSecondFactor(before);
  await markSecondFactor(tx, sessionId);
  const codes = isFirst ? await makeRecoveryCodes(tx, services, caller.userId) : null;
  const endedSessions = isFirst ? await endOthers(tx, services, change) : 0;
  await tell(tx, services, { ...change, verb: 'add', endedSessions, codes });
  return codes;
}

/** Refuses to take the last factor away where an organization asks for one. Call with the user's row locked. */
export async function requireFactorLeft(tx: Transaction, options: { userId: string; isLast: boolean }): Promise<void> {
  if (!options.isLast) return;
  const organizations = await organizationsRequiringFactor(tx, options.userId);
  if (organizations.length === 0) return;
  throw access.fail('second_factor_still_required', {
    details: {
      organizations: organizations.map(({ organizationId, name }) => ({ organization_id: organizationId, name })),
    },
  });
}

/** What follows from a factor that was taken away: whoever had it may be elsewhere with a session open, so the others end. With the last one the recovery codes go. */
export async function factorRemoved(
  tx: Transaction,
  services: AccessServices,
  change: RequestContext & { factor: ChangedFactor },
): Promise<void> {
  const { caller } = change;
  const { count } = await factorsOf(tx, caller.userId);
  if (!hasSecondFactor(count)) {
    await replaceRecoveryCodes(tx, { userId: caller.userId, hashes: [] });
    await forgetSecondFactor(tx, caller.userId);
  }
  const endedSessions = await endOthers(tx, services, change);
  await tell(tx, services, { ...change, verb: 'remove', endedSessions, codes: null });
}

/** A new set in the place of the one before. */
export async function makeRecoveryCodes(
  tx: Transaction,
  { factorKeys }: Pick<AccessServices, 'factorKeys'>,
  userId: string,
): Promise<string[]> {
  const codes = newRecoveryCodes();
  const hashes = codes.map(code => factorKeys.ofRecoveryCode(userId, code.replaceAll('-', '')));
  await replaceRecoveryCodes(tx, { userId, hashes });
  return codes;
}

async function endOthers(tx: Transaction, services: AccessServices, change: RequestContext): Promise<number> {
  const { caller, actor, correlationId } = change;
  const { userId, organizationId } = caller;
  await deleteChallengesOf(tx, userId);
  return endSessionsOfUser(tx, services, {
    userId,
    organizationId,
    keepSessionId: sessionOf(change),
    reason: 'factors_changed',
    actor,
    correlationId,
  });
}

async function tell(
  tx: Transaction,
  services: AccessServices,
  change: RequestContext & {
    factor: ChangedFactor;
    verb: 'add' | 'remove';
    endedSessions: number;
    codes: readonly string[] | null;
  },
): Promise<void> {
  const { caller, actor, correlationId, factor, verb, endedSessions, codes } = change;
  const { userId, organizationId } = caller;
  const done = verb === 'add' ? 'added' : 'removed';
  const fields = { user_id: userId, kind: factor.kind, ...(factor.name === undefined ? {} : { name: factor.name }) };
  await services.audit.record(tx, {
    action: `access.second_factor.${verb}`,
    actor,
    organizationId,
    resource: auditedFactor,
    targetId: factor.id,
    correlationId,
    ...(verb === 'add'
      ? { after: { ...fields, ended_sessions: endedSessions, ...(codes === null ? {} : { recovery_codes: codes }) } }
      : { before: fields, after: { ended_sessions: endedSessions } }),
  });
  await services.outbox.append(tx, {
    eventType: `access.second_factor_${done}`,
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, kind: factor.kind, ended_session_count: endedSessions },
  });
  await sendNotice(tx, services, { kind: `${factor.kind}_${done}`, userId, correlationId });
}
