import type { Actor, Audit, Outbox, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { BillingPort } from '@portico/plugin-billing/port';
import { auditedUser } from '../audited';
import { insertPassword } from '../store/credentials';
import { grantPlatformRole } from '../store/organizations';
import { insertUser } from '../store/users';
import { trialCreditByPolicy } from './trial-credit';
import { foundOrganization, newOrganization } from './found-organization';

export interface NewAccount {
  readonly username: string;
  /** Null: they sign in by other means. */
  readonly passwordHash: string | null;
  readonly displayName: string;
  readonly email: string | null;
  readonly platformRole: string | null;
  /** Of the organization's account; the default one when absent. */
  readonly currency?: string | undefined;
  /** Whether their organization begins with the trial credit, where there is one. */
  readonly trialCredit: boolean;
  readonly correlationId: string;
  /** Who makes it; a person who signs up does so themselves, from this address. */
  readonly actor: { readonly type: 'self'; readonly address: string } | Actor;
}

export interface CreatedAccount {
  readonly userId: string;
  readonly organizationId: string;
}

/** A user with all that belongs to one: organization, default department, default project, ownership and an account in the books. Null when the name is taken. */
export async function createAccount(
  tx: Transaction,
  services: { billing: BillingPort; audit: Audit; outbox: Outbox },
  account: NewAccount,
): Promise<CreatedAccount | null> {
  const { billing, audit, outbox } = services;
  const userId = newId('usr', tx.now);
  const place = newOrganization(tx.now);
  const { organizationId, departmentId, projectId } = place;
  const { username, displayName, email, platformRole, correlationId } = account;

  const inserted = await insertUser(tx, {
    userId,
    username,
    displayName,
    email,
    organizationId,
    defaultProjectId: projectId,
  });
  if (!inserted) return null;
  if (account.passwordHash !== null) await insertPassword(tx, { userId, hash: account.passwordHash });
  const { currency } = account;
  await foundOrganization(tx, services, { ...place, name: displayName, ownerId: userId, currency });
  if (platformRole !== null) await grantPlatformRole(tx, { userId, role: platformRole });

  const actor: Actor =
    account.actor.type === 'self'
      ? { type: 'user', id: userId, sessionId: null, address: account.actor.address }
      : account.actor;
  if (account.trialCredit) {
    await billing.credit(tx, {
      kind: 'trial',
      ...(await trialCreditByPolicy(tx, billing, organizationId)),
      scope: { organizationId, departmentId, projectId, userId, allocationId: null },
      reason: 'Trial credit',
      reference: 'sign_up',
      actor,
      correlationId,
    });
  }
  await audit.record(tx, {
    action: 'access.user.create',
    actor,
    organizationId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    after: {
      username,
      display_name: displayName,
      email,
      status: 'active',
      organization_id: organizationId,
      default_project_id: projectId,
      platform_role: platformRole,
      ...(account.passwordHash === null ? {} : { password_hash: account.passwordHash }),
    },
  });
  await outbox.append(tx, {
    eventType:
      account.actor.type === 'self' || account.actor.type === 'system'
        ? 'access.user_signed_up'
        : 'access.user_created',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, username, organization_id: organizationId, project_id: projectId },
  });
  return { userId, organizationId };
}
