import type { Queries, UserCaller } from '@portico/plugin-kit/backend';
import { common } from '@portico/plugin-kit/contract';
import { organizationGrants, projectGrants } from '../domain/membership-change';
import { rolesOf } from '../store/members';

/**
 * What the caller holds in the whole organization, read anew under its lock: between the beginning of the request and now they may have been given
 * another role. Never more than the request came with. Throws `permission_denied` when the permission that let it in is among what was lost.
 */
export async function heldNow(queries: Queries, caller: UserCaller, permission: string): Promise<ReadonlySet<string>> {
  const { organization } = await rolesOf(queries, caller);
  const grants = organizationGrants(organization);
  return stillHeld(caller.organizationPermissions, grants, permission);
}

/** The same of one project: what is held everywhere, and beside it what the role there grants, when it is the active one. */
export async function heldInProjectNow(
  queries: Queries,
  caller: UserCaller,
  options: { projectId: string; permission: string },
): Promise<ReadonlySet<string>> {
  const { projectId, permission } = options;
  const roles = await rolesOf(queries, { ...caller, projectId });
  const grants = new Set([...organizationGrants(roles.organization), ...projectGrants(roles.project)]);
  const before = projectId === caller.projectId ? caller.permissions : caller.organizationPermissions;
  return stillHeld(before, grants, permission);
}

function stillHeld(before: ReadonlySet<string>, grants: ReadonlySet<string>, permission: string): ReadonlySet<string> {
  const held = new Set([...before].filter(name => grants.has(name)));
  if (!held.has(permission)) throw common.fail('permission_denied', { details: { permission } });
  return held;
}
