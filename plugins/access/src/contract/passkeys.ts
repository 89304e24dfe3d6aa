import { idSchema, instantSchema, nameSchema, nullableInstantSchema } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { PASSKEYS_PER_USER_MAX } from './limits';

/** Characters of one field an authenticator fills in. A post-quantum key with its attestation is some 6,000. */
const FIELD_LENGTH_MAX = 16_384;
/** Characters of a credential's id: WebAuthn allows 1,023 bytes. */
const CREDENTIAL_ID_LENGTH_MAX = 1_400;
/** Ways a credential can be reached that are kept; WebAuthn knows six. */
const TRANSPORTS_MAX = 10;

const base64urlSchema = {
  type: 'string',
  minLength: 1,
  maxLength: FIELD_LENGTH_MAX,
  pattern: '^[A-Za-z0-9_-]+$',
} as const;
const credentialIdSchema = { ...base64urlSchema, maxLength: CREDENTIAL_ID_LENGTH_MAX } as const;
const transportsSchema = {
  type: 'array',
  maxItems: TRANSPORTS_MAX,
  items: { type: 'string', minLength: 1, maxLength: 32, pattern: '^[a-z-]+$' },
} as const;

const descriptorsSchema = {
  type: 'array',
  maxItems: PASSKEYS_PER_USER_MAX,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['id', 'type'],
    properties: { id: credentialIdSchema, type: { type: 'string', const: 'public-key' }, transports: transportsSchema },
  },
} as const;
const userVerificationSchema = { type: 'string', enum: ['required', 'preferred', 'discouraged'] } as const;
const timeoutSchema = { type: 'integer', description: 'Milliseconds.' } as const;

/** A passkey as its owner sees it. */
export const passkeySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['passkey_id', 'name', 'created_at', 'last_used_at', 'is_backed_up'],
  properties: {
    passkey_id: idSchema,
    name: nameSchema,
    created_at: instantSchema,
    last_used_at: nullableInstantSchema,
    is_backed_up: {
      type: 'boolean',
      description: 'Whether copies of it exist beyond the one device, by the word of whoever keeps it.',
    },
  },
} as const;

/** `PublicKeyCredentialCreationOptionsJSON` of WebAuthn Level 3, for `navigator.credentials.create`. */
export const passkeyCreationSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['rp', 'user', 'challenge', 'pubKeyCredParams', 'timeout', 'excludeCredentials', 'authenticatorSelection'],
  properties: {
    rp: {
      type: 'object',
      additionalProperties: false,
      required: ['id', 'name'],
      properties: { id: { type: 'string' }, name: { type: 'string' } },
    },
    user: {
      type: 'object',
      additionalProperties: false,
      required: ['id', 'name', 'displayName'],
      properties: { id: { type: 'string' }, name: { type: 'string' }, displayName: { type: 'string' } },
    },
    challenge: base64urlSchema,
    pubKeyCredParams: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['alg', 'type'],
        properties: { alg: { type: 'integer' }, type: { type: 'string', const: 'public-key' } },
      },
    },
    timeout: timeoutSchema,
    excludeCredentials: descriptorsSchema,
    authenticatorSelection: {
      type: 'object',
      additionalProperties: false,
      required: ['residentKey', 'requireResidentKey', 'userVerification'],
      properties: {
        residentKey: userVerificationSchema,
        requireResidentKey: { type: 'boolean' },
        userVerification: userVerificationSchema,
      },
    },
    attestation: { type: 'string', const: 'none' },
  },
} as const;

/** `PublicKeyCredentialRequestOptionsJSON` of WebAuthn Level 3, for `navigator.credentials.get`. */
export const passkeyRequestSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['challenge', 'timeout', 'rpId', 'userVerification'],
  properties: {
    challenge: base64urlSchema,
    timeout: timeoutSchema,
    rpId: { type: 'string' },
    allowCredentials: { ...descriptorsSchema, description: 'Absent: any passkey the device holds for this portal.' },
    userVerification: userVerificationSchema,
  },
} as const;

const credentialProperties = {
  id: credentialIdSchema,
  rawId: credentialIdSchema,
  type: { type: 'string', const: 'public-key' },
  authenticatorAttachment: { type: 'string', enum: ['platform', 'cross-platform'] },
  clientExtensionResults: {
    type: 'object',
    description: 'What extensions answered, of which none is asked for; not read.',
    additionalProperties: {
      type: ['object', 'boolean', 'string', 'number'],
      additionalProperties: { type: ['boolean', 'string', 'number'] },
    },
  },
} as const;

/** `RegistrationResponseJSON` of WebAuthn Level 3: what a new passkey says of itself. */
export const passkeyRegistrationSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'rawId', 'type', 'response', 'clientExtensionResults'],
  properties: {
    ...credentialProperties,
    response: {
      type: 'object',
      additionalProperties: false,
      required: ['clientDataJSON', 'attestationObject'],
      properties: {
        clientDataJSON: base64urlSchema,
        attestationObject: base64urlSchema,
        authenticatorData: base64urlSchema,
        transports: transportsSchema,
        publicKeyAlgorithm: { type: 'integer' },
        publicKey: base64urlSchema,
      },
    },
  },
} as const;

/** `AuthenticationResponseJSON` of WebAuthn Level 3: a passkey’s signature over a challenge. */
export const passkeyAssertionSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'rawId', 'type', 'response', 'clientExtensionResults'],
  properties: {
    ...credentialProperties,
    response: {
      type: 'object',
      additionalProperties: false,
      required: ['clientDataJSON', 'authenticatorData', 'signature'],
      properties: {
        clientDataJSON: base64urlSchema,
        authenticatorData: base64urlSchema,
        signature: base64urlSchema,
        userHandle: base64urlSchema,
      },
    },
  },
} as const;

/** What stands for a question that was asked and not yet answered: opaque, good once and for minutes. */
export const challengeSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 128,
  pattern: '^[A-Za-z0-9_-]+$',
} as const;

/** `details` of `second_factor_needed`. */
export const secondFactorNeededSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['challenge', 'expires_at', 'methods', 'passkey'],
  properties: {
    challenge: challengeSchema,
    expires_at: instantSchema,
    methods: {
      type: 'array',
      description: 'What this account can show, the preferred one first.',
      items: { type: 'string', enum: ['passkey', 'totp', 'recovery_code'] },
    },
    passkey: {
      ...passkeyRequestSchema,
      type: ['object', 'null'],
      description: 'For `navigator.credentials.get`; null when the account has no passkey.',
    },
  },
} as const;

interface Carrying<Schema> {
  readonly responses: { readonly 200: Schema };
}
export type Passkey = ReplyOf<Carrying<typeof passkeySchema>>;
export type PasskeyCreation = ReplyOf<Carrying<typeof passkeyCreationSchema>>;
export type PasskeyRequest = ReplyOf<Carrying<typeof passkeyRequestSchema>>;
export type PasskeyRegistration = ReplyOf<Carrying<typeof passkeyRegistrationSchema>>;
export type PasskeyAssertion = ReplyOf<Carrying<typeof passkeyAssertionSchema>>;
export type SecondFactorNeeded = ReplyOf<Carrying<typeof secondFactorNeededSchema>>;
