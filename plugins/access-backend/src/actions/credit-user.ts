import { CREDIT_MICROS_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, fromMoney, newId, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, Money } from '@portico/plugin-kit/contract';
import type { LedgerScope } from '@portico/plugin-billing/port';
import { access } from '../access-errors';
import { auditedCredit } from '../audited';
import type { AccessServices } from '../services';
import { isMember } from '../store/organizations';
import { projectById, projectsPage } from '../store/projects';
import { userById } from '../store/users';
import type { User } from '../store/users';

export interface CreditRequest extends RequestContext {
  readonly userId: string;
  readonly organizationId: string | null;
  readonly money: Money;
  readonly reason: string;
  readonly idempotencyKey: string | null;
}

export interface CreditedEntry {
  readonly entryId: string;
  readonly scope: LedgerScope;
  readonly amount: Micros;
  readonly currency: string;
}

export async function creditUser(
  tx: Transaction,
  services: AccessServices,
  request: CreditRequest,
): Promise<CreditedEntry> {
  const { billing, audit } = services;
  const { caller, actor, correlationId, money, reason } = request;
  const amount = fromMoney(money);
  if (amount <= 0n || amount > CREDIT_MICROS_MAX) {
    throw access.fail('credit_amount_out_of_range', {
      details: { maximum: toMoney(CREDIT_MICROS_MAX, money.currency) },
    });
  }
  const user = await userById(tx, request.userId);
  const scope = user && (await scopeOf(tx, { user, organizationId: request.organizationId ?? user.organizationId }));
  if (!scope) throw common.fail('not_found');

  // Keys belong to their caller: two administrators who happen to choose the same one mean two credits.
  const reference = `admin:${caller.userId}:${request.idempotencyKey ?? newId('led', tx.now)}`;
  // Billing knows the account's currency and refuses another.
  const { currency } = money;
  const entry = await billing.credit(tx, {
    kind: 'internal_credit',
    scope,
    amount,
    currency,
    reason,
    reference,
    actor,
    correlationId,
  });
  if (entry === null) throw new Error('billing answered an internal credit with nothing');
  await audit.record(tx, {
    action: 'access.user.credit',
    actor,
    organizationId: scope.organizationId,
    projectId: scope.projectId,
    resource: auditedCredit,
    targetId: entry.entryId,
    correlationId,
    reason,
    after: {
      entry_id: entry.entryId,
      user_id: request.userId,
      amount: entry.amount.toString(),
      currency: entry.currency,
    },
  });
  return { ...entry, scope };
}

/** Where the money goes: the user's default project when it is of that organization, else the organization's first. */
async function scopeOf(tx: Transaction, options: { user: User; organizationId: string }): Promise<LedgerScope | null> {
  const { user, organizationId } = options;
  if (!(await isMember(tx, { userId: user.userId, organizationId }))) return null;
  const own = await projectById(tx, user.defaultProjectId);
  const project =
    own?.organizationId === organizationId ? own : (await projectsPage(tx, { organizationId, limit: 1 }))[0];
  if (!project) return null;
  return {
    organizationId,
    departmentId: project.departmentId,
    projectId: project.projectId,
    userId: user.userId,
    allocationId: null,
  };
}
