import type { SettingsSection } from '@portico/plugin-kit/backend';
import { oidcSettingsSchema } from './oidc-settings';

/** A plain constant rather than a call of `defineSettings`: browser code imports this contract, and that function lives among server code. */
export const accessSettings = {
  key: 'access',
  schema: {
    type: 'object',
    description: 'People and how they sign in.',
    additionalProperties: false,
    required: ['signUp', 'proofMinutes', 'oidc'],
    properties: {
      signUp: {
        type: 'string',
        enum: ['open', 'closed'],
        default: 'open',
        description:
          'Whether anyone who reaches the portal may make an account. Closed: sign-up answers `sign_up_closed`.',
      },
      proofMinutes: {
        type: 'integer',
        minimum: 5,
        maximum: 1440,
        default: 60,
        description:
          'Minutes after signing in, or after confirming again who one is, in which keys, money and destructive administration need no further proof.',
      },
      oidc: oidcSettingsSchema,
      adminPassword: {
        type: 'string',
        minLength: 1,
        maxLength: 256,
        description:
          'Secret. Password of the first administrator (user name `admin`), read only when the portal has no platform administrator yet. ' +
          'Without it a password is generated and printed once at the first start.',
      },
    },
    default: {},
  },
} as const satisfies SettingsSection;
