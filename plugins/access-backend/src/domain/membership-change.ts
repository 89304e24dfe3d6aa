import { GUEST, organizationRoles, OWNER, projectRoles } from './roles';

/**
 * Who may make whom what. Nobody gives or takes a role that grants more than they hold, and nobody raises their own, so whatever people do to each other,
 * nobody ends with more than the strongest of those who acted had. An organization always has an owner who can sign in, and nobody loses the place that
 * came with their account, where they can always go.
 */
export interface MembershipChange {
  /** What the one who changes it holds in the whole organization. */
  readonly held: ReadonlySet<string>;
  readonly isSelf: boolean;
  /** The role before; null: they join. */
  readonly from: string | null;
  /** The role after; null: they leave. */
  readonly to: string | null;
  /** Owners besides the one who is changed who can sign in. */
  readonly otherOwners: number;
  /** It is the organization that came with their account. */
  readonly isPersonal: boolean;
}

export type MembershipRefusal = 'role_beyond_own' | 'own_role_raised' | 'last_owner' | 'personal_organization_kept';

/** The first reason why not, in this order; null when it may be done. */
export function membershipRefusal(change: MembershipChange): MembershipRefusal | null {
  const { held, isSelf, from, to, otherOwners, isPersonal } = change;
  if (from === to) return null;
  if (isSelf && to !== null && beyond(organizationGrants(from), organizationGrants(to)).length > 0)
    return 'own_role_raised';
  if (!isSelf && beyond(held, organizationGrants(from)).length > 0) return 'role_beyond_own';
  if (!isSelf && beyond(held, organizationGrants(to)).length > 0) return 'role_beyond_own';
  if (from === OWNER && otherOwners === 0) return 'last_owner';
  if (isPersonal && (to === null || to === GUEST)) return 'personal_organization_kept';
  return null;
}

/** A role in one project that is given (`from` null), changed or taken (`to` null). Held: in that project. */
export function projectRoleRefusal(change: {
  held: ReadonlySet<string>;
  isSelf: boolean;
  from: string | null;
  to: string | null;
}): 'role_beyond_own' | 'own_role_raised' | null {
  const { held, isSelf, from, to } = change;
  if (from === to) return null;
  // Also what one holds in the whole organization may not be kept in a project for the time after.
  if (isSelf) return beyond(projectGrants(from), projectGrants(to)).length > 0 ? 'own_role_raised' : null;
  return [from, to].some(role => beyond(held, projectGrants(role)).length > 0) ? 'role_beyond_own' : null;
}

/** Of what a role grants, what is not held. */
export function beyond(held: ReadonlySet<string>, grants: ReadonlySet<string>): string[] {
  return [...grants].filter(permission => !held.has(permission));
}

export function organizationGrants(role: string | null): ReadonlySet<string> {
  return new Set(organizationRoles.get(role ?? ''));
}

export function projectGrants(role: string | null): ReadonlySet<string> {
  return new Set(projectRoles.get(role ?? ''));
}

/** The other roles they may be given. */
export function assignableRoles(about: Omit<MembershipChange, 'to'>): string[] {
  return [...organizationRoles.keys()].filter(to => to !== about.from && membershipRefusal({ ...about, to }) === null);
}

export function assignableProjectRoles(about: {
  held: ReadonlySet<string>;
  isSelf: boolean;
  from: string | null;
}): string[] {
  return [...projectRoles.keys()].filter(to => to !== about.from && projectRoleRefusal({ ...about, to }) === null);
}
