import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { access } from '../access-errors';
import { auditedProject } from '../audited';
import type { AccessServices } from '../services';
import { lockOrganization } from '../store/organizations';
import { updateProjectName } from '../store/projects';
import type { Project } from '../store/projects';
import { projectOf } from './project-in-reach';

/** A name that is the same already changes nothing and is not told of. */
export async function renameProject(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { projectId: string; name: string },
): Promise<Project> {
  const { caller, actor, correlationId, projectId } = request;
  const name = request.name.trim();
  await lockOrganization(tx, caller.organizationId);
  const project = await projectOf(tx, caller, projectId);
  if (name === project.name) return project;
  if (!(await updateProjectName(tx, project, name))) throw access.fail('project_name_taken', { details: { name } });
  await services.audit.record(tx, {
    action: 'access.project.rename',
    actor,
    organizationId: project.organizationId,
    projectId,
    resource: auditedProject,
    targetId: projectId,
    correlationId,
    before: { name: project.name },
    after: { name },
  });
  await services.outbox.append(tx, {
    eventType: 'access.project_renamed',
    correlationId,
    organizationId: project.organizationId,
    resource: { type: 'project', id: projectId },
    payload: { project_id: projectId, name },
  });
  return { ...project, name };
}
