import { idSchema, instantSchema, nullableInstantSchema } from '@portico/plugin-kit/contract';
import { adminUserSchema } from './resources';

/** Roles one may have on the whole platform. What each grants is data of the backend; `GET me` tells what one may do. */
export const PLATFORM_ROLES = ['platform_admin', 'billing_operator', 'support_agent'] as const;

export const platformRoleSchema = { type: 'string', enum: PLATFORM_ROLES } as const;

/** Memberships one detail carries; who belongs to more organizations is found from those. */
export const MEMBERSHIPS_SHOWN_MAX = 200;

/** A user as the list of users shows them: facts, roles on the platform, money. */
export const listedUserSchema = {
  ...adminUserSchema,
  required: [...adminUserSchema.required, 'kind', 'platform_roles'],
  properties: {
    ...adminUserSchema.properties,
    kind: {
      type: 'string',
      enum: ['person', 'service_account'],
      description: 'A service account is a user for programs: nobody signs in as it.',
    },
    platform_roles: { type: 'array', items: { type: 'string' } },
  },
} as const;

/** The same with what one looks at before changing anything. */
export const userDetailSchema = {
  ...listedUserSchema,
  required: [
    ...listedUserSchema.required,
    'memberships',
    'open_session_count',
    'api_key_count',
    'has_second_factor',
    'last_sign_in_at',
    'disabled',
  ],
  properties: {
    ...listedUserSchema.properties,
    memberships: {
      type: 'array',
      description: `Oldest first; at most ${MEMBERSHIPS_SHOWN_MAX}.`,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['organization_id', 'name', 'role', 'joined_at'],
        properties: {
          organization_id: idSchema,
          name: { type: 'string' },
          role: { type: 'string' },
          joined_at: instantSchema,
        },
      },
    },
    open_session_count: { type: 'integer', description: 'Sign-in sessions that work.' },
    api_key_count: { type: 'integer', description: 'API keys that work, or would if the user were not disabled.' },
    has_second_factor: { type: 'boolean' },
    last_sign_in_at: nullableInstantSchema,
    disabled: {
      type: ['object', 'null'],
      description: 'Null while the user is active.',
      additionalProperties: false,
      required: ['at', 'reason'],
      properties: { at: nullableInstantSchema, reason: { type: ['string', 'null'] } },
    },
  },
} as const;
