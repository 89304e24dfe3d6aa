import { DEPARTMENTS_PER_ORGANIZATION_MAX } from '@portico/plugin-access/contract';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import { access } from '../access-errors';
import { auditedDepartment, auditedProject } from '../audited';
import type { AccessServices } from '../services';
import {
  countDepartments,
  countProjectsOfDepartment,
  departmentOf,
  insertDepartment,
  markDepartmentDeleted,
  updateDepartmentName,
} from '../store/departments';
import type { Department } from '../store/departments';
import { lockOrganization } from '../store/organizations';
import { updateProjectDepartment } from '../store/projects';
import type { Project } from '../store/projects';
import { projectOf } from './project-in-reach';

export async function createDepartment(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { name: string },
): Promise<Department> {
  const { organizationId } = request.caller;
  await lockOrganization(tx, organizationId);
  const maximum = DEPARTMENTS_PER_ORGANIZATION_MAX;
  if ((await countDepartments(tx, organizationId)) >= maximum)
    throw access.fail('department_limit_reached', { details: { maximum } });
  const name = request.name.trim();
  const department = { departmentId: newId('dept', tx.now), organizationId, name, isDefault: false };
  if (!(await insertDepartment(tx, department))) throw access.fail('department_name_taken', { details: { name } });
  await tellOf(tx, services, { ...request, department, what: 'create', after: { name } });
  return { ...department, createdAt: tx.now };
}

/** A name that is the same already changes nothing and is not told of. */
export async function renameDepartment(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { departmentId: string; name: string },
): Promise<Department> {
  const department = await lockedDepartment(tx, request);
  const name = request.name.trim();
  if (name === department.name) return department;
  if (!(await updateDepartmentName(tx, department, name)))
    throw access.fail('department_name_taken', { details: { name } });
  await tellOf(tx, services, {
    ...request,
    department: { ...department, name },
    what: 'rename',
    before: { name: department.name },
    after: { name },
  });
  return { ...department, name };
}

export async function deleteDepartment(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { departmentId: string },
): Promise<void> {
  const department = await lockedDepartment(tx, request);
  if (department.isDefault) throw access.fail('department_is_default');
  const projects = await countProjectsOfDepartment(tx, department.departmentId);
  if (projects > 0) throw access.fail('department_not_empty', { details: { projects } });
  await markDepartmentDeleted(tx, department.departmentId);
  await tellOf(tx, services, { ...request, department, what: 'delete', before: { name: department.name } });
}

/** A launch that is under way has read where its project belongs and is paid from there; the next one is paid from the new place. */
export async function moveProject(
  tx: Transaction,
  services: AccessServices,
  request: RequestContext & { projectId: string; departmentId: string },
): Promise<Project> {
  const { caller, actor, correlationId, projectId } = request;
  const { organizationId } = caller;
  const { departmentId } = await lockedDepartment(tx, request);
  const project = await projectOf(tx, caller, projectId);
  if (project.departmentId === departmentId) return project;
  await updateProjectDepartment(tx, { projectId, departmentId });
  await services.audit.record(tx, {
    action: 'access.project.move',
    actor,
    organizationId,
    projectId,
    resource: auditedProject,
    targetId: projectId,
    correlationId,
    before: { department_id: project.departmentId },
    after: { department_id: departmentId },
  });
  await services.outbox.append(tx, {
    eventType: 'access.project_moved',
    correlationId,
    organizationId,
    resource: { type: 'project', id: projectId },
    payload: { project_id: projectId, department_id: departmentId },
  });
  return { ...project, departmentId };
}

/** Of the caller’s organization, under its lock: projects neither come to it nor leave it meanwhile. */
async function lockedDepartment(
  tx: Transaction,
  { caller, departmentId }: Pick<RequestContext, 'caller'> & { departmentId: string },
): Promise<Department> {
  const { organizationId } = caller;
  await lockOrganization(tx, organizationId);
  const department = await departmentOf(tx, { organizationId, departmentId });
  if (!department) throw common.fail('not_found');
  return department;
}

const EVENTS = {
  create: 'access.department_created',
  rename: 'access.department_renamed',
  delete: 'access.department_deleted',
} as const;

async function tellOf(
  tx: Transaction,
  { audit, outbox }: Pick<AccessServices, 'audit' | 'outbox'>,
  change: Pick<RequestContext, 'actor' | 'correlationId'> & {
    department: Pick<Department, 'departmentId' | 'organizationId' | 'name'>;
    what: keyof typeof EVENTS;
    before?: { name: string };
    after?: { name: string };
  },
): Promise<void> {
  const { actor, correlationId, department, what, before, after } = change;
  const { departmentId, organizationId, name } = department;
  await audit.record(tx, {
    action: `access.department.${what}`,
    actor,
    organizationId,
    resource: auditedDepartment,
    targetId: departmentId,
    correlationId,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
  await outbox.append(tx, {
    eventType: EVENTS[what],
    correlationId,
    organizationId,
    resource: { type: 'department', id: departmentId },
    payload: { department_id: departmentId, name },
  });
}
