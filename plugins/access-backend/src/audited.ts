import type { AuditedResource } from '@portico/plugin-kit/backend';

/** What the audit keeps of each field: its value, or only that it changed. */
export const auditedUser = {
  type: 'user',
  fields: {
    username: 'track',
    display_name: 'track',
    email: 'track',
    email_verified_at: 'track',
    pending_email: 'track',
    status: 'track',
    organization_id: 'track',
    default_project_id: 'track',
    platform_role: 'track',
    ended_sessions: 'track',
    password_hash: 'secret',
  },
} as const satisfies AuditedResource;

export const auditedSession = {
  type: 'session',
  fields: {
    user_id: 'track',
    kind: 'track',
    device: 'track',
    address: 'track',
    provider: 'track',
    second_factor: 'track',
    proof_method: 'track',
    end_reason: 'track',
    access_hash: 'secret',
    refresh_hash: 'secret',
  },
} as const satisfies AuditedResource;

export const auditedFactor = {
  type: 'second_factor',
  fields: {
    user_id: 'track',
    kind: 'track',
    name: 'track',
    removed: 'track',
    ended_sessions: 'track',
    address: 'track',
    device: 'track',
    recovery_codes: 'secret',
  },
} as const satisfies AuditedResource;

/** A link sent to a user, by the user’s id. */
export const auditedLink = {
  type: 'user',
  fields: { purpose: 'track', email: 'track', token_hash: 'secret' },
} as const satisfies AuditedResource;

/** What did not become a session, by the id of the user whose name was given. */
export const auditedFailedSignIn = {
  type: 'user',
  fields: { address: 'track', failures: 'track' },
} as const satisfies AuditedResource;

export const auditedSshKey = {
  type: 'ssh_key',
  fields: { name: 'track', key_type: 'track', fingerprint: 'track', comment: 'track', public_key: 'ignore' },
} as const satisfies AuditedResource;

export const auditedApiKey = {
  type: 'api_key',
  fields: {
    name: 'track',
    prefix: 'track',
    scopes: 'track',
    project_id: 'track',
    expires_at: 'track',
    grace: 'track',
    secret_hash: 'secret',
  },
} as const satisfies AuditedResource;

/** Who a user is to an identity provider. */
export const auditedIdentity = {
  type: 'identity',
  fields: { user_id: 'track', provider: 'track', subject: 'track', email: 'track' },
} as const satisfies AuditedResource;

/** Somebody’s membership of an organization, by the user’s id. */
export const auditedMember = {
  type: 'member',
  fields: { role: 'track', source: 'track' },
} as const satisfies AuditedResource;

/** Somebody’s role in a project, by the user’s id. */
export const auditedProjectMember = {
  type: 'project_member',
  fields: { project_id: 'track', role: 'track' },
} as const satisfies AuditedResource;

export const auditedInvitation = {
  type: 'invitation',
  fields: {
    role: 'track',
    project_id: 'track',
    project_role: 'track',
    email: 'track',
    invited_by: 'track',
    expires_at: 'track',
    accepted_by: 'track',
    token_hash: 'secret',
  },
} as const satisfies AuditedResource;

export const auditedOrganization = {
  type: 'organization',
  fields: {
    name: 'track',
    slug: 'track',
    required_provider: 'track',
    requires_second_factor: 'track',
    shows_departments: 'track',
  },
} as const satisfies AuditedResource;

export const auditedDepartment = {
  type: 'department',
  fields: { name: 'track' },
} as const satisfies AuditedResource;

export const auditedProject = {
  type: 'project',
  fields: { name: 'track', department_id: 'track' },
} as const satisfies AuditedResource;

export const auditedServiceAccount = {
  type: 'service_account',
  fields: { name: 'track', role: 'track', project_id: 'track' },
} as const satisfies AuditedResource;

export const auditedPolicy = {
  type: 'policy',
  fields: { level: 'track', subject_id: 'track', value: 'track' },
} as const satisfies AuditedResource;

export const auditedPlan = {
  type: 'organization',
  fields: { plan: 'track' },
} as const satisfies AuditedResource;

export const auditedCredit = {
  type: 'credit',
  fields: { entry_id: 'track', user_id: 'track', amount: 'track', currency: 'track' },
} as const satisfies AuditedResource;

export const auditedPlatformRole = {
  type: 'platform_role',
  fields: { role: 'track' },
} as const satisfies AuditedResource;

export const auditedSupportSession = {
  type: 'support_session',
  fields: { user_id: 'track', expires_at: 'track' },
} as const satisfies AuditedResource;
