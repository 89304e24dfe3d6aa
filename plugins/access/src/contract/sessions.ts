import { organizationSchema, projectSchema, userSchema } from './resources';

export const sessionKindSchema = {
  type: 'string',
  enum: ['token', 'cookie'],
  default: 'token',
  description:
    '`token` answers with an access and a refresh token; `cookie` sets an HttpOnly cookie instead, for browsers, and answers with `csrf_token`.',
} as const;

/** Present in a session by token only. Optional, so that one schema describes both forms. */
export const tokenProperties = {
  access_token: { type: 'string', description: 'Sent as `Authorization: Bearer …`.' },
  refresh_token: { type: 'string', description: 'Good once: each refresh answers with the next.' },
  expires_in_seconds: { type: 'integer', description: 'How long the access token is good for.' },
} as const;
/** Present in a session by cookie only. */
export const csrfProperties = {
  csrf_token: {
    type: 'string',
    description: 'Sent as `X-CSRF-Token` with every POST, PUT, PATCH and DELETE of a session by cookie.',
  },
} as const;

/** What whoever is signed in now is told. */
export const sessionReplySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['user', 'organization', 'default_project'],
  properties: {
    ...tokenProperties,
    ...csrfProperties,
    user: userSchema,
    organization: organizationSchema,
    default_project: projectSchema,
  },
} as const;
