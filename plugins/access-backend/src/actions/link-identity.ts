import { IDENTITIES_PER_USER_MAX } from '@portico/plugin-access/contract';
import type { Actor, RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedIdentity } from '../audited';
import { claimedPerson } from '../domain/oidc-claims';
import type { AccessServices } from '../services';
import { deleteIdentity, hasWayOfOwn, identitiesOf, identityOf, insertIdentity } from '../store/identities';
import type { Identity } from '../store/identities';
import { lockUser, userById } from '../store/users';
import type { FinishedFlow } from './oidc-flow';

/** A signed-in person links who they are at a provider to their account. What is linked already stays so. */
export async function linkIdentity(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & FinishedFlow,
): Promise<Identity> {
  const { caller, provider, proven } = request;
  const { userId } = caller;
  const { subject } = proven;
  await lockUser(tx, userId);
  const by = { provider: provider.settings.id, subject };
  const known = await identityOf(tx, by);
  if (known && known.userId !== userId) throw access.fail('identity_in_use');
  if (known) return known;
  if ((await identitiesOf(tx, userId)).length >= IDENTITIES_PER_USER_MAX) throw access.fail('identity_limit_reached');
  const { email } = claimedPerson(proven.claims);
  const added = await addIdentity(tx, services, { ...request, ...by, userId, email, reason: 'linked_by_user' });
  if (added === null) throw access.fail('identity_in_use');
  return added;
}

/** Null when somebody has the identity already. */
export async function addIdentity(
  tx: Transaction,
  services: AccessServices,
  link: {
    userId: string;
    provider: string;
    subject: string;
    email: string | null;
    /** Why it was linked, for whoever looks into it later. */
    reason: 'linked_by_user' | 'verified_email' | 'sign_up';
    actor: Actor;
    correlationId: string;
  },
): Promise<Identity | null> {
  const { userId, provider, subject, email, reason, actor, correlationId } = link;
  const identityId = newId('ident', tx.now);
  if (!(await insertIdentity(tx, { identityId, provider, subject, userId, email }))) return null;
  const organizationId = (await userById(tx, userId))?.organizationId ?? null;
  await services.audit.record(tx, {
    action: 'access.identity.link',
    actor,
    organizationId,
    resource: auditedIdentity,
    targetId: identityId,
    correlationId,
    reason,
    after: { user_id: userId, provider, subject, email },
  });
  await services.outbox.append(tx, {
    eventType: 'access.identity_linked',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { identity_id: identityId, user_id: userId, provider },
  });
  return { identityId, provider, subject, userId, email, createdAt: tx.now, lastUsedAt: null };
}

/** Somebody must always be able to get into their account. An identity of a provider that is configured no more opens nothing, so it counts for nothing. */
export async function unlinkIdentity(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { identityId: string },
): Promise<void> {
  const { caller, actor, correlationId, identityId } = request;
  const { userId } = caller;
  await lockUser(tx, userId);
  const identities = await identitiesOf(tx, userId);
  const identity = identities.find(one => one.identityId === identityId);
  if (!identity) throw common.fail('not_found');
  const isOpening = ({ provider }: Identity) => services.providers.byId(provider) !== undefined;
  const others = identities.filter(one => one !== identity && isOpening(one));
  if (others.length === 0 && isOpening(identity) && !(await hasWayOfOwn(tx, userId)))
    throw access.fail('identity_is_last');
  await deleteIdentity(tx, identityId);
  const organizationId = (await userById(tx, userId))?.organizationId ?? null;
  const { provider, subject, email } = identity;
  await services.audit.record(tx, {
    action: 'access.identity.unlink',
    actor,
    organizationId,
    resource: auditedIdentity,
    targetId: identityId,
    correlationId,
    before: { user_id: userId, provider, subject, email },
  });
  await services.outbox.append(tx, {
    eventType: 'access.identity_unlinked',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { identity_id: identityId, user_id: userId, provider },
  });
}
