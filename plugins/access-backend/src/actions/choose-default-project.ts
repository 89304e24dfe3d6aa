import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { auditedUser } from '../audited';
import type { AccessServices } from '../services';
import { seesProject } from '../store/members';
import { lockOrganization } from '../store/organizations';
import type { Project } from '../store/projects';
import { setDefaultProject, userById } from '../store/users';
import { projectOf } from './project-in-reach';

/** Waits for a deletion or removal that runs: nobody’s default is a project that is not there, or not there for them. */
export async function chooseDefaultProject(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { projectId: string },
): Promise<Project> {
  const { caller, actor, correlationId, projectId } = request;
  const { userId, organizationId } = caller;
  await lockOrganization(tx, organizationId);
  const project = await projectOf(tx, caller, projectId);
  const user = await userById(tx, userId);
  if (!user || !(await seesProject(tx, { userId, projectId }))) throw common.fail('not_found');
  if (user.defaultProjectId === projectId) return project;
  await setDefaultProject(tx, { userId, projectId });
  await services.audit.record(tx, {
    action: 'access.project.set_default',
    actor,
    organizationId,
    projectId,
    resource: auditedUser,
    targetId: userId,
    correlationId,
    before: { default_project_id: user.defaultProjectId },
    after: { default_project_id: projectId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.project_default_set',
    correlationId,
    organizationId,
    resource: { type: 'user', id: userId },
    payload: { user_id: userId, project_id: projectId },
  });
  return project;
}
