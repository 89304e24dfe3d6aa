import type { Actor, Audit, Outbox, RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedSession } from '../audited';
import type { AccessServices } from '../services';
import { endOwnSession, endOwnSessions } from '../store/own-sessions';
import type { EndReason } from '../store/sessions';

/** What was opened under them closes within seconds: whoever holds something open asks whether its session still stands. */
export async function endSessionsOfUser(
  tx: Transaction,
  services: { audit: Audit; outbox: Outbox },
  end: {
    userId: string;
    organizationId: string;
    keepSessionId: string | null;
    reason: EndReason;
    actor: Actor;
    correlationId: string;
  },
): Promise<number> {
  const ended = await endOwnSessions(tx, end);
  for (const sessionId of ended) await recordEnd(tx, services.audit, { ...end, sessionId });
  if (ended.length > 0) await announce(tx, services.outbox, end);
  return ended.length;
}

export async function endSessionOfUser(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { sessionId: string },
): Promise<void> {
  const { caller, actor, correlationId, sessionId } = request;
  const { userId, organizationId } = caller;
  if (!(await endOwnSession(tx, { userId, sessionId, reason: 'ended_by_user' }))) throw common.fail('not_found');
  const end = { userId, organizationId, sessionId, reason: 'ended_by_user', actor, correlationId } as const;
  await recordEnd(tx, services.audit, end);
  await announce(tx, services.outbox, end);
}

interface End {
  readonly userId: string;
  readonly organizationId: string;
  readonly reason: EndReason;
  readonly actor: Actor;
  readonly correlationId: string;
}

function recordEnd(tx: Transaction, audit: Audit, end: End & { readonly sessionId: string }): Promise<void> {
  return audit.record(tx, {
    action: 'access.session.end',
    actor: end.actor,
    organizationId: end.organizationId,
    resource: auditedSession,
    targetId: end.sessionId,
    correlationId: end.correlationId,
    after: { user_id: end.userId, end_reason: end.reason },
  });
}

function announce(tx: Transaction, outbox: Outbox, end: End): Promise<void> {
  return outbox.append(tx, {
    eventType: 'access.sessions_ended',
    correlationId: end.correlationId,
    organizationId: end.organizationId,
    resource: { type: 'user', id: end.userId },
    payload: { user_id: end.userId, reason: end.reason },
  });
}
