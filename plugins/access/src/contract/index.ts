import { defineContract } from '@portico/plugin-kit/contract';
import { createApiKey, listApiKeys, listPermissions, revokeApiKey, rotateApiKey } from './api-key-operations';
import {
  createUser,
  creditUser,
  disableUser,
  enableUser,
  endUserSessions,
  getUser,
  listUsers,
} from './admin-operations';
import { getMe, getSignInOptions, refreshToken, signIn, signOut, signUp } from './auth-operations';
import { accessErrors } from './errors';
import {
  addPasskey,
  beginPasskey,
  beginTotp,
  confirmTotp,
  getFactors,
  removePasskey,
  removeTotp,
  renamePasskey,
  renewRecoveryCodes,
} from './factor-operations';
import { beginProof, getProof, giveProof } from './proof-operations';
import { beginPasskeySignIn, signInWithPasskey, signInWithSecondFactor } from './second-factor-operations';
import {
  authorizeIdentity,
  authorizeOidc,
  exchangeOidc,
  getOidcLogoutUrl,
  linkIdentity,
  listIdentities,
  unlinkIdentity,
} from './oidc-operations';
import { accessPermissions } from './permissions';
import { grantPlatformRole, revokePlatformRole } from './platform-role-operations';
import {
  endSupportSession,
  getAnyOrganization,
  listAllOrganizations,
  listSupportSessions,
  openSupportSession,
} from './support-operations';
import { createProject, deleteProject, getProject, renameProject, setDefaultProject } from './project-operations';
import { addSshKey, listProjects, listSshKeys, removeSshKey } from './resource-operations';

export { createApiKey, listApiKeys, listPermissions, revokeApiKey, rotateApiKey } from './api-key-operations';
export {
  createUser,
  creditUser,
  disableUser,
  enableUser,
  endUserSessions,
  getUser,
  listUsers,
} from './admin-operations';
export { getMe, getSignInOptions, refreshToken, signIn, signOut, signUp } from './auth-operations';
export { grantPlatformRole, revokePlatformRole } from './platform-role-operations';
export {
  endSupportSession,
  getAnyOrganization,
  listAllOrganizations,
  listSupportSessions,
  openSupportSession,
} from './support-operations';
export { SUPPORT_SESSION_MINUTES } from './support-operations';
export { PLATFORM_ROLES } from './platform-users';
export { createProject, deleteProject, getProject, renameProject, setDefaultProject } from './project-operations';
export { addSshKey, listProjects, listSshKeys, removeSshKey } from './resource-operations';
export { accessErrors } from './errors';
export {
  addPasskey,
  beginPasskey,
  beginTotp,
  confirmTotp,
  getFactors,
  removePasskey,
  removeTotp,
  renamePasskey,
  renewRecoveryCodes,
} from './factor-operations';
export { beginProof, getProof, giveProof } from './proof-operations';
export { beginPasskeySignIn, signInWithPasskey, signInWithSecondFactor } from './second-factor-operations';
export type {
  Passkey,
  PasskeyAssertion,
  PasskeyCreation,
  PasskeyRegistration,
  PasskeyRequest,
  SecondFactorNeeded,
} from './passkeys';
export {
  authorizeIdentity,
  authorizeOidc,
  exchangeOidc,
  getOidcLogoutUrl,
  linkIdentity,
  listIdentities,
  unlinkIdentity,
} from './oidc-operations';
export { accessPermissions } from './permissions';
export { accessSettings } from './settings';
export {
  API_KEY_GRACE_SECONDS,
  API_KEY_SCOPES_MAX,
  API_KEYS_PER_USER_MAX,
  ACCESS_TOKEN_SECONDS,
  CREDIT_MICROS_MAX,
  IDENTITIES_PER_USER_MAX,
  OIDC_FLOW_SECONDS,
  PASSKEYS_PER_USER_MAX,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  PROJECTS_PER_ORGANIZATION_MAX,
  PUBLIC_KEY_LENGTH_MAX,
  RECOVERY_CODES,
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
    signInWithSecondFactor,
    beginPasskeySignIn,
    signInWithPasskey,
    refreshToken,
    signOut,
    getMe,
    getProof,
    beginProof,
    giveProof,
    getFactors,
    beginTotp,
    confirmTotp,
    removeTotp,
    renewRecoveryCodes,
    beginPasskey,
    addPasskey,
    renamePasskey,
    removePasskey,
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
    authorizeOidc,
    exchangeOidc,
    getOidcLogoutUrl,
    listIdentities,
    authorizeIdentity,
    linkIdentity,
    unlinkIdentity,
  },
  errors: accessErrors,
  permissions: accessPermissions,
  events: {
    'access.user_signed_up': 'A person made an account, with an organization of their own.',
    'access.user_created': 'An administrator made an account for somebody, with an organization of their own.',
    'access.user_disabled': 'A user was kept out: sessions ended, keys stopped.',
    'access.user_enabled': 'A user who had been kept out was let in again.',
    'access.user_sessions_ended': 'An administrator signed a user out everywhere.',
    'access.platform_role_granted': 'A user was given a role on the platform.',
    'access.platform_role_revoked': 'A role on the platform was taken from a user.',
    'access.support_session_opened': 'Support began to look into the organization.',
    'access.support_session_ended': 'Support stopped looking into the organization.',
    'access.identity_linked': 'An identity of a provider was linked to an account; it opens the account from now on.',
    'access.identity_unlinked': 'An identity of a provider was removed from an account.',
    'access.memberships_synchronized':
      'What an identity provider says of a person who signed in made, changed or ended memberships in an organization.',
    'access.second_factor_added': 'A user set up the app that shows codes, or added a passkey.',
    'access.second_factor_removed': 'A user took the app that shows codes, or a passkey, away.',
    'access.passkey_renamed': 'A user gave a passkey another name.',
    'access.recovery_codes_renewed': 'A user made new recovery codes; those before stopped working.',
    'access.recovery_code_used': 'Somebody signed in with a recovery code.',
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
