import { instantSchema, operation } from '@portico/plugin-kit/contract';
import { CODE_LENGTH_MAX } from './limits';
import { challengeSchema, passkeyAssertionSchema, passkeyRequestSchema } from './passkeys';
import { sessionKindSchema, sessionReplySchema } from './sessions';

const TAG = 'auth';

export const signInWithSecondFactor = operation({
  id: 'signInWithSecondFactor',
  method: 'POST',
  path: 'auth/second-factor',
  tag: TAG,
  summary: 'Finish signing in with a second factor',
  description:
    'After `second_factor_needed`, whose details carry the challenge: with `code` for totp and recovery_code, or `assertion` for passkey. The challenge is good once, for five ' +
    'minutes, from the same network and program, and ends after five wrong answers; `details.attempts_left` of `second_factor_wrong` counts them. A code of the app is good once.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['challenge', 'method'],
    properties: {
      challenge: challengeSchema,
      method: { type: 'string', enum: ['passkey', 'totp', 'recovery_code'] },
      code: { type: 'string', minLength: 1, maxLength: CODE_LENGTH_MAX },
      assertion: passkeyAssertionSchema,
      session: sessionKindSchema,
    },
  },
  responses: { 200: sessionReplySchema },
  errors: [
    'request_malformed',
    'second_factor_wrong',
    'sign_in_challenge_invalid',
    'cookie_session_insecure',
    'csrf_token_invalid',
    'rate_limited',
  ],
});

export const beginPasskeySignIn = operation({
  id: 'beginPasskeySignIn',
  method: 'POST',
  path: 'auth/passkeys/challenge',
  tag: TAG,
  summary: 'Begin to sign in with a passkey',
  description:
    'Answers with what `navigator.credentials.get` takes, the same for everybody: no account is named, and none can be found out. The challenge is good once, for five minutes, ' +
    'from the same network and program.',
  permission: 'public',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['challenge', 'expires_at', 'options'],
      properties: { challenge: challengeSchema, expires_at: instantSchema, options: passkeyRequestSchema },
    },
  },
  errors: ['passkeys_unavailable', 'rate_limited'],
});

export const signInWithPasskey = operation({
  id: 'signInWithPasskey',
  method: 'POST',
  path: 'auth/passkeys/sign-in',
  tag: TAG,
  summary: 'Sign in with a passkey alone',
  description:
    'The device has verified its user, so it counts as both factors. A passkey that is unknown, of a disabled user, or whose signature is wrong is answered alike.',
  permission: 'public',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['challenge', 'assertion'],
    properties: { challenge: challengeSchema, assertion: passkeyAssertionSchema, session: sessionKindSchema },
  },
  responses: { 200: sessionReplySchema },
  errors: [
    'passkeys_unavailable',
    'passkey_wrong',
    'sign_in_challenge_invalid',
    'cookie_session_insecure',
    'csrf_token_invalid',
    'rate_limited',
  ],
});
