import {
  idSchema,
  instantSchema,
  nullableIdSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { OWNERS_SHOWN_MAX, SUPPORT_SESSION_MINUTES } from './limits';
import { reasonSchema, searchSchema } from './text-schemas';

const TAG = 'support';

const listedOrganizationSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['organization_id', 'name', 'slug', 'member_count', 'project_count', 'created_at'],
  properties: {
    organization_id: idSchema,
    name: { type: 'string' },
    slug: { type: ['string', 'null'] },
    member_count: { type: 'integer' },
    project_count: { type: 'integer' },
    created_at: instantSchema,
  },
} as const;

const supportSessionSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'support_session_id',
    'organization',
    'user',
    'reason',
    'status',
    'is_own',
    'project_id',
    'created_at',
    'expires_at',
    'ended_at',
  ],
  properties: {
    support_session_id: idSchema,
    organization: {
      type: 'object',
      additionalProperties: false,
      required: ['organization_id', 'name'],
      properties: { organization_id: idSchema, name: { type: 'string' } },
    },
    user: {
      type: 'object',
      description: 'Who looks in.',
      additionalProperties: false,
      required: ['user_id', 'username'],
      properties: { user_id: idSchema, username: { type: 'string' } },
    },
    reason: { type: 'string' },
    status: {
      type: 'string',
      enum: ['open', 'ended', 'expired'],
      description: '`ended`: left, or the sign-in session it belonged to ended, or the user may no longer.',
    },
    is_own: { type: 'boolean', description: 'Whether it belongs to the sign-in session that asks.' },
    project_id: {
      ...nullableIdSchema,
      description: 'A project of the organization, to send as `X-Project-Id`; null once it is no longer open.',
    },
    created_at: instantSchema,
    expires_at: instantSchema,
    ended_at: nullableInstantSchema,
  },
} as const;

export const listAllOrganizations = operation({
  id: 'listAllOrganizations',
  method: 'GET',
  path: 'admin/organizations',
  tag: TAG,
  summary: 'All organizations, newest first',
  permission: 'access.support.open_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      q: {
        ...searchSchema,
        description:
          'Part of the organization’s name or slug, or of a member’s user name, display name or e-mail address.',
      },
    },
  },
  responses: { 200: pageSchema(listedOrganizationSchema) },
  errors: ['cursor_invalid'],
});

export const getAnyOrganization = operation({
  id: 'getAnyOrganization',
  method: 'GET',
  path: 'admin/organizations/{organization_id}',
  tag: TAG,
  summary: 'One organization, with its owners',
  permission: 'access.support.open_any',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['organization_id'],
    properties: { organization_id: idSchema },
  },
  responses: {
    200: {
      ...listedOrganizationSchema,
      required: [...listedOrganizationSchema.required, 'required_provider', 'requires_second_factor', 'owners'],
      properties: {
        ...listedOrganizationSchema.properties,
        required_provider: {
          type: ['string', 'null'],
          description: 'The identity provider its members must come through; null: any way.',
        },
        requires_second_factor: { type: 'boolean' },
        owners: {
          type: 'array',
          description: `Oldest membership first; at most ${OWNERS_SHOWN_MAX}.`,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['user_id', 'username', 'display_name'],
            properties: { user_id: idSchema, username: { type: 'string' }, display_name: { type: 'string' } },
          },
        },
      },
    },
  },
  errors: ['not_found'],
});

export const openSupportSession = operation({
  id: 'openSupportSession',
  method: 'POST',
  path: 'admin/support-sessions',
  tag: TAG,
  summary: 'Look into an organization',
  description:
    `For ${SUPPORT_SESSION_MINUTES} minutes, under the sign-in session that asks and no longer than it: with \`X-Project-Id\` of a project of the organization one then ` +
    'reads what its owner may read, and changes nothing. The organization’s own audit log says who looked in and why. `GET me` with that header shows it as `support`.',
  permission: 'access.support.open_any',
  proof: 'fresh',
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['organization_id', 'reason'],
    properties: { organization_id: idSchema, reason: reasonSchema },
  },
  responses: { 201: supportSessionSchema },
  errors: ['not_found', 'support_session_open', 'support_of_own_organization'],
});

export const listSupportSessions = operation({
  id: 'listSupportSessions',
  method: 'GET',
  path: 'admin/support-sessions',
  tag: TAG,
  summary: 'Who looked into which organization and why, newest first',
  permission: 'access.support.open_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      organization_id: idSchema,
      user_id: idSchema,
      is_open: { type: 'boolean', description: 'Only those that are open, or only those that are not.' },
    },
  },
  responses: { 200: pageSchema(supportSessionSchema) },
  errors: ['cursor_invalid'],
});

export const endSupportSession = operation({
  id: 'endSupportSession',
  method: 'DELETE',
  path: 'admin/support-sessions/{support_session_id}',
  tag: TAG,
  summary: 'Stop looking into an organization',
  description:
    'At once, for event streams within seconds. One’s own; anybody’s with `access.user.manage_any`. Ending one that has ended changes nothing.',
  permission: 'access.support.open_any',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['support_session_id'],
    properties: { support_session_id: idSchema },
  },
  responses: { 204: null },
  errors: ['not_found', 'permission_denied'],
});
