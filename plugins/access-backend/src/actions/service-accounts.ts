import { SERVICE_ACCOUNTS_PER_ORGANIZATION_MAX } from '@portico/plugin-access/contract';
import { isInReach } from '@portico/plugin-kit/backend';
import type { Queries, RequestContext, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedServiceAccount } from '../audited';
import { beyond, projectGrants, projectRoleRefusal } from '../domain/membership-change';
import type { AccessServices } from '../services';
import { apiKeysPage } from '../store/api-keys';
import { lockOrganization } from '../store/organizations';
import { lockProject } from '../store/projects';
import * as store from '../store/service-accounts';
import type { ServiceAccount } from '../store/service-accounts';
import { projectOf } from './project-in-reach';
import { markRevoked } from './revoke-api-key';
import { heldInProjectNow } from './standing';

const PERMISSION = 'access.service_account.manage';

/** Keys of one account that are ended with it, at a time. */
const KEYS_PER_PAGE = 200;

/** As far as the caller can see: of another organization, out of reach and removed are all `not_found`. */
export async function serviceAccountOf(
  queries: Queries,
  caller: UserCaller,
  by: { serviceAccountId: string; now: number },
): Promise<ServiceAccount> {
  const account = await store.serviceAccountById(queries, by);
  if (!account || !isInReach(caller, account)) throw common.fail('not_found');
  return account;
}

/** The same, locked until the transaction ends. */
export async function changeableServiceAccount(
  tx: Transaction,
  caller: UserCaller,
  serviceAccountId: string,
): Promise<ServiceAccount> {
  const account = await store.serviceAccountForChange(tx, serviceAccountId);
  if (!account || !isInReach(caller, account)) throw common.fail('not_found');
  return account;
}

/**
 * Nobody makes an account that may do more than they may themselves: they would hold its keys. It is the rule of roles people are given in projects, asked under the same lock, by
 * what the caller holds by now.
 */
async function requireRoleWithinOwn(
  tx: Transaction,
  caller: UserCaller,
  change: { projectId: string; from: string | null; to: string },
): Promise<void> {
  const { projectId, from, to } = change;
  const held = await heldInProjectNow(tx, caller, { projectId, permission: PERMISSION });
  const refusal = projectRoleRefusal({ held, isSelf: false, from, to });
  if (refusal === null) return;
  const wanted = new Set([...projectGrants(from), ...projectGrants(to)]);
  throw access.fail(refusal, { details: { permissions: beyond(held, wanted) } });
}

export async function createServiceAccount(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { name: string; role: string; projectId: string },
): Promise<ServiceAccount> {
  const { caller, actor, correlationId, role, projectId } = request;
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  await lockProject(tx, projectId);
  await projectOf(tx, caller, projectId);
  await requireRoleWithinOwn(tx, caller, { projectId, from: null, to: role });
  const maximum = SERVICE_ACCOUNTS_PER_ORGANIZATION_MAX;
  if ((await store.countServiceAccounts(tx, { organizationId })) >= maximum)
    throw access.fail('service_account_limit_reached', { details: { maximum } });
  const name = request.name.trim();
  const serviceAccountId = newId('usr', tx.now);
  const account = { serviceAccountId, organizationId, projectId, name, role, createdBy: caller.userId };
  if (!(await store.insertServiceAccount(tx, account)))
    throw access.fail('service_account_name_taken', { details: { name } });
  await services.audit.record(tx, {
    action: 'access.service_account.create',
    actor,
    organizationId,
    projectId,
    resource: auditedServiceAccount,
    targetId: serviceAccountId,
    correlationId,
    after: { name, role, project_id: projectId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.service_account_created',
    correlationId,
    organizationId,
    resource: { type: 'service_account', id: serviceAccountId },
    payload: { service_account_id: serviceAccountId, project_id: projectId, name, role },
  });
  return { ...account, activeKeys: 0, lastUsedAt: null, createdAt: tx.now };
}

export async function changeServiceAccount(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { serviceAccountId: string; name?: string; role?: string },
): Promise<ServiceAccount> {
  const { caller, actor, correlationId, serviceAccountId } = request;
  const seen = await serviceAccountOf(tx, caller, { serviceAccountId, now: tx.now });
  // What the caller holds is read under the lock of the organization, names are told apart under that of the project; the account comes last.
  await lockOrganization(tx, seen.organizationId);
  await lockProject(tx, seen.projectId);
  const before = await changeableServiceAccount(tx, caller, serviceAccountId);
  const after = { name: request.name?.trim() ?? before.name, role: request.role ?? before.role };
  await requireRoleWithinOwn(tx, caller, { projectId: before.projectId, from: before.role, to: after.role });
  if (!(await store.changeServiceAccount(tx, before, after)))
    throw access.fail('service_account_name_taken', { details: { name: after.name } });
  await services.audit.record(tx, {
    action: 'access.service_account.change',
    actor,
    organizationId: before.organizationId,
    projectId: before.projectId,
    resource: auditedServiceAccount,
    targetId: serviceAccountId,
    correlationId,
    before: { name: before.name, role: before.role },
    after,
  });
  await services.outbox.append(tx, {
    eventType: 'access.service_account_changed',
    correlationId,
    organizationId: before.organizationId,
    resource: { type: 'service_account', id: serviceAccountId },
    payload: { service_account_id: serviceAccountId, project_id: before.projectId, ...after },
  });
  return { ...before, ...after };
}

export async function removeServiceAccount(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { serviceAccountId: string },
): Promise<void> {
  const { caller, actor, correlationId, serviceAccountId } = request;
  const { organizationId, projectId, name, role } = await changeableServiceAccount(tx, caller, serviceAccountId);
  const keys = await apiKeysPage(tx, {
    userId: serviceAccountId,
    organizationId,
    projectId: null,
    limit: KEYS_PER_PAGE,
  });
  for (const key of keys) await markRevoked(tx, services, request, key);
  await store.removeServiceAccount(tx, serviceAccountId);
  await services.audit.record(tx, {
    action: 'access.service_account.remove',
    actor,
    organizationId,
    projectId,
    resource: auditedServiceAccount,
    targetId: serviceAccountId,
    correlationId,
    before: { name, role, project_id: projectId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.service_account_removed',
    correlationId,
    organizationId,
    resource: { type: 'service_account', id: serviceAccountId },
    payload: { service_account_id: serviceAccountId, project_id: projectId, name },
  });
}
