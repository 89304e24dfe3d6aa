import {
  idSchema,
  instantSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { heldRoleSchema, organizationRoleSchema, projectRoleSchema } from './roles';

const TAG = 'members';

const memberParams = {
  type: 'object',
  additionalProperties: false,
  required: ['user_id'],
  properties: { user_id: idSchema },
} as const;

const projectParams = {
  type: 'object',
  additionalProperties: false,
  required: ['project_id'],
  properties: { project_id: idSchema },
} as const;

const projectMemberParams = {
  type: 'object',
  additionalProperties: false,
  required: ['project_id', 'user_id'],
  properties: { project_id: idSchema, user_id: idSchema },
} as const;

/** Part of a name or address people search members by. */
const searchSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
  description: 'Part of user name, display name or e-mail address, without regard to case.',
} as const;

const assignableRolesSchema = {
  type: 'array',
  items: heldRoleSchema,
  description: 'The roles the caller may give them instead of theirs; empty when they may change nothing here.',
} as const;

const memberProperties = {
  user_id: idSchema,
  username: { type: 'string' },
  display_name: { type: 'string' },
  email: { type: ['string', 'null'], description: 'For those who manage members; null for everybody else.' },
  role: heldRoleSchema,
  source: {
    type: 'string',
    enum: ['founder', 'invitation', 'identity_provider', 'administrator'],
    description:
      'How they came: with the organization, by an invitation, through its identity provider, or put there by the platform.',
  },
  member_since: instantSchema,
  last_seen_at: nullableInstantSchema,
  has_second_factor: {
    type: ['boolean', 'null'],
    description:
      'Whether the account has a second factor set up; for those who manage members, null for everybody else.',
  },
  is_caller: { type: 'boolean' },
  assignable_roles: assignableRolesSchema,
  may_remove: {
    type: 'boolean',
    description:
      'Whether the caller may end their membership, their own by leaving. The last owner is told apart only when it is tried.',
  },
} as const;

const memberRequired = [
  'user_id',
  'username',
  'display_name',
  'email',
  'role',
  'source',
  'member_since',
  'last_seen_at',
  'has_second_factor',
  'is_caller',
  'assignable_roles',
  'may_remove',
] as const;

/** A person who belongs to the organization. */
const memberSchema = {
  type: 'object',
  additionalProperties: false,
  required: memberRequired,
  properties: memberProperties,
} as const;

/** A person with a role in one project. */
const projectMemberSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'project_id',
    'user_id',
    'username',
    'display_name',
    'role',
    'organization_role',
    'since',
    'is_caller',
    'assignable_roles',
    'may_remove',
  ],
  properties: {
    project_id: idSchema,
    user_id: idSchema,
    username: { type: 'string' },
    display_name: { type: 'string' },
    role: heldRoleSchema,
    organization_role: {
      ...heldRoleSchema,
      description: 'What they are in the organization beside it; the two add up.',
    },
    since: instantSchema,
    is_caller: { type: 'boolean' },
    assignable_roles: assignableRolesSchema,
    may_remove: { type: 'boolean' },
  },
} as const;

export const listRoles = operation({
  id: 'listRoles',
  method: 'GET',
  path: 'roles',
  tag: TAG,
  summary: 'The roles there are, and which of them the caller may give',
  description: 'Roles of the organization first, strongest first, then those in single projects.',
  permission: 'access.member.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['items', 'next_cursor'],
      properties: {
        items: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['role', 'held_in', 'permissions', 'may_grant'],
            properties: {
              role: heldRoleSchema,
              held_in: { type: 'string', enum: ['organization', 'project'] },
              permissions: { type: 'array', items: { type: 'string' } },
              may_grant: {
                type: 'boolean',
                description:
                  'Whether the caller may give it to others: in the organization, or in the active project. Nobody gives more than they hold.',
              },
            },
          },
        },
        next_cursor: { type: 'null', description: 'There is one page.' },
      },
    },
  },
  errors: [],
});

export const listMembers = operation({
  id: 'listMembers',
  method: 'GET',
  path: 'members',
  tag: TAG,
  summary: 'People of the organization, newest first',
  description: 'Whoever has roles in single projects alone sees those who have a role in the active one.',
  permission: 'access.member.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { ...pageQueryProperties, q: searchSchema, role: organizationRoleSchema },
  },
  responses: { 200: pageSchema(memberSchema) },
  errors: ['cursor_invalid'],
});

export const getMember = operation({
  id: 'getMember',
  method: 'GET',
  path: 'members/{user_id}',
  tag: TAG,
  summary: 'One member, with their roles in projects',
  permission: 'access.member.read',
  params: memberParams,
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['member', 'project_roles'],
      properties: {
        member: memberSchema,
        project_roles: {
          type: 'array',
          description: 'As far as the caller sees the projects.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['project_id', 'project_name', 'role', 'since'],
            properties: {
              project_id: idSchema,
              project_name: { type: 'string' },
              role: heldRoleSchema,
              since: instantSchema,
            },
          },
        },
      },
    },
  },
  errors: ['not_found'],
});

export const changeMemberRole = operation({
  id: 'changeMemberRole',
  method: 'PATCH',
  path: 'members/{user_id}',
  tag: TAG,
  summary: 'Give a member another role',
  description:
    'Nobody gives or takes a role that grants more than they hold, nor raises their own. Owners are made and unmade by who may transfer the ' +
    'organization, and there is always one. It counts from the next request on.',
  permission: 'access.member.manage',
  proof: 'fresh_or_key',
  params: memberParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['role'],
    properties: { role: organizationRoleSchema },
  },
  responses: { 200: memberSchema },
  errors: ['not_found', 'role_beyond_own', 'own_role_raised', 'last_owner', 'personal_organization_kept'],
});

export const removeMember = operation({
  id: 'removeMember',
  method: 'DELETE',
  path: 'members/{user_id}',
  tag: TAG,
  summary: 'End a membership',
  description:
    'Their roles in its projects end, their API keys of the organization are revoked, and what they have open there (terminals, SSH connections, event ' +
    'streams) closes within seconds. What they started runs on and stays the project’s.',
  permission: 'access.member.manage',
  proof: 'fresh_or_key',
  params: memberParams,
  responses: { 204: null },
  errors: ['not_found', 'role_beyond_own', 'last_owner', 'personal_organization_kept'],
});

export const leaveOrganization = operation({
  id: 'leaveOrganization',
  method: 'POST',
  path: 'organization/leave',
  tag: TAG,
  summary: 'Leave an organization',
  description:
    'The one named, whichever is active. As a removal, by oneself: the last owner cannot, and nobody leaves their personal one.',
  permission: 'authenticated',
  proof: 'session',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['organization_id'],
    properties: { organization_id: idSchema },
  },
  responses: { 204: null },
  errors: ['not_found', 'last_owner', 'personal_organization_kept'],
});

export const transferOrganization = operation({
  id: 'transferOrganization',
  method: 'POST',
  path: 'organization/transfer',
  tag: TAG,
  summary: 'Make another member the owner',
  description: 'They become owner, and the caller gets `own_role`, together or not at all. With `owner` both are.',
  permission: 'access.organization.transfer',
  proof: 'fresh',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['user_id', 'own_role'],
    properties: { user_id: idSchema, own_role: organizationRoleSchema },
  },
  responses: { 200: memberSchema },
  errors: ['not_found', 'transfer_to_self', 'personal_organization_kept'],
});

export const listProjectMembers = operation({
  id: 'listProjectMembers',
  method: 'GET',
  path: 'projects/{project_id}/members',
  tag: TAG,
  summary: 'People with a role in this project, newest first',
  description: 'Whoever has a role in the organization that reaches all projects is not repeated here.',
  permission: 'access.member.read',
  params: projectParams,
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(projectMemberSchema) },
  errors: ['not_found', 'cursor_invalid'],
});

export const setProjectMember = operation({
  id: 'setProjectMember',
  method: 'PUT',
  path: 'projects/{project_id}/members/{user_id}',
  tag: TAG,
  summary: 'Give a member of the organization a role in a project',
  description:
    'It adds to what they may do by their role in the organization. Who manages people in this project alone makes the project active (`X-Project-Id`), and ' +
    'gives no more than they hold there.',
  permission: 'access.project_member.manage',
  proof: 'fresh_or_key',
  params: projectMemberParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['role'],
    properties: { role: projectRoleSchema },
  },
  responses: { 200: projectMemberSchema },
  errors: ['not_found', 'role_beyond_own', 'own_role_raised'],
});

export const removeProjectMember = operation({
  id: 'removeProjectMember',
  method: 'DELETE',
  path: 'projects/{project_id}/members/{user_id}',
  tag: TAG,
  summary: 'Take a role in a project away',
  permission: 'access.project_member.manage',
  proof: 'fresh_or_key',
  params: projectMemberParams,
  responses: { 204: null },
  errors: ['not_found', 'role_beyond_own'],
});
