import { SUPPORT_SESSION_MINUTES } from '@portico/plugin-access/contract';
import type { Actor, RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedSupportSession } from '../audited';
import type { AccessServices } from '../services';
import { isMember, organizationById } from '../store/organizations';
import { sessionForChange } from '../store/sessions';
import {
  insertSupportSession,
  markSupportSessionEnded,
  openSupportSessionIn,
  supportSessionById,
} from '../store/support-sessions';
import type { SupportSession } from '../store/support-sessions';

/** Opens a look into an organization, under the sign-in session that asks. Its audit row is the organization's own, so that its people see who came and why. */
export async function lookIntoOrganization(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { organizationId: string; reason: string },
): Promise<SupportSession> {
  const { caller, actor, correlationId, organizationId, reason } = request;
  const { sessionId, userId } = caller;
  // Parallel requests of one session wait here for each other.
  if (sessionId === null || !(await sessionForChange(tx, { sessionId }))) throw common.fail('session_required');
  const organization = await organizationById(tx, organizationId);
  if (!organization) throw common.fail('not_found');
  if (await isMember(tx, { userId, organizationId })) throw access.fail('support_of_own_organization');
  const open = await openSupportSessionIn(tx, { sessionId, organizationId });
  if (open) throw access.fail('support_session_open', { details: { support_session_id: open.supportSessionId } });

  const supportSessionId = newId('sup', tx.now);
  const expiresAt = tx.now + SUPPORT_SESSION_MINUTES * 60_000;
  await insertSupportSession(tx, { supportSessionId, sessionId, userId, organizationId, reason, expiresAt });
  await services.audit.record(tx, {
    action: 'access.support_session.open',
    actor,
    organizationId,
    resource: auditedSupportSession,
    targetId: supportSessionId,
    correlationId,
    reason,
    after: { user_id: userId, expires_at: new Date(expiresAt).toISOString() },
  });
  await services.outbox.append(tx, {
    eventType: 'access.support_session_opened',
    correlationId,
    organizationId,
    resource: { type: 'support_session', id: supportSessionId },
    payload: { support_session_id: supportSessionId, organization_id: organizationId },
  });
  const session = await supportSessionById(tx, { supportSessionId, now: tx.now });
  if (!session) throw new Error('a support session was written and cannot be read back');
  return session;
}

/** One's own, or anybody's for whoever manages users. Ending twice changes nothing the second time. */
export async function stopLooking(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { supportSessionId: string },
): Promise<void> {
  const { caller, supportSessionId } = request;
  const session = await supportSessionById(tx, { supportSessionId, now: tx.now });
  if (!session) throw common.fail('not_found');
  if (session.userId !== caller.userId) services.authorization.require(caller, 'access.user.manage_any');
  await endSupport(tx, services, { ...request, session });
}

export async function endSupport(
  tx: Transaction,
  services: AccessServices,
  end: { session: SupportSession; actor: Actor; correlationId: string },
): Promise<void> {
  const { session, actor, correlationId } = end;
  const { supportSessionId, organizationId } = session;
  if (!(await markSupportSessionEnded(tx, supportSessionId))) return;
  await services.audit.record(tx, {
    action: 'access.support_session.end',
    actor,
    organizationId,
    resource: auditedSupportSession,
    targetId: supportSessionId,
    correlationId,
    before: { user_id: session.userId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.support_session_ended',
    correlationId,
    organizationId,
    resource: { type: 'support_session', id: supportSessionId },
    payload: { support_session_id: supportSessionId, organization_id: organizationId },
  });
}
