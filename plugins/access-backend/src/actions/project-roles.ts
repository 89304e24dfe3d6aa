import type { RequestContext, Transaction, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedProjectMember } from '../audited';
import { beyond, projectGrants, projectRoleRefusal } from '../domain/membership-change';
import type { AccessServices } from '../services';
import { memberOf } from '../store/members';
import { lockOrganization } from '../store/organizations';
import { deleteProjectMember, projectMemberOf, putProjectMember } from '../store/project-members';
import type { ProjectMember } from '../store/project-members';
import { projectOf } from './project-in-reach';
import { settleDefaultProject } from './settle-default-project';
import { heldInProjectNow } from './standing';

const PERMISSION = 'access.project_member.manage';

/** A role that is the same already changes nothing and is not told of. */
export async function setProjectRole(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { projectId: string; userId: string; role: string },
): Promise<ProjectMember> {
  const { caller, projectId, userId, role } = request;
  const { organizationId } = caller;
  const before = await changeable(tx, { ...request, to: role });
  if (!(await memberOf(tx, { organizationId, userId }))) throw common.fail('not_found');
  if (before?.role === role) return before;
  await putProjectMember(tx, { projectId, userId, role });
  await tellOfProjectRole(tx, services, { ...request, organizationId, before: before?.role ?? null, after: role });
  const member = await projectMemberOf(tx, { projectId, userId });
  if (!member) throw new Error('a role that was just given is not there');
  return member;
}

export async function removeProjectRole(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { projectId: string; userId: string },
): Promise<void> {
  const { caller, actor, correlationId, projectId, userId } = request;
  const { organizationId } = caller;
  const before = await changeable(tx, { ...request, to: null });
  if (!before) throw common.fail('not_found');
  await deleteProjectMember(tx, { projectId, userId });
  await settleDefaultProject(tx, services, { userId, organizationId, actor, correlationId });
  await tellOfProjectRole(tx, services, { ...request, organizationId, before: before.role, after: null });
}

/** Under the lock of the organization; throws what stands against it. Answers the role there is. */
async function changeable(
  tx: Transaction,
  change: { caller: UserCaller; projectId: string; userId: string; to: string | null },
): Promise<ProjectMember | undefined> {
  const { caller, projectId, userId, to } = change;
  await lockOrganization(tx, caller.organizationId);
  await projectOf(tx, caller, projectId);
  const held = await heldInProjectNow(tx, caller, { projectId, permission: PERMISSION });
  const before = await projectMemberOf(tx, { projectId, userId });
  const from = before?.role ?? null;
  const refusal = projectRoleRefusal({ held, isSelf: userId === caller.userId, from, to });
  if (refusal === null) return before;
  const wanted = new Set([...projectGrants(from), ...projectGrants(to)]);
  throw access.fail(refusal, refusal === 'role_beyond_own' ? { details: { permissions: beyond(held, wanted) } } : {});
}

/** By invitation it is given, too; that is told of in the same way. */
export async function tellOfProjectRole(
  tx: Transaction,
  services: Pick<AccessServices, 'audit' | 'outbox'>,
  change: Pick<RequestContext, 'actor' | 'correlationId'> & {
    organizationId: string;
    projectId: string;
    userId: string;
    before: string | null;
    after: string | null;
  },
): Promise<void> {
  const { actor, correlationId, organizationId, projectId, userId, before, after } = change;
  await services.audit.record(tx, {
    action: after === null ? 'access.project_member.remove' : 'access.project_member.set',
    actor,
    organizationId,
    projectId,
    resource: auditedProjectMember,
    targetId: userId,
    correlationId,
    ...(before === null ? {} : { before: { project_id: projectId, role: before } }),
    ...(after === null ? {} : { after: { project_id: projectId, role: after } }),
  });
  await services.outbox.append(tx, {
    eventType: after === null ? 'access.member_project_role_removed' : 'access.member_project_role_set',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, project_id: projectId, role: after ?? before },
  });
}
