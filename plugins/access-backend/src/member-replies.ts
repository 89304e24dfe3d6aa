import type { getMember, setProjectMember } from '@portico/plugin-access/contract';
import type { UserCaller } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import {
  assignableProjectRoles,
  assignableRoles,
  membershipRefusal,
  projectRoleRefusal,
} from './domain/membership-change';
import type { Member } from './store/members';
import type { ProjectMember } from './store/project-members';

/** A member as the caller may see them, with what the caller may do about them; that is decided again when they do it. */
export function memberReply(member: Member, caller: UserCaller): ReplyOf<typeof getMember>['member'] {
  const mayManage = caller.organizationPermissions.has('access.member.manage');
  const { role, isPersonal } = member;
  const isSelf = member.userId === caller.userId;
  // Whether there are others is told when it is tried: it changes from one moment to the next.
  const about = { held: caller.organizationPermissions, isSelf, from: role, otherOwners: 1, isPersonal };
  return {
    user_id: member.userId,
    username: member.username,
    display_name: member.displayName,
    email: mayManage ? member.email : null,
    role,
    source: member.source,
    member_since: toInstant(member.since),
    last_seen_at: toInstantOrNull(member.lastSeenAt),
    has_second_factor: mayManage ? member.hasSecondFactor : null,
    is_caller: isSelf,
    assignable_roles: mayManage ? assignableRoles(about) : [],
    may_remove: (mayManage || isSelf) && membershipRefusal({ ...about, to: null }) === null,
  };
}

/** A project’s member as the caller sees them, by what the caller holds in that project. */
export function projectMemberReply(member: ProjectMember, caller: UserCaller): ReplyOf<typeof setProjectMember> {
  const held = member.projectId === caller.projectId ? caller.permissions : caller.organizationPermissions;
  const mayManage = held.has('access.project_member.manage');
  const about = { held, isSelf: member.userId === caller.userId, from: member.role };
  return {
    project_id: member.projectId,
    user_id: member.userId,
    username: member.username,
    display_name: member.displayName,
    role: member.role,
    organization_role: member.organizationRole,
    since: toInstant(member.since),
    is_caller: about.isSelf,
    assignable_roles: mayManage ? assignableProjectRoles(about) : [],
    may_remove: mayManage && projectRoleRefusal({ ...about, to: null }) === null,
  };
}
