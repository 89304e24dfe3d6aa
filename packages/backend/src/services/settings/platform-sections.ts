import { defineSettings } from '@portico/plugin-kit/backend';
import { mailSettings } from '../mail/mail-settings';

export const appSettings = defineSettings({
  key: 'app',
  schema: {
    type: 'object',
    description: 'How the portal presents itself.',
    additionalProperties: false,
    required: ['title'],
    properties: {
      title: { type: 'string', minLength: 1, maxLength: 40, default: 'Portico', description: 'The name people see.' },
      baseUrl: {
        type: 'string',
        format: 'uri',
        description: 'Read by stock Backstage plugins; follows `server.publicUrl`.',
      },
    },
  },
});

export const serverSettings = defineSettings({
  key: 'server',
  schema: {
    type: 'object',
    description: 'Where the portal listens and where it keeps its files.',
    additionalProperties: false,
    required: ['host', 'port', 'dataDirectory', 'trustedProxies'],
    properties: {
      host: { type: 'string', minLength: 1, default: '127.0.0.1', description: 'Address it listens on.' },
      port: {
        type: 'integer',
        minimum: 0,
        maximum: 65535,
        default: 7007,
        description: 'Port it listens on; 0 takes a free one.',
      },
      publicUrl: {
        type: 'string',
        format: 'uri',
        pattern: '^https?://',
        description:
          'URL people reach it at. Default: http://localhost:PORT, by name because passkeys refuse bare addresses.',
      },
      dataDirectory: {
        type: 'string',
        minLength: 1,
        default: './data',
        description: 'Nothing but this folder is written to.',
      },
      trustedProxies: {
        type: 'array',
        maxItems: 64,
        items: { type: 'string', minLength: 1 },
        default: [],
        description: 'Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed.',
      },
      metricsToken: {
        type: 'string',
        minLength: 16,
        description: 'Secret. Bearer token that lets /metrics be read from elsewhere than the machine itself.',
      },
    },
  },
});

export const databaseSettings = defineSettings({
  key: 'database',
  schema: {
    type: 'object',
    description: 'The one database of all plugins.',
    additionalProperties: false,
    required: ['connectionsMax'],
    properties: {
      url: {
        type: 'string',
        pattern: '^postgres(ql)?://',
        description: 'PostgreSQL (postgres://…). Without it, SQLite in the data directory.',
      },
      connectionsMax: {
        type: 'integer',
        minimum: 4,
        maximum: 1000,
        default: 20,
        description: 'PostgreSQL connections of this replica.',
      },
    },
  },
});

export const secretsSettings = defineSettings({
  key: 'secrets',
  schema: {
    type: 'object',
    description: 'The key that secrets at rest are encrypted under.',
    additionalProperties: false,
    properties: {
      key: {
        type: 'string',
        pattern: '^[A-Za-z0-9+/_-]{43}=?$',
        description:
          '32 random bytes in base64 (`openssl rand -base64 32`), the same on every replica. Without it, `secret.key` in the data directory, made at the first start.',
      },
    },
  },
});

function rateLimit<const PerMinute extends number>(perMinute: PerMinute, description: string) {
  return {
    type: 'object',
    description,
    additionalProperties: false,
    required: ['perMinute'],
    default: {},
    properties: {
      perMinute: {
        type: 'integer',
        minimum: 1,
        maximum: 1_000_000,
        default: perMinute,
        description: 'Requests in a minute.',
      },
      burst: {
        type: 'integer',
        minimum: 0,
        maximum: 1_000_000,
        description:
          'Further requests that may come at once. Default: a sixth of `perMinute` for `api`, none for the others.',
      },
    },
  } as const;
}

export const rateLimitSettings = defineSettings({
  key: 'rateLimits',
  schema: {
    type: 'object',
    description: 'How much one caller may ask. Replayed requests do not count.',
    additionalProperties: false,
    required: [
      'api',
      'terminalTokens',
      'money',
      'webhooks',
      'vouchers',
      'adminOverview',
      'signIn',
      'signInAccount',
      'signInAddress',
      'mail',
      'nodeEnrolment',
    ],
    properties: {
      api: rateLimit(600, 'Every operation that has no limit of its own, per user.'),
      terminalTokens: rateLimit(60, 'Terminal tokens, per user.'),
      money: rateLimit(30, 'Operations that move money, per user.'),
      webhooks: rateLimit(600, 'Messages of the payment provider, per address.'),
      vouchers: rateLimit(10, 'Voucher codes tried, per user.'),
      adminOverview: rateLimit(600, 'The admin overview, per user.'),
      signIn: rateLimit(10, 'Sign-in attempts, per account and address.'),
      signInAccount: rateLimit(
        100,
        'Sign-in attempts by password, per account, from addresses it never signed in from.',
      ),
      signInAddress: rateLimit(600, 'Sign-in attempts by password and sign-ups, per address.'),
      mail: rateLimit(3, 'Links asked for by mail, per account and address.'),
      nodeEnrolment: rateLimit(30, 'Machines that enrol themselves, per address.'),
    },
  },
});

export const logSettings = defineSettings({
  key: 'log',
  schema: {
    type: 'object',
    description: 'What the server says on standard output.',
    additionalProperties: false,
    required: ['level', 'format'],
    properties: {
      level: {
        type: 'string',
        enum: ['debug', 'info', 'warn', 'error'],
        default: 'info',
        description: 'The least important line that is written.',
      },
      format: {
        type: 'string',
        enum: ['auto', 'json', 'text'],
        default: 'auto',
        description: 'One JSON object per line, or text for people; `auto` is text on a terminal.',
      },
    },
  },
});

/** Backstage's own section: its services read it, we only let it pass. */
export const backstageSettings = defineSettings({
  key: 'backend',
  schema: { type: 'object', additionalProperties: true },
});

export const platformSections = [
  appSettings,
  serverSettings,
  databaseSettings,
  secretsSettings,
  rateLimitSettings,
  logSettings,
  mailSettings,
  backstageSettings,
] as const;
