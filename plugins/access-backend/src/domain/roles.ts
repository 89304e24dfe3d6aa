/**
 * A role is a name for a set of permissions, of all plugins; nothing else is decided by it. Code asks for permissions only. Roles are data in
 * the database by name (membership, platform role); what a name grants is here, so a change reaches everyone with the next request.
 */
const organizationOwner = [
  'access.api_key.manage',
  'access.api_key.read',
  'access.project.manage',
  'access.project.read',
  'access.ssh_key.manage',
  'access.ssh_key.read',
  'billing.balance.read',
  'billing.ledger.read',
  'billing.usage.read',
  'catalog.image.read',
  'catalog.sku.read',
  'events.stream.read',
  'audit.log.read',
  'workloads.allocation.connect',
  'workloads.allocation.launch',
  'workloads.allocation.read',
  'workloads.allocation.release',
  'workloads.task.cancel',
  'workloads.task.read',
] as const;

const platformAdmin = [
  'access.user.read_any',
  'billing.credit.grant',
  'fleet.node.read',
  'platform.attention.read',
  'audit.log.read_any',
  'platform.overview.read',
  'workloads.allocation.force_release',
  'workloads.allocation.read_any',
] as const;

export const ORGANIZATION_OWNER = 'organization_owner';
export const PLATFORM_ADMIN = 'platform_admin';

/** Roles one has in an organization: name → permissions. */
export const organizationRoles: ReadonlyMap<string, readonly string[]> = new Map([
  [ORGANIZATION_OWNER, organizationOwner],
]);
/** Roles one has on the whole platform, wherever one is: name → permissions. */
export const platformRoles: ReadonlyMap<string, readonly string[]> = new Map([[PLATFORM_ADMIN, platformAdmin]]);

/** Union of what the roles grant. A name nobody knows (a role of a newer version) grants nothing. */
export function permissionsOf(roles: {
  organization: readonly string[];
  platform: readonly string[];
}): ReadonlySet<string> {
  return new Set([
    ...roles.organization.flatMap(role => organizationRoles.get(role) ?? []),
    ...roles.platform.flatMap(role => platformRoles.get(role) ?? []),
  ]);
}

/** What reaches beyond one project: an SSH key opens the workloads of all of them, and projects are made beside each other. */
const ofTheAccount: ReadonlySet<string> = new Set(['access.project.manage', 'access.ssh_key.manage']);
const ofThePlatform: ReadonlySet<string> = new Set([...platformRoles.values()].flat());

/** Whether holding it in one project alone would mean something. */
export function isOfProject(permission: string): boolean {
  return !ofTheAccount.has(permission) && !ofThePlatform.has(permission);
}
