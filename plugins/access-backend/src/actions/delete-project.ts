import type { Queries, RequestContext, Transaction } from '@portico/plugin-kit/backend';
import type { UserCaller } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedProject } from '../audited';
import { deletionObstacles } from '../domain/project-deletion';
import type { Obstacle } from '../domain/project-deletion';
import type { AccessServices } from '../services';
import { lockOrganization } from '../store/organizations';
import { lockProject, markProjectDeleted, countProjects, projectsPage } from '../store/projects';
import type { Project } from '../store/projects';
import { countServiceAccounts } from '../store/service-accounts';
import { replaceDefaultProject, userById } from '../store/users';
import { blindToDefault } from '../store/members';
import { projectOf } from './project-in-reach';
import { settleDefaultProject } from './settle-default-project';

/** What keeps it from being deleted, as of now: shown beforehand, and asked again under the locks. */
export async function obstaclesOf(
  queries: Queries,
  services: AccessServices,
  about: { caller: UserCaller; project: Project },
): Promise<readonly Obstacle[]> {
  const { organizationId, projectId } = about.project;
  const user = await userById(queries, about.caller.userId);
  const serviceAccounts = await countServiceAccounts(queries, { organizationId, projectId });
  const occupants = [{ kind: 'service_account', count: serviceAccounts }];
  for (const { kind, count } of services.occupants)
    occupants.push({ kind, count: await count(queries, { organizationId, projectId }) });
  return deletionObstacles({
    isDefaultOfCaller: user?.defaultProjectId === projectId,
    otherProjects: (await countProjects(queries, organizationId)) - 1,
    occupants,
  });
}

/** Locks go organization, then project: a launch holds the project while it puts an allocation into it, and the count comes after. */
export async function deleteProject(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { projectId: string },
): Promise<void> {
  const { caller, actor, correlationId, projectId } = request;
  await lockOrganization(tx, caller.organizationId);
  await lockProject(tx, projectId);
  const project = await projectOf(tx, caller, projectId);
  const [obstacle] = await obstaclesOf(tx, services, { caller, project });
  if (obstacle) throw access.fail(obstacle.code, { details: { occupants: obstacle.occupants } });

  await markProjectDeleted(tx, projectId);
  const [oldest] = await projectsPage(tx, { organizationId: project.organizationId, limit: 1 });
  if (!oldest) throw new Error('an organization is left without a project');
  await replaceDefaultProject(tx, { from: projectId, to: oldest.projectId });
  for (const userId of await blindToDefault(tx, oldest.projectId))
    await settleDefaultProject(tx, services, { userId, organizationId: project.organizationId, actor, correlationId });
  await services.audit.record(tx, {
    action: 'access.project.delete',
    actor,
    organizationId: project.organizationId,
    projectId,
    resource: auditedProject,
    targetId: projectId,
    correlationId,
    before: { name: project.name, department_id: project.departmentId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.project_deleted',
    correlationId,
    organizationId: project.organizationId,
    resource: { type: 'project', id: projectId },
    payload: { project_id: projectId, name: project.name },
  });
}
