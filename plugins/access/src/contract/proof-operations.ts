import { instantSchema, nullableInstantSchema, operation } from '@portico/plugin-kit/contract';
import { CODE_LENGTH_MAX, PASSWORD_LENGTH_MAX } from './limits';
import { challengeSchema, passkeyAssertionSchema, passkeyRequestSchema } from './passkeys';

const TAG = 'account';
const methodSchema = { type: 'string', enum: ['passkey', 'totp', 'password'] } as const;

export const getProof = operation({
  id: 'getProof',
  method: 'GET',
  path: 'account/proof',
  tag: TAG,
  summary: 'How I can confirm that it is me, and until when I need not',
  description:
    'Operations on keys, money and factors, and destructive administration, answer `step_up_required` when the last proof is too long ago.',
  permission: 'authenticated',
  proof: 'session',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['fresh_until', 'methods', 'provider'],
      properties: {
        fresh_until: { ...nullableInstantSchema, description: 'Null when the last proof is too long ago.' },
        methods: {
          type: 'array',
          description:
            'The preferred one first. Who has a second factor shows that; the password alone does not do. Empty: sign in again, the way this session was.',
          items: methodSchema,
        },
        provider: {
          type: ['string', 'null'],
          description: 'The identity provider this session was opened through; null: the portal’s own form.',
        },
      },
    },
  },
  errors: [],
});

export const beginProof = operation({
  id: 'beginProof',
  method: 'POST',
  path: 'account/proof/challenge',
  tag: TAG,
  summary: 'Begin to confirm by a passkey that it is me',
  description:
    'Answers with what `navigator.credentials.get` takes. The challenge is good once, for five minutes, in this session.',
  permission: 'authenticated',
  proof: 'session',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['challenge', 'expires_at', 'options'],
      properties: { challenge: challengeSchema, expires_at: instantSchema, options: passkeyRequestSchema },
    },
  },
  errors: ['proof_method_unavailable'],
});

export const giveProof = operation({
  id: 'giveProof',
  method: 'POST',
  path: 'account/proof',
  tag: TAG,
  summary: 'Confirm that it is me',
  description:
    'By `password`, by `code` for totp, or by `challenge` and `assertion` for passkey. Attempts are counted with those of signing in. ' +
    '`proof_method_unavailable` carries `methods` and `provider` as `GET account/proof` does.',
  permission: 'authenticated',
  proof: 'session',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['method'],
    properties: {
      method: methodSchema,
      password: { type: 'string', minLength: 1, maxLength: PASSWORD_LENGTH_MAX },
      code: { type: 'string', minLength: 1, maxLength: CODE_LENGTH_MAX },
      challenge: challengeSchema,
      assertion: passkeyAssertionSchema,
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['fresh_until'],
      properties: { fresh_until: instantSchema },
    },
  },
  errors: [
    'request_malformed',
    'proof_wrong',
    'proof_method_unavailable',
    'passkey_challenge_expired',
    'rate_limited',
    'service_unavailable',
  ],
});
