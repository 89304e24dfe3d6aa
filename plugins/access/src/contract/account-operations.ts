import {
  idSchema,
  instantSchema,
  nameSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { LINK_TOKEN_PATTERN, LOGIN_LENGTH_MAX, PASSWORD_LENGTH_MAX } from './limits';
import { emailSchema } from './resources';

const TAG = 'account';
const passwordSchema = { type: 'string', minLength: 1, maxLength: PASSWORD_LENGTH_MAX } as const;
const linkTokenSchema = {
  type: 'string',
  pattern: LINK_TOKEN_PATTERN,
  description: 'What stands after the `#` of the link.',
} as const;

const profileSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'user_id',
    'username',
    'display_name',
    'email',
    'email_verified_at',
    'pending_email',
    'has_password',
    'created_at',
  ],
  properties: {
    user_id: idSchema,
    username: { type: 'string' },
    display_name: { type: 'string' },
    email: { type: ['string', 'null'] },
    email_verified_at: {
      ...nullableInstantSchema,
      description: 'Null until the link sent to `email` was opened. Only a verified address gets password links.',
    },
    pending_email: {
      type: ['string', 'null'],
      description: 'The address that replaces `email` once the link sent to it was opened.',
    },
    has_password: {
      type: 'boolean',
      description: 'False of an account that signs in through an identity provider alone.',
    },
    created_at: instantSchema,
  },
} as const;

const sessionSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'session_id',
    'kind',
    'device',
    'address',
    'provider',
    'has_second_factor',
    'created_at',
    'last_used_at',
    'is_current',
  ],
  properties: {
    session_id: idSchema,
    kind: { type: 'string', enum: ['token', 'cookie'], description: '`cookie` is a browser, `token` a program.' },
    device: {
      type: ['string', 'null'],
      description:
        'In words, from what the browser or program says of itself: “Firefox on Windows”. Null when it says nothing.',
    },
    address: { type: 'string', description: 'Where it was opened from.' },
    provider: {
      type: ['string', 'null'],
      description: 'The identity provider it was opened through; null: the portal’s own form.',
    },
    has_second_factor: { type: 'boolean' },
    created_at: instantSchema,
    last_used_at: { ...instantSchema, description: 'To the minute.' },
    is_current: { type: 'boolean', description: 'The one this request was made with.' },
  },
} as const;

export const checkPassword = operation({
  id: 'checkPassword',
  method: 'POST',
  path: 'auth/password/check',
  tag: TAG,
  summary: 'How strong a password would be',
  description: 'Nothing of it is kept. The same rules decide at sign-up and wherever a password is set.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['password'],
    properties: {
      password: passwordSchema,
      username: {
        type: 'string',
        maxLength: LOGIN_LENGTH_MAX,
        description: 'Of whom it would be; absent: of the caller.',
      },
      email: { type: 'string', maxLength: LOGIN_LENGTH_MAX },
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['score', 'is_acceptable', 'advice'],
      properties: {
        score: {
          type: 'integer',
          minimum: 0,
          maximum: 4,
          description: 'For a bar: 0 is guessed at once, 4 withstands.',
        },
        is_acceptable: { type: 'boolean' },
        advice: { type: ['string', 'null'], description: 'What to do, in a sentence; null when it is acceptable.' },
      },
    },
  },
  errors: [],
});

export const requestPasswordReset = operation({
  id: 'requestPasswordReset',
  method: 'POST',
  path: 'auth/password/forgot',
  tag: TAG,
  summary: 'Ask for a link to set a new password',
  description:
    'Always accepted, in the same time, whether there is such an account or not. The link goes to the verified address of the account, is good for an hour and once, and ' +
    'a newer one ends it. Requests are counted per account and address.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['login'],
    properties: {
      login: {
        type: 'string',
        minLength: 1,
        maxLength: LOGIN_LENGTH_MAX,
        description: 'User name or verified e-mail address.',
      },
    },
  },
  responses: { 202: null },
  errors: ['rate_limited'],
});

export const resetPassword = operation({
  id: 'resetPassword',
  method: 'POST',
  path: 'auth/password/reset',
  tag: TAG,
  summary: 'Set a new password with the token of a link',
  description:
    'Ends all sessions of the account. Nobody is signed in by it, and a second factor is asked at the next sign-in as before; API keys go on.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['token', 'password'],
    properties: { token: linkTokenSchema, password: passwordSchema },
  },
  responses: { 204: null },
  errors: ['reset_link_invalid', 'password_too_weak', 'service_unavailable'],
});

export const verifyEmail = operation({
  id: 'verifyEmail',
  method: 'POST',
  path: 'auth/email/verify',
  tag: TAG,
  summary: 'Confirm an e-mail address with the token of a link',
  description:
    'The link is good for a day and once; a newer one ends it. A verified address belongs to one account: the first that confirms it.',
  permission: 'public',
  body: { type: 'object', additionalProperties: false, required: ['token'], properties: { token: linkTokenSchema } },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['email', 'username'],
      properties: { email: { type: 'string' }, username: { type: 'string' } },
    },
  },
  errors: ['verification_link_invalid', 'email_taken'],
});

export const getProfile = operation({
  id: 'getProfile',
  method: 'GET',
  path: 'account/profile',
  tag: TAG,
  summary: 'My account',
  permission: 'authenticated',
  proof: 'session',
  responses: { 200: profileSchema },
  errors: [],
});

export const updateProfile = operation({
  id: 'updateProfile',
  method: 'PATCH',
  path: 'account/profile',
  tag: TAG,
  summary: 'Change how I am called',
  permission: 'authenticated',
  proof: 'session',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['display_name'],
    properties: { display_name: nameSchema },
  },
  responses: { 200: profileSchema },
  errors: [],
});

export const changeEmail = operation({
  id: 'changeEmail',
  method: 'POST',
  path: 'account/email',
  tag: TAG,
  summary: 'Give the account an e-mail address, or another one',
  description:
    'It takes effect when the link sent to it is opened; the address before is told of the request. Sent again it replaces the request before.',
  permission: 'authenticated',
  proof: 'fresh',
  body: { type: 'object', additionalProperties: false, required: ['email'], properties: { email: emailSchema } },
  responses: { 202: profileSchema },
  errors: ['rate_limited'],
});

export const resendVerification = operation({
  id: 'resendVerification',
  method: 'POST',
  path: 'account/email/resend',
  tag: TAG,
  summary: 'Send the link that confirms the e-mail address again',
  description: 'The link before ends.',
  permission: 'authenticated',
  proof: 'session',
  responses: { 202: null },
  errors: ['email_not_pending', 'rate_limited'],
});

export const changePassword = operation({
  id: 'changePassword',
  method: 'POST',
  path: 'account/password',
  tag: TAG,
  summary: 'Change my password',
  description: 'All other sessions of the account end; API keys go on. The account is told by mail.',
  permission: 'authenticated',
  proof: 'session',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['current_password', 'new_password'],
    properties: { current_password: passwordSchema, new_password: passwordSchema },
  },
  responses: { 204: null },
  errors: ['current_password_wrong', 'password_not_set', 'password_too_weak', 'rate_limited', 'service_unavailable'],
});

const sessionParams = {
  type: 'object',
  additionalProperties: false,
  required: ['session_id'],
  properties: { session_id: idSchema },
} as const;

export const listSessions = operation({
  id: 'listSessions',
  method: 'GET',
  path: 'account/sessions',
  tag: TAG,
  summary: 'Where I am signed in, newest first',
  permission: 'authenticated',
  proof: 'session',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(sessionSchema) },
  errors: ['cursor_invalid'],
});

export const endSession = operation({
  id: 'endSession',
  method: 'DELETE',
  path: 'account/sessions/{session_id}',
  tag: TAG,
  summary: 'Sign out somewhere',
  description: 'Terminals, SSH connections and event streams opened under it close within seconds.',
  permission: 'authenticated',
  proof: 'session',
  params: sessionParams,
  responses: { 204: null },
  errors: ['not_found'],
});

export const endOtherSessions = operation({
  id: 'endOtherSessions',
  method: 'POST',
  path: 'account/sessions/end-others',
  tag: TAG,
  summary: 'Sign out everywhere but here',
  permission: 'authenticated',
  proof: 'session',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['ended'],
      properties: { ended: { type: 'integer', description: 'How many sessions there were besides this one.' } },
    },
  },
  errors: [],
});
