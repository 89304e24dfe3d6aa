import type { addSshKey, getMe } from '@portico/plugin-access/contract';
import { toInstant } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
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
    comment: key.comment,
    created_at: toInstant(key.createdAt),
  };
}
