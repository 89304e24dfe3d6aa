import { defineContract } from '@portico/plugin-kit/contract';
import { createApiKey, listApiKeys, listPermissions, revokeApiKey, rotateApiKey } from './api-key-operations';
import { creditUser, getUser, listUsers } from './admin-operations';
import { getMe, getSignInOptions, refreshToken, signIn, signOut, signUp } from './auth-operations';
import { accessErrors } from './errors';
import { accessPermissions } from './permissions';
import { createProject, deleteProject, getProject, renameProject, setDefaultProject } from './project-operations';
import { addSshKey, listProjects, listSshKeys, removeSshKey } from './resource-operations';

export { createApiKey, listApiKeys, listPermissions, revokeApiKey, rotateApiKey } from './api-key-operations';
export { creditUser, getUser, listUsers } from './admin-operations';
export { getMe, getSignInOptions, refreshToken, signIn, signOut, signUp } from './auth-operations';
export { createProject, deleteProject, getProject, renameProject, setDefaultProject } from './project-operations';
export { addSshKey, listProjects, listSshKeys, removeSshKey } from './resource-operations';
export { accessErrors } from './errors';
export { accessPermissions } from './permissions';
export { accessSettings } from './settings';
export {
  API_KEY_GRACE_SECONDS,
  API_KEY_SCOPES_MAX,
  API_KEYS_PER_USER_MAX,
  ACCESS_TOKEN_SECONDS,
  CREDIT_MICROS_MAX,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  PROJECTS_PER_ORGANIZATION_MAX,
  PUBLIC_KEY_LENGTH_MAX,
  REFRESH_TOKEN_SECONDS,
  SSH_KEYS_PER_USER_MAX,
  USERNAME_PATTERN,
} from './limits';
export type { ApiKeyGrace } from './limits';
export { apiKeySchema } from './api-keys';
export { adminUserSchema, organizationSchema, projectSchema, sshKeySchema, userSchema } from './resources';

export const accessContract = defineContract({
  plugin: 'access',
  operations: {
    getSignInOptions,
    signUp,
    signIn,
    refreshToken,
    signOut,
    getMe,
    listProjects,
    createProject,
    getProject,
    renameProject,
    setDefaultProject,
    deleteProject,
    listSshKeys,
    addSshKey,
    removeSshKey,
    listPermissions,
    listApiKeys,
    createApiKey,
    rotateApiKey,
    revokeApiKey,
    listUsers,
    getUser,
    creditUser,
  },
  errors: accessErrors,
  permissions: accessPermissions,
  events: {
    'access.user_signed_up': 'A person made an account, with an organization of their own.',
    'access.api_key_created': 'A user made an API key.',
    'access.api_key_rotated': 'An API key was given a new secret.',
    'access.api_key_revoked': 'An API key was ended; what was opened with it closes.',
    'access.project_created': 'A project was made.',
    'access.project_renamed': 'A project got another name.',
    'access.project_default_set': 'A user chose another default project.',
    'access.project_deleted': 'An empty project was deleted; what it cost stays in the books.',
    'access.ssh_key_added': 'A user added an SSH key.',
    'access.ssh_key_removed': 'A user removed an SSH key; whoever accepted it must stop.',
  },
});
