import { idSchema, instantSchema, nameSchema, operation } from '@portico/plugin-kit/contract';
import { CODE_LENGTH_MAX, PASSKEYS_PER_USER_MAX, RECOVERY_CODES } from './limits';
import { challengeSchema, passkeyCreationSchema, passkeyRegistrationSchema, passkeySchema } from './passkeys';
import { reasonSchema } from './text-schemas';

const TAG = 'account';
/** What is said of every operation that adds the first factor, or takes one away. */
const SESSIONS_END = 'ends every other session of the account; this one stays.';

const passkeyParams = {
  type: 'object',
  additionalProperties: false,
  required: ['passkey_id'],
  properties: { passkey_id: idSchema },
} as const;

const codesSchema = {
  type: 'array',
  maxItems: RECOVERY_CODES,
  items: { type: 'string' },
  description: 'Each signs in once in the place of another factor. Shown here and never again.',
} as const;

/** Of operations that may add the first factor. */
const firstCodesSchema = {
  ...codesSchema,
  type: ['array', 'null'],
  description:
    'With the first factor of the account: codes that sign in once each in its place, shown here and never again. Null when there was a factor before; its codes stay good.',
} as const;

export const getFactors = operation({
  id: 'getFactors',
  method: 'GET',
  path: 'account/factors',
  tag: TAG,
  summary: 'With what I sign in besides my password',
  permission: 'authenticated',
  proof: 'session',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['totp', 'passkeys', 'recovery_codes_left', 'required_by', 'passkeys_available'],
      properties: {
        totp: {
          type: ['object', 'null'],
          description: 'The app that shows codes; null while none is set up.',
          additionalProperties: false,
          required: ['since'],
          properties: { since: instantSchema },
        },
        passkeys: {
          type: 'array',
          maxItems: PASSKEYS_PER_USER_MAX,
          items: passkeySchema,
          description: 'Oldest first.',
        },
        recovery_codes_left: { type: 'integer' },
        required_by: {
          type: 'array',
          description: 'Organizations of mine that ask for a second factor: while there is one, the last cannot go.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['organization_id', 'name'],
            properties: { organization_id: idSchema, name: { type: 'string' } },
          },
        },
        passkeys_available: {
          type: 'boolean',
          description:
            'Whether browsers make passkeys for this portal: they need its public URL to have a host name, and HTTPS unless that is `localhost`.',
        },
      },
    },
  },
  errors: [],
});

export const beginTotp = operation({
  id: 'beginTotp',
  method: 'POST',
  path: 'account/factors/totp',
  tag: TAG,
  summary: 'Begin to set up an app that shows codes',
  description:
    'Answers with a secret for the app (six digits, 30 seconds, SHA-1). Nothing changes until a code of it is confirmed within 15 minutes; beginning again makes another.',
  permission: 'authenticated',
  proof: 'fresh',
  idempotency: 'accepted',
  secretReply: true,
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['secret', 'otpauth_uri', 'expires_at'],
      properties: {
        secret: { type: 'string', description: 'Base 32, for typing.' },
        otpauth_uri: { type: 'string', description: 'The same as a URI, for showing as a QR code.' },
        expires_at: instantSchema,
      },
    },
  },
  errors: ['totp_already_on'],
});

export const confirmTotp = operation({
  id: 'confirmTotp',
  method: 'POST',
  path: 'account/factors/totp/confirm',
  tag: TAG,
  summary: 'Finish setting up the app, by a code it shows',
  description: `From now on signing in asks for it. As the first factor it ${SESSIONS_END}`,
  permission: 'authenticated',
  proof: 'fresh',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['code'],
    properties: { code: { type: 'string', minLength: 1, maxLength: CODE_LENGTH_MAX } },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['since', 'recovery_codes'],
      properties: { since: instantSchema, recovery_codes: firstCodesSchema },
    },
  },
  errors: ['totp_not_begun', 'totp_code_wrong'],
});

export const removeTotp = operation({
  id: 'removeTotp',
  method: 'DELETE',
  path: 'account/factors/totp',
  tag: TAG,
  summary: 'Take the app that shows codes away',
  description: `It also ${SESSIONS_END} With the last factor the recovery codes go too.`,
  permission: 'authenticated',
  proof: 'fresh',
  responses: { 204: null },
  errors: ['not_found', 'second_factor_still_required'],
});

export const renewRecoveryCodes = operation({
  id: 'renewRecoveryCodes',
  method: 'POST',
  path: 'account/factors/recovery-codes',
  tag: TAG,
  summary: 'Make new recovery codes',
  description: 'Those before stop working.',
  permission: 'authenticated',
  proof: 'fresh',
  idempotency: 'accepted',
  secretReply: true,
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['recovery_codes'],
      properties: { recovery_codes: codesSchema },
    },
  },
  errors: ['second_factor_missing'],
});

export const beginPasskey = operation({
  id: 'beginPasskey',
  method: 'POST',
  path: 'account/factors/passkeys/challenge',
  tag: TAG,
  summary: 'Begin to add a passkey',
  description:
    'Answers with what `navigator.credentials.create` takes. The challenge is good once, for five minutes, in this session.',
  permission: 'authenticated',
  proof: 'fresh',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['challenge', 'expires_at', 'options'],
      properties: { challenge: challengeSchema, expires_at: instantSchema, options: passkeyCreationSchema },
    },
  },
  errors: ['passkeys_unavailable', 'passkey_limit_reached'],
});

export const addPasskey = operation({
  id: 'addPasskey',
  method: 'POST',
  path: 'account/factors/passkeys',
  tag: TAG,
  summary: 'Add a passkey',
  description: `It signs in by itself, and is the second factor after a password. As the first factor of the account it ${SESSIONS_END}`,
  permission: 'authenticated',
  proof: 'fresh',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['challenge', 'name', 'credential'],
    properties: { challenge: challengeSchema, name: nameSchema, credential: passkeyRegistrationSchema },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['passkey', 'recovery_codes'],
      properties: { passkey: passkeySchema, recovery_codes: firstCodesSchema },
    },
  },
  errors: [
    'passkeys_unavailable',
    'passkey_challenge_expired',
    'passkey_not_accepted',
    'passkey_duplicate',
    'passkey_limit_reached',
  ],
});

export const renamePasskey = operation({
  id: 'renamePasskey',
  method: 'PATCH',
  path: 'account/factors/passkeys/{passkey_id}',
  tag: TAG,
  summary: 'Give a passkey another name',
  permission: 'authenticated',
  proof: 'fresh',
  params: passkeyParams,
  body: { type: 'object', additionalProperties: false, required: ['name'], properties: { name: nameSchema } },
  responses: { 200: passkeySchema },
  errors: ['not_found'],
});

export const removePasskey = operation({
  id: 'removePasskey',
  method: 'DELETE',
  path: 'account/factors/passkeys/{passkey_id}',
  tag: TAG,
  summary: 'Take a passkey away',
  description: `It also ${SESSIONS_END} With the last factor the recovery codes go too.`,
  permission: 'authenticated',
  proof: 'fresh',
  params: passkeyParams,
  responses: { 204: null },
  errors: ['not_found', 'second_factor_still_required'],
});

export const removeUserFactors = operation({
  id: 'removeUserFactors',
  method: 'POST',
  path: 'admin/users/{user_id}/remove-factors',
  tag: 'admin',
  summary: 'Take away the second factors of somebody who has lost them',
  description:
    'App, passkeys and recovery codes go, and every session ends; the password alone signs in again, which only the person knows. Make sure who asks: this is what somebody who ' +
    'has learned a password would ask for. Where there is none it changes nothing.',
  permission: 'access.user.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['user_id'],
    properties: { user_id: idSchema },
  },
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
      required: ['removed_count'],
      properties: { removed_count: { type: 'integer' } },
    },
  },
  errors: ['not_found', 'user_is_self'],
});
