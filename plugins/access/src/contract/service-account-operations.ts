import {
  idSchema,
  instantSchema,
  nameSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { nullableIdSchema, nullableInstantSchema } from '@portico/plugin-kit/contract';
import { apiKeySchema, issuedApiKeySchema, scopesSchema } from './api-keys';
import { CLIENT_SECRET_LENGTH_MAX } from './limits';

const TAG = 'service-accounts';

const accountParams = {
  type: 'object',
  additionalProperties: false,
  required: ['service_account_id'],
  properties: { service_account_id: idSchema },
} as const;
const accountKeyParams = {
  type: 'object',
  additionalProperties: false,
  required: ['service_account_id', 'key_id'],
  properties: { service_account_id: idSchema, key_id: idSchema },
} as const;

const roleSchema = {
  type: 'string',
  enum: ['admin', 'member', 'viewer', 'billing', 'security'],
  description: 'Its role in its project: the most any of its keys can be given.',
} as const;

const serviceAccountSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'service_account_id',
    'name',
    'project_id',
    'role',
    'active_keys',
    'last_used_at',
    'created_by',
    'created_at',
  ],
  properties: {
    service_account_id: {
      ...idSchema,
      description: 'Also the `client_id` it asks for tokens with, and the user of what it launches.',
    },
    name: nameSchema,
    project_id: { ...idSchema, description: 'The one project it works in.' },
    role: roleSchema,
    active_keys: { type: 'integer' },
    last_used_at: nullableInstantSchema,
    created_by: { ...nullableIdSchema, description: 'The user who made it.' },
    created_at: instantSchema,
  },
} as const;

export const listServiceAccounts = operation({
  id: 'listServiceAccounts',
  method: 'GET',
  path: 'service-accounts',
  tag: TAG,
  summary: 'Service accounts of the organization, newest first',
  permission: 'access.service_account.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { ...pageQueryProperties, project_id: { ...idSchema, description: 'Of this project alone.' } },
  },
  responses: { 200: pageSchema(serviceAccountSchema) },
  errors: ['cursor_invalid', 'not_found'],
});

export const createServiceAccount = operation({
  id: 'createServiceAccount',
  method: 'POST',
  path: 'service-accounts',
  tag: TAG,
  summary: 'Make a service account',
  description:
    'An account for programs, in one project, with a role there. It signs in by its keys only, and outlives whoever made it. Nobody can give it a role that holds more than they do.',
  permission: 'access.service_account.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'role'],
    properties: {
      name: { ...nameSchema, description: 'Unique in its project without regard to case.' },
      role: roleSchema,
      project_id: { ...idSchema, description: 'The active project when absent.' },
    },
  },
  responses: { 201: serviceAccountSchema },
  errors: ['not_found', 'service_account_name_taken', 'service_account_limit_reached', 'role_beyond_own'],
});

export const getServiceAccount = operation({
  id: 'getServiceAccount',
  method: 'GET',
  path: 'service-accounts/{service_account_id}',
  tag: TAG,
  summary: 'One service account',
  permission: 'access.service_account.read',
  params: accountParams,
  responses: { 200: serviceAccountSchema },
  errors: ['not_found'],
});

export const changeServiceAccount = operation({
  id: 'changeServiceAccount',
  method: 'PATCH',
  path: 'service-accounts/{service_account_id}',
  tag: TAG,
  summary: 'Rename a service account, or change its role',
  description: 'A narrower role counts from the next request of every key of it, whatever the scopes of the key.',
  permission: 'access.service_account.manage',
  proof: 'fresh_or_key',
  params: accountParams,
  body: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: { name: nameSchema, role: roleSchema },
  },
  responses: { 200: serviceAccountSchema },
  errors: ['not_found', 'service_account_name_taken', 'role_beyond_own'],
});

export const removeServiceAccount = operation({
  id: 'removeServiceAccount',
  method: 'DELETE',
  path: 'service-accounts/{service_account_id}',
  tag: TAG,
  summary: 'Remove a service account',
  description: 'Its keys and tokens stop at once. What it launched runs on and stays in the books under its name.',
  permission: 'access.service_account.manage',
  proof: 'fresh_or_key',
  params: accountParams,
  responses: { 204: null },
  errors: ['not_found'],
});

export const listServiceAccountKeys = operation({
  id: 'listServiceAccountKeys',
  method: 'GET',
  path: 'service-accounts/{service_account_id}/keys',
  tag: TAG,
  summary: 'Keys of a service account, newest first',
  permission: 'access.service_account.read',
  params: accountParams,
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(apiKeySchema) },
  errors: ['cursor_invalid', 'not_found'],
});

export const createServiceAccountKey = operation({
  id: 'createServiceAccountKey',
  method: 'POST',
  path: 'service-accounts/{service_account_id}/keys',
  tag: TAG,
  summary: 'Make a key of a service account',
  description:
    'Sent as bearer token, or as `client_secret` for a token of some minutes. Scopes lie within the role of the account and within what the maker may do; it is bound to the project.',
  permission: 'access.service_account.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  params: accountParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'scopes'],
    properties: {
      name: nameSchema,
      scopes: scopesSchema,
      expires_at: { ...nullableInstantSchema, description: 'Null or absent: it does not expire.' },
    },
  },
  responses: { 201: issuedApiKeySchema },
  errors: [
    'not_found',
    'api_key_scope_unknown',
    'api_key_scope_not_of_project',
    'api_key_beyond_own',
    'api_key_beyond_role',
    'api_key_expiry_past',
    'api_key_limit_reached',
  ],
});

export const rotateServiceAccountKey = operation({
  id: 'rotateServiceAccountKey',
  method: 'POST',
  path: 'service-accounts/{service_account_id}/keys/{key_id}/rotate',
  tag: TAG,
  summary: 'Give a key of a service account a new secret',
  description: 'As `rotateApiKey`.',
  permission: 'access.service_account.manage',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  params: accountKeyParams,
  body: {
    type: 'object',
    additionalProperties: false,
    properties: { grace: { type: 'string', enum: ['none', 'hour', 'day', 'week'], default: 'none' } },
  },
  responses: { 200: issuedApiKeySchema },
  errors: ['not_found', 'api_key_ended', 'api_key_beyond_own'],
});

export const revokeServiceAccountKey = operation({
  id: 'revokeServiceAccountKey',
  method: 'DELETE',
  path: 'service-accounts/{service_account_id}/keys/{key_id}',
  tag: TAG,
  summary: 'Revoke a key of a service account',
  permission: 'access.service_account.manage',
  params: accountKeyParams,
  responses: { 204: null },
  errors: ['not_found'],
});

export const issueClientToken = operation({
  id: 'issueClientToken',
  method: 'POST',
  path: 'auth/token',
  tag: 'auth',
  summary: 'Exchange a key of a service account for a token of some minutes',
  description:
    'The client credentials of OAuth 2.0 (RFC 6749, 4.4), in JSON. The token can do what the key can, and ends with it. An unknown client and a wrong secret are answered alike.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['grant_type', 'client_id', 'client_secret'],
    properties: {
      grant_type: { type: 'string', const: 'client_credentials' },
      client_id: { ...idSchema, description: 'The id of the service account.' },
      client_secret: { type: 'string', minLength: 1, maxLength: CLIENT_SECRET_LENGTH_MAX, description: 'A key of it.' },
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['access_token', 'token_type', 'expires_in_seconds'],
      properties: {
        access_token: { type: 'string' },
        token_type: { type: 'string', const: 'Bearer' },
        expires_in_seconds: { type: 'integer' },
      },
    },
  },
  errors: ['client_invalid'],
});

/** Whose key it is, for those who watch over all of them. */
const memberApiKeySchema = {
  type: 'object',
  additionalProperties: false,
  required: [...apiKeySchema.required, 'user_id', 'username'],
  properties: { ...apiKeySchema.properties, user_id: idSchema, username: { type: 'string' } },
} as const;

export const listOrganizationApiKeys = operation({
  id: 'listOrganizationApiKeys',
  method: 'GET',
  path: 'organization/api-keys',
  tag: 'api-keys',
  summary: 'API keys of every member of the organization, newest first',
  permission: 'access.api_key.manage_any',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(memberApiKeySchema) },
  errors: ['cursor_invalid'],
});

export const revokeOrganizationApiKey = operation({
  id: 'revokeOrganizationApiKey',
  method: 'DELETE',
  path: 'organization/api-keys/{key_id}',
  tag: 'api-keys',
  summary: 'Revoke an API key of any member',
  description: 'As `revokeApiKey`; the owner of the key sees it in the list of their keys.',
  permission: 'access.api_key.manage_any',
  params: { type: 'object', additionalProperties: false, required: ['key_id'], properties: { key_id: idSchema } },
  responses: { 204: null },
  errors: ['not_found'],
});
