import {
  idSchema,
  nameSchema,
  nullableIdSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { apiKeySchema, issuedApiKeySchema, scopesSchema } from './api-keys';

const TAG = 'api-keys';
const keyParams = {
  type: 'object',
  additionalProperties: false,
  required: ['key_id'],
  properties: { key_id: idSchema },
} as const;

export const listPermissions = operation({
  id: 'listPermissions',
  method: 'GET',
  path: 'permissions',
  tag: TAG,
  summary: 'Every permission there is',
  description: 'In the order of their names. Which of them the caller holds is in `GET me`.',
  permission: 'authenticated',
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
            required: ['permission', 'sentence', 'within_project', 'organization_roles', 'project_roles'],
            properties: {
              permission: { type: 'string' },
              sentence: { type: 'string', description: 'Completes “may …”.' },
              within_project: {
                type: 'boolean',
                description: 'Whether an API key that is bound to one project can have it.',
              },
              organization_roles: {
                type: 'array',
                items: { type: 'string' },
                description: 'Roles in an organization that hold it, in all of its projects.',
              },
              project_roles: {
                type: 'array',
                items: { type: 'string' },
                description: 'Roles in one project that hold it there.',
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

export const listApiKeys = operation({
  id: 'listApiKeys',
  method: 'GET',
  path: 'api-keys',
  tag: TAG,
  summary: 'My API keys in this organization, newest first',
  description: 'Those that were revoked or have expired included. A key bound to a project sees those of that project.',
  permission: 'access.api_key.read',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(apiKeySchema) },
  errors: ['cursor_invalid'],
});

export const createApiKey = operation({
  id: 'createApiKey',
  method: 'POST',
  path: 'api-keys',
  tag: TAG,
  summary: 'Make an API key',
  description:
    'It acts as its user, as far as its scopes go and the user may do so at the time, and ends when the user is disabled or leaves the organization. ' +
    'Nobody can give a key what they may not do themselves; a key that makes another cannot make it reach further or live longer than itself.',
  permission: 'access.api_key.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'scopes'],
    properties: {
      name: nameSchema,
      scopes: scopesSchema,
      project_id: { ...nullableIdSchema, description: 'Null or absent: all projects of the organization.' },
      expires_at: { ...nullableInstantSchema, description: 'Null or absent: it does not expire.' },
    },
  },
  responses: { 201: issuedApiKeySchema },
  errors: [
    'not_found',
    'api_key_scope_unknown',
    'api_key_scope_not_of_project',
    'api_key_beyond_own',
    'api_key_expiry_past',
    'api_key_limit_reached',
  ],
});

export const rotateApiKey = operation({
  id: 'rotateApiKey',
  method: 'POST',
  path: 'api-keys/{key_id}/rotate',
  tag: TAG,
  summary: 'Give an API key a new secret',
  description:
    'Name, scopes and expiry stay. The secret before works as long as `grace` says: `none` ends it, and what was opened with it, at once. One that was ' +
    'still in its grace from an earlier rotation ends now.',
  permission: 'access.api_key.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  params: keyParams,
  body: {
    type: 'object',
    additionalProperties: false,
    properties: { grace: { type: 'string', enum: ['none', 'hour', 'day', 'week'], default: 'none' } },
  },
  responses: { 200: issuedApiKeySchema },
  errors: ['not_found', 'api_key_ended', 'api_key_beyond_own'],
});

export const revokeApiKey = operation({
  id: 'revokeApiKey',
  method: 'DELETE',
  path: 'api-keys/{key_id}',
  tag: TAG,
  summary: 'Revoke an API key',
  description: 'The next request with it is refused; terminals and event streams opened with it close within seconds.',
  permission: 'access.api_key.manage',
  params: keyParams,
  responses: { 204: null },
  errors: ['not_found', 'api_key_beyond_own'],
});
