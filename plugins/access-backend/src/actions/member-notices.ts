/** What audit and others hear of a membership, however it came about: offered by a person or said by an identity provider. */
import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import { auditedMember } from '../audited';
import type { AccessServices } from '../services';

type Services = Pick<AccessServices, 'audit' | 'outbox'>;

interface MemberNotice {
  readonly userId: string;
  readonly organizationId: string;
  readonly actor: Actor;
  readonly correlationId: string;
}

/** A role, and where it came from. */
interface Held {
  readonly role: string;
  readonly source: string;
}

export async function tellOfNewMember(
  tx: Transaction,
  { audit, outbox }: Services,
  { userId, organizationId, actor, correlationId, after }: MemberNotice & { after: Held },
): Promise<void> {
  const { role, source } = after;
  await audit.record(tx, {
    action: 'access.member.add',
    actor,
    organizationId,
    resource: auditedMember,
    targetId: userId,
    correlationId,
    after: { role, source },
  });
  await outbox.append(tx, {
    eventType: 'access.member_added',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, role },
  });
}

export async function tellOfMemberRole(
  tx: Transaction,
  { audit, outbox }: Services,
  { userId, organizationId, actor, correlationId, before, after }: MemberNotice & { before: Held; after: Held },
): Promise<void> {
  await audit.record(tx, {
    action: 'access.member.change_role',
    actor,
    organizationId,
    resource: auditedMember,
    targetId: userId,
    correlationId,
    before: { role: before.role, source: before.source },
    after: { role: after.role, source: after.source },
  });
  await outbox.append(tx, {
    eventType: 'access.member_role_changed',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, role_before: before.role, role: after.role },
  });
}
