import { PROJECTS_PER_ORGANIZATION_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedProject } from '../audited';
import type { AccessServices } from '../services';
import { defaultDepartmentOf } from '../store/organizations';
import { countProjects, insertProject, lockProjectsOf } from '../store/projects';
import type { Project } from '../store/projects';

export async function createProject(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { name: string },
): Promise<Project> {
  const { caller, actor, correlationId } = request;
  const { organizationId } = caller;
  await lockProjectsOf(tx, organizationId);
  if ((await countProjects(tx, organizationId)) >= PROJECTS_PER_ORGANIZATION_MAX)
    throw access.fail('project_limit_reached', { details: { maximum: PROJECTS_PER_ORGANIZATION_MAX } });
  const project = {
    projectId: newId('proj', tx.now),
    organizationId,
    departmentId: await defaultDepartmentOf(tx, organizationId),
    name: request.name.trim(),
  };
  if (!(await insertProject(tx, project))) throw access.fail('project_name_taken', { details: { name: project.name } });
  await services.audit.record(tx, {
    action: 'access.project.create',
    actor,
    organizationId,
    projectId: project.projectId,
    resource: auditedProject,
    targetId: project.projectId,
    correlationId,
    after: { name: project.name, department_id: project.departmentId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.project_created',
    correlationId,
    organizationId,
    resource: { type: 'project', id: project.projectId },
    payload: { project_id: project.projectId, name: project.name },
  });
  return { ...project, createdAt: tx.now };
}
