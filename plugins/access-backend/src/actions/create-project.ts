import { PROJECTS_PER_ORGANIZATION_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedProject } from '../audited';
import type { AccessServices } from '../services';
import { defaultDepartmentOf, departmentOf } from '../store/departments';
import { lockOrganization } from '../store/organizations';
import { countProjects, insertProject } from '../store/projects';
import type { Project } from '../store/projects';

export async function createProject(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { name: string; departmentId: string | null },
): Promise<Project> {
  const { caller, actor, correlationId } = request;
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  if ((await countProjects(tx, organizationId)) >= PROJECTS_PER_ORGANIZATION_MAX)
    throw access.fail('project_limit_reached', { details: { maximum: PROJECTS_PER_ORGANIZATION_MAX } });
  const project = {
    projectId: newId('proj', tx.now),
    organizationId,
    departmentId: await departmentFor(tx, { organizationId, departmentId: request.departmentId }),
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

async function departmentFor(
  tx: Transaction,
  wanted: { organizationId: string; departmentId: string | null },
): Promise<string> {
  const { organizationId, departmentId } = wanted;
  if (departmentId === null) return defaultDepartmentOf(tx, organizationId);
  if (!(await departmentOf(tx, { organizationId, departmentId }))) throw common.fail('not_found');
  return departmentId;
}
