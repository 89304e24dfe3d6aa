import {
  idSchema,
  instantSchema,
  moneySchema,
  nameSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { PASSWORD_LENGTH_MAX, USERNAME_PATTERN } from './limits';
import { listedUserSchema, platformRoleSchema, PLATFORM_ROLES, userDetailSchema } from './platform-users';
import { creditEntrySchema, emailSchema } from './resources';
import { reasonSchema, searchSchema } from './text-schemas';

const TAG = 'admin';

const userParams = {
  type: 'object',
  additionalProperties: false,
  required: ['user_id'],
  properties: { user_id: idSchema },
} as const;

const setPasswordSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['url', 'expires_at'],
  properties: {
    url: { type: 'string', description: 'To hand over to the person: it opens the form for a password, once.' },
    expires_at: instantSchema,
  },
} as const;

export const listUsers = operation({
  id: 'listUsers',
  method: 'GET',
  path: 'admin/users',
  tag: TAG,
  summary: 'All users, newest first',
  permission: 'access.user.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      q: {
        ...searchSchema,
        description: 'Part of user name, display name or e-mail address, without regard to case.',
      },
      status: { type: 'string', enum: ['active', 'disabled'] },
      platform_role: platformRoleSchema,
    },
  },
  responses: { 200: pageSchema(listedUserSchema) },
  errors: ['cursor_invalid'],
});

export const getUser = operation({
  id: 'getUser',
  method: 'GET',
  path: 'admin/users/{user_id}',
  tag: TAG,
  summary: 'One user',
  permission: 'access.user.read_any',
  params: userParams,
  responses: { 200: userDetailSchema },
  errors: ['not_found'],
});

export const createUser = operation({
  id: 'createUser',
  method: 'POST',
  path: 'admin/users',
  tag: TAG,
  summary: 'Make an account for somebody',
  description:
    'With all that signing up makes: an organization of their own, its default department, project and account. Works where sign-up is closed too. Without ' +
    '`password` the reply has a link with which the person sets one; it works once and is shown only here. Roles on the platform need ' +
    '`access.platform_role.manage_any` as well.',
  permission: 'access.user.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['username'],
    properties: {
      username: {
        type: 'string',
        pattern: USERNAME_PATTERN,
        description: '3 to 32 letters, digits, dots, underscores and hyphens.',
      },
      display_name: nameSchema,
      email: emailSchema,
      password: { type: 'string', minLength: 1, maxLength: PASSWORD_LENGTH_MAX },
      platform_roles: { type: 'array', uniqueItems: true, maxItems: PLATFORM_ROLES.length, items: platformRoleSchema },
    },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['user', 'set_password'],
      properties: {
        user: listedUserSchema,
        set_password: {
          ...setPasswordSchema,
          type: ['object', 'null'],
          description: 'Null when a password was given.',
        },
      },
    },
  },
  errors: ['username_taken', 'password_too_weak', 'platform_role_beyond_own', 'service_unavailable'],
});

export const createSetPasswordLink = operation({
  id: 'createSetPasswordLink',
  method: 'POST',
  path: 'admin/users/{user_id}/set-password-link',
  tag: TAG,
  summary: 'Make a new link for somebody to set their first password',
  description:
    'Works once and ends the link before. Only for an account that was made for somebody and that nobody can sign in to yet: of any other, the person alone asks for a link.',
  permission: 'access.user.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  secretReply: true,
  params: userParams,
  responses: { 201: setPasswordSchema },
  errors: ['not_found', 'user_can_sign_in', 'user_is_disabled'],
});

export const disableUser = operation({
  id: 'disableUser',
  method: 'POST',
  path: 'admin/users/{user_id}/disable',
  tag: TAG,
  summary: 'Keep a user out',
  description:
    'Every sign-in session ends and signing in is refused; API keys stop working; terminals, SSH connections and event streams close within seconds. What runs ' +
    'keeps running and costing, in organizations that others may belong to: release it separately. Nothing is deleted, and API keys and SSH keys work again ' +
    'when the user is enabled. Disabling a disabled user changes nothing.',
  permission: 'access.user.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  params: userParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['reason'],
    properties: { reason: reasonSchema },
  },
  responses: { 200: userDetailSchema },
  errors: ['not_found', 'user_is_self', 'platform_admin_is_last'],
});

export const enableUser = operation({
  id: 'enableUser',
  method: 'POST',
  path: 'admin/users/{user_id}/enable',
  tag: TAG,
  summary: 'Let a user in again',
  description: 'They sign in anew; their API keys and SSH keys work again. Enabling an active user changes nothing.',
  permission: 'access.user.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  params: userParams,
  body: { type: 'object', additionalProperties: false, properties: { reason: reasonSchema } },
  responses: { 200: userDetailSchema },
  errors: ['not_found'],
});

export const endUserSessions = operation({
  id: 'endUserSessions',
  method: 'POST',
  path: 'admin/users/{user_id}/end-sessions',
  tag: TAG,
  summary: 'Sign a user out everywhere',
  description:
    'Every sign-in session ends, with the terminals and event streams opened under it. API keys and SSH keys go on working. One’s own sessions end too, the one ' +
    'that asks included.',
  permission: 'access.user.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  params: userParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['reason'],
    properties: { reason: reasonSchema },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['ended_session_count'],
      properties: { ended_session_count: { type: 'integer' } },
    },
  },
  errors: ['not_found'],
});

export const creditUser = operation({
  id: 'creditUser',
  method: 'POST',
  path: 'admin/users/{user_id}/balance',
  tag: TAG,
  summary: 'Credit a user’s organization',
  description:
    'Internal credit to the user’s personal organization, or to the one named, of which the user must be a member. Sent twice with one key it is credited once.',
  permission: 'billing.credit.grant',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  rateLimit: 'money',
  params: userParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['amount', 'reason'],
    properties: { amount: moneySchema, reason: reasonSchema, organization_id: idSchema },
  },
  responses: { 201: creditEntrySchema },
  errors: ['not_found', 'credit_amount_out_of_range', 'currency_mismatch', 'amount_invalid'],
});
