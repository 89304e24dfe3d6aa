import {
  idSchema,
  instantSchema,
  mailAddressSchema,
  moneySchema,
  nameSchema,
  nullableInstantSchema,
} from '@portico/plugin-kit/contract';
import { SSH_KEY_COMMENT_LENGTH_MAX } from './limits';

export const emailSchema = mailAddressSchema;

/** Of a new organization's account. */
export const accountCurrencySchema = {
  type: 'string',
  pattern: '^[A-Z]{3}$',
  description: 'What its account is kept in, one of `GET billing/currencies`; the default one when absent.',
} as const;

export const userSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['user_id', 'username', 'display_name', 'email', 'created_at'],
  properties: {
    user_id: idSchema,
    username: { type: 'string' },
    display_name: { type: 'string' },
    email: { type: ['string', 'null'] },
    created_at: instantSchema,
  },
} as const;

export const organizationSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['organization_id', 'name', 'created_at'],
  properties: { organization_id: idSchema, name: { type: 'string' }, created_at: instantSchema },
} as const;

export const projectSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['project_id', 'name', 'organization_id', 'department_id', 'is_default', 'created_at'],
  properties: {
    project_id: idSchema,
    name: { type: 'string' },
    organization_id: idSchema,
    department_id: idSchema,
    /** Of the caller: the project that is active when `X-Project-Id` is absent. */
    is_default: { type: 'boolean' },
    created_at: instantSchema,
  },
} as const;

export const sshKeySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['key_id', 'name', 'key_type', 'fingerprint', 'comment', 'created_at'],
  properties: {
    key_id: idSchema,
    name: nameSchema,
    key_type: {
      type: 'string',
      enum: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'ssh-rsa'],
    },
    fingerprint: { type: 'string', description: '`SHA256:…`, as `ssh-keygen -l` prints it.' },
    comment: {
      type: ['string', 'null'],
      maxLength: SSH_KEY_COMMENT_LENGTH_MAX,
      description: 'What stood behind the key in its file, often `user@host`; it means nothing to the gateway.',
    },
    created_at: instantSchema,
  },
} as const;

/** A user as an administrator sees them: facts and money, no roles. */
export const adminUserSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'user_id',
    'username',
    'display_name',
    'email',
    'status',
    'organization_id',
    'balance',
    'created_at',
    'last_seen_at',
  ],
  properties: {
    user_id: idSchema,
    username: { type: 'string' },
    display_name: { type: 'string' },
    email: { type: ['string', 'null'] },
    status: { type: 'string', enum: ['active', 'disabled'] },
    organization_id: { ...idSchema, description: 'The personal organization, made at sign-up.' },
    balance: {
      type: ['object', 'null'],
      description: 'Of the personal organization; null while it has no account.',
      additionalProperties: false,
      required: ['available', 'held', 'currency'],
      properties: { available: moneySchema, held: moneySchema, currency: { type: 'string' } },
    },
    created_at: instantSchema,
    last_seen_at: nullableInstantSchema,
  },
} as const;

/** The ledger entry a credit made. */
export const creditEntrySchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'entry_id',
    'kind',
    'amount',
    'organization_id',
    'department_id',
    'project_id',
    'user_id',
    'reason',
    'created_at',
  ],
  properties: {
    entry_id: idSchema,
    kind: { type: 'string', const: 'internal_credit' },
    amount: moneySchema,
    organization_id: idSchema,
    department_id: idSchema,
    project_id: idSchema,
    user_id: idSchema,
    reason: { type: 'string' },
    created_at: instantSchema,
  },
} as const;

/** As the operator called it in the configuration. */
export const providerIdSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 40,
  pattern: '^[a-z0-9-]+$',
} as const;

/** An identity provider people may sign in through. */
export const identityProviderSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'label'],
  properties: { id: { type: 'string' }, label: { type: 'string' } },
} as const;
