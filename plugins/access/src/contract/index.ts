import { defineContract } from '@portico/plugin-kit/contract';
import * as accountOperations from './account-operations';
import * as adminOperations from './admin-operations';
import * as apiKeyOperations from './api-key-operations';
import * as authOperations from './auth-operations';
import * as departmentOperations from './department-operations';
import * as factorOperations from './factor-operations';
import * as invitationOperations from './invitation-operations';
import * as memberOperations from './member-operations';
import * as oidcOperations from './oidc-operations';
import * as organizationOperations from './organization-operations';
import * as platformRoleOperations from './platform-role-operations';
import * as policyOperations from './policy-operations';
import * as projectOperations from './project-operations';
import * as proofOperations from './proof-operations';
import * as resourceOperations from './resource-operations';
import * as secondFactorOperations from './second-factor-operations';
import * as serviceAccountOperations from './service-account-operations';
import * as supportOperations from './support-operations';
import { accessErrors } from './errors';
import { accessEvents, personalAccessEvents } from './events';
import { accessPermissions } from './permissions';

export {
  changeEmail,
  changePassword,
  checkPassword,
  endOtherSessions,
  endSession,
  getProfile,
  listSessions,
  requestPasswordReset,
  resendVerification,
  resetPassword,
  updateProfile,
  verifyEmail,
} from './account-operations';
export { createApiKey, listApiKeys, listPermissions, revokeApiKey, rotateApiKey } from './api-key-operations';
export {
  createSetPasswordLink,
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
export { MEMBERSHIPS_SHOWN_MAX, PLATFORM_ROLES } from './platform-users';
export { createProject, deleteProject, getProject, renameProject, setDefaultProject } from './project-operations';
export { addSshKey, listProjects, listSshKeys, removeSshKey } from './resource-operations';
export {
  changeServiceAccount,
  createServiceAccount,
  createServiceAccountKey,
  getServiceAccount,
  issueClientToken,
  listOrganizationApiKeys,
  listServiceAccountKeys,
  listServiceAccounts,
  removeServiceAccount,
  revokeOrganizationApiKey,
  revokeServiceAccountKey,
  rotateServiceAccountKey,
} from './service-account-operations';
export { accessErrors } from './errors';
export {
  addPasskey,
  beginPasskey,
  beginTotp,
  confirmTotp,
  getFactors,
  removePasskey,
  removeTotp,
  removeUserFactors,
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
export {
  changeMemberRole,
  getMember,
  leaveOrganization,
  listMembers,
  listProjectMembers,
  listRoles,
  removeMember,
  removeProjectMember,
  setProjectMember,
  transferOrganization,
} from './member-operations';
export {
  acceptInvitation,
  createInvitation,
  listInvitations,
  previewInvitation,
  resendInvitation,
  revokeInvitation,
} from './invitation-operations';
export { createOrganization, getOrganization, updateOrganization } from './organization-operations';
export {
  createDepartment,
  deleteDepartment,
  listDepartments,
  moveProject,
  renameDepartment,
} from './department-operations';
export { ORGANIZATION_ROLES, PROJECT_ROLES } from './roles';
export { accessPermissions } from './permissions';
export {
  listPolicies,
  setPolicy,
  resetPolicy,
  previewPolicy,
  listPlatformPolicies,
  setPlatformPolicy,
  resetPlatformPolicy,
  previewPlatformPolicy,
  listPlans,
  setOrganizationPlan,
} from './policy-operations';
export { ownPolicyLevels, platformPolicyLevels, policies, policyLevels, policyNames, STANDARD_PLAN } from './policies';
export type {
  OwnPolicyLevel,
  PlatformPolicyLevel,
  PolicyDefinition,
  PolicyKind,
  PolicyLevel,
  PolicyName,
  PolicyValue,
  PolicyValueOf,
  SpendLimit,
} from './policies';
export {
  POLICY_COUNT_MAX,
  POLICY_DURATION_MAX,
  POLICY_DURATION_MIN,
  POLICY_LIST_MAX,
  policyValueSchemas,
  readPolicyValue,
} from './policy-values';
export { loosens, resolvePolicy, withDefault } from './policy-resolution';
export type { SetPolicy } from './policy-resolution';
export { accessSettings } from './settings';
export {
  API_KEY_GRACE_SECONDS,
  API_KEY_SCOPES_MAX,
  API_KEYS_PER_USER_MAX,
  ACCESS_TOKEN_SECONDS,
  CREDIT_MICROS_MAX,
  DEPARTMENTS_PER_ORGANIZATION_MAX,
  IDENTITIES_PER_USER_MAX,
  LINK_TOKEN_PATTERN,
  LINKS_PER_HOUR_MAX,
  INVITATION_DAYS_DEFAULT,
  INVITATION_DAYS_MAX,
  INVITATION_MAILS_PER_ADDRESS_AND_DAY_MAX,
  INVITATION_MAILS_PER_ORGANIZATION_AND_DAY_MAX,
  INVITATIONS_OPEN_PER_ORGANIZATION_MAX,
  OIDC_FLOW_SECONDS,
  OWNERS_SHOWN_MAX,
  POLICY_PREVIEW_ITEMS_MAX,
  SUPPORT_SESSION_MINUTES,
  ORGANIZATION_SLUG_PATTERN,
  ORGANIZATIONS_OWNED_MAX,
  PASSKEYS_PER_USER_MAX,
  PASSWORD_LENGTH_MAX,
  PASSWORD_LENGTH_MIN,
  PASSWORD_RESET_SECONDS,
  CLIENT_TOKEN_SECONDS,
  SERVICE_ACCOUNTS_PER_ORGANIZATION_MAX,
  PROJECTS_PER_ORGANIZATION_MAX,
  PUBLIC_KEY_LENGTH_MAX,
  RECOVERY_CODES,
  REFRESH_TOKEN_SECONDS,
  SET_PASSWORD_LINK_SECONDS,
  SSH_KEY_COMMENT_LENGTH_MAX,
  SSH_KEYS_PER_USER_MAX,
  USERNAME_PATTERN,
  VERIFICATION_SECONDS,
} from './limits';
export type { ApiKeyGrace } from './limits';
export { apiKeySchema } from './api-keys';
export { adminUserSchema, organizationSchema, projectSchema, sshKeySchema, userSchema } from './resources';

export const accessContract = defineContract({
  plugin: 'access',
  // Nothing but operations is exported from where they stand: the compiler sees to it.
  operations: {
    ...accountOperations,
    ...adminOperations,
    ...apiKeyOperations,
    ...authOperations,
    ...departmentOperations,
    ...factorOperations,
    ...invitationOperations,
    ...memberOperations,
    ...oidcOperations,
    ...organizationOperations,
    ...platformRoleOperations,
    ...policyOperations,
    ...projectOperations,
    ...proofOperations,
    ...resourceOperations,
    ...secondFactorOperations,
    ...serviceAccountOperations,
    ...supportOperations,
  },
  errors: accessErrors,
  permissions: accessPermissions,
  events: accessEvents,
  personalEvents: personalAccessEvents,
});
