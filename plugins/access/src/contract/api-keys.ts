import {
  idSchema,
  instantSchema,
  nameSchema,
  nullableIdSchema,
  nullableInstantSchema,
} from '@portico/plugin-kit/contract';
import { API_KEY_SCOPES_MAX } from './limits';

/** A permission by its name: whether there is one is told by name, not by the schema, so that the list may grow. */
export const scopesSchema = {
  type: 'array',
  minItems: 1,
  maxItems: API_KEY_SCOPES_MAX,
  items: { type: 'string', pattern: '^[a-z_]+(\\.[a-z_]+){2}$', maxLength: 64 },
  description: 'Names of permissions, as `GET permissions` lists them. None implies another.',
} as const;

const apiKeyProperties = {
  key_id: idSchema,
  name: nameSchema,
  prefix: { type: 'string', description: 'How the key begins, to tell it from others.' },
  scopes: { type: 'array', items: { type: 'string' } },
  project_id: { ...nullableIdSchema, description: 'The one project it is for; null for all of the organization.' },
  status: { type: 'string', enum: ['active', 'expired', 'revoked'] },
  created_at: instantSchema,
  created_by_key_id: { ...nullableIdSchema, description: 'The API key it was made with; null when a person made it.' },
  expires_at: { ...nullableInstantSchema, description: 'Null: it does not expire.' },
  last_used_at: { ...nullableInstantSchema, description: 'To the minute.' },
  rotated_at: nullableInstantSchema,
  previous_secret_ends_at: {
    ...nullableInstantSchema,
    description: 'Until when the secret before the present one works; null when it does not.',
  },
  revoked_at: nullableInstantSchema,
} as const;

const apiKeyRequired = [
  'key_id',
  'name',
  'prefix',
  'scopes',
  'project_id',
  'status',
  'created_at',
  'created_by_key_id',
  'expires_at',
  'last_used_at',
  'rotated_at',
  'previous_secret_ends_at',
  'revoked_at',
] as const;

export const apiKeySchema = {
  type: 'object',
  additionalProperties: false,
  required: apiKeyRequired,
  properties: apiKeyProperties,
} as const;

/** A key together with its secret: answered once, when it is made or rotated. */
export const issuedApiKeySchema = {
  type: 'object',
  additionalProperties: false,
  required: [...apiKeyRequired, 'key'],
  properties: {
    ...apiKeyProperties,
    key: {
      type: 'string',
      description: '`ptk_…`, sent as `Authorization: Bearer …`. Shown this once and kept only as a hash.',
    },
  },
} as const;
