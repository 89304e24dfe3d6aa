/** The roles one may be given in an organization, strongest first. What each grants is data of the backend: `GET roles` tells. */
export const ORGANIZATION_ROLES = ['owner', 'admin', 'member', 'viewer', 'billing', 'security', 'guest'] as const;
/** The roles one may be given in one project. */
export const PROJECT_ROLES = ['admin', 'member', 'viewer', 'billing', 'security'] as const;

export const organizationRoleSchema = {
  type: 'string',
  enum: ORGANIZATION_ROLES,
  description: 'Role in the organization. A guest belongs to it and sees the projects they have a role in.',
} as const;
export const projectRoleSchema = { type: 'string', enum: PROJECT_ROLES, description: 'Role in one project.' } as const;

/** A role as it is answered: a newer version of the portal may know more of them. */
export const heldRoleSchema = { type: 'string' } as const;
