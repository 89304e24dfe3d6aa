import type { addSshKey, getMe, getUser } from '@portico/plugin-access/contract';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { Micros, ReplyOf } from '@portico/plugin-kit/contract';
import type { Organization } from './store/organizations';
import type { Project } from './store/projects';
import type { StoredSshKey } from './store/ssh-keys';
import type { User } from './store/users';

type Me = ReplyOf<typeof getMe>;

export function userReply(user: User): Me['user'] {
  return {
    user_id: user.userId,
    username: user.username,
    display_name: user.displayName,
    email: user.email,
    created_at: toInstant(user.createdAt),
  };
}

export function organizationReply(organization: Organization): Me['organization'] {
  return {
    organization_id: organization.organizationId,
    name: organization.name,
    created_at: toInstant(organization.createdAt),
  };
}

export function projectReply(project: Project, defaultProjectId: string): Me['default_project'] {
  return {
    project_id: project.projectId,
    name: project.name,
    organization_id: project.organizationId,
    department_id: project.departmentId,
    is_default: project.projectId === defaultProjectId,
    created_at: toInstant(project.createdAt),
  };
}

export function sshKeyReply(key: StoredSshKey): ReplyOf<typeof addSshKey> {
  return {
    key_id: key.keyId,
    name: key.name,
    key_type: key.keyType,
    fingerprint: key.fingerprint,
    created_at: toInstant(key.createdAt),
  };
}

export interface Balance {
  readonly available: Micros;
  readonly held: Micros;
  readonly currency: string;
}

export function adminUserReply(user: User, balance: Balance | undefined): ReplyOf<typeof getUser> {
  return {
    ...userReply(user),
    status: user.status,
    organization_id: user.organizationId,
    balance: balance
      ? {
          available: toMoney(balance.available, balance.currency),
          held: toMoney(balance.held, balance.currency),
          currency: balance.currency,
        }
      : null,
    last_seen_at: toInstantOrNull(user.lastSeenAt),
  };
}
