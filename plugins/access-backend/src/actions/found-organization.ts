import type { Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { BillingPort } from '@portico/plugin-billing/port';
import { OWNER } from '../domain/roles';
import { insertDepartment } from '../store/departments';
import { insertMembership, insertOrganization } from '../store/organizations';
import { insertProject } from '../store/projects';

/** The ids of an organization that is to be, and of what it begins with. */
export interface NewOrganization {
  readonly organizationId: string;
  readonly departmentId: string;
  readonly projectId: string;
}

export function newOrganization(now: number): NewOrganization {
  return {
    organizationId: newId('org', now),
    departmentId: newId('dept', now),
    projectId: newId('proj', now),
  };
}

/** An organization with all that belongs to one: default department, default project, an owner, and an account in the books. */
export async function foundOrganization(
  tx: Transaction,
  { billing }: { billing: BillingPort },
  organization: NewOrganization & { name: string; ownerId: string; currency?: string | undefined },
): Promise<void> {
  const { organizationId, departmentId, projectId, name, ownerId } = organization;
  await insertOrganization(tx, { organizationId, name });
  await insertDepartment(tx, { departmentId, organizationId, name: 'Default', isDefault: true });
  await insertProject(tx, { projectId, organizationId, departmentId, name: 'Default' });
  await insertMembership(tx, { userId: ownerId, organizationId, role: OWNER });
  const { currency } = organization;
  await billing.openAccount(tx, { organizationId, ...(currency === undefined ? {} : { currency }) });
}
