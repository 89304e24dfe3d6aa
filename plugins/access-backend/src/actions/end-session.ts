import type { Actor, Audit, Transaction } from '@portico/plugin-kit/backend';
import { auditedSession } from '../audited';
import * as sessions from '../store/sessions';
import type { EndReason } from '../store/sessions';

/** Tokens, cookie and all that was opened under the session stop working; a second end changes nothing. */
export async function endSession(
  tx: Transaction,
  audit: Audit,
  end: {
    sessionId: string;
    userId: string;
    organizationId: string;
    reason: EndReason;
    actor: Actor;
    correlationId: string;
  },
): Promise<void> {
  const ended = await sessions.endSession(tx, end);
  if (!ended) return;
  await audit.record(tx, {
    action: 'access.session.end',
    actor: end.actor,
    organizationId: end.organizationId,
    resource: auditedSession,
    targetId: end.sessionId,
    correlationId: end.correlationId,
    after: { user_id: end.userId, end_reason: end.reason },
  });
}
