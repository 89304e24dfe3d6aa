import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { auditedFactor } from '../audited';
import type { AccessServices } from '../services';
import { deleteChallengesOf } from '../store/factor-challenges';
import { factorsOf } from '../store/factors';
import { deletePasskey } from '../store/passkeys';
import { replaceRecoveryCodes } from '../store/recovery-codes';
import { deleteTotp } from '../store/totp';
import { endSessionsOfUser } from './end-own-sessions';
import { sendNotice } from './factor-notices';

/** All of somebody's second factors, whose row is locked, with the sessions they opened. The password alone signs in again. Answers how many there were. */
export async function takeFactorsAway(
  tx: Transaction,
  services: Pick<AccessServices, 'audit' | 'outbox' | 'mail' | 'title' | 'publicUrl'>,
  from: {
    userId: string;
    /** Their own. */
    organizationId: string;
    reason: string;
    actor: Actor;
    correlationId: string;
  },
): Promise<number> {
  const { userId, organizationId, reason, actor, correlationId } = from;
  const { count, passkeys } = await factorsOf(tx, userId);
  const removed = passkeys.length + (count.hasTotp ? 1 : 0);
  if (removed === 0) return 0;
  await deleteTotp(tx, userId);
  for (const { passkeyId } of passkeys) await deletePasskey(tx, passkeyId);
  await replaceRecoveryCodes(tx, { userId, hashes: [] });
  await deleteChallengesOf(tx, userId);
  const endedSessions = await endSessionsOfUser(tx, services, {
    userId,
    organizationId,
    keepSessionId: null,
    reason: 'ended_by_administrator',
    actor,
    correlationId,
  });
  await services.audit.record(tx, {
    action: 'access.second_factor.remove_all',
    actor,
    organizationId,
    resource: auditedFactor,
    targetId: userId,
    correlationId,
    reason,
    after: { user_id: userId, removed, ended_sessions: endedSessions },
  });
  await services.outbox.append(tx, {
    eventType: 'access.second_factor_removed',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, kind: 'all', ended_session_count: endedSessions },
  });
  await sendNotice(tx, services, { kind: 'factors_removed', userId, correlationId });
  return removed;
}
