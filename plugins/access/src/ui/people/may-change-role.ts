import type { Member } from './team-page';

/** An owner gives up their own ownership by handing it over, with the next owner in sight. */
export function mayChangeRole(member: Member): boolean {
  return member.assignable_roles.length > 0 && !(member.is_caller && member.role === 'owner');
}
