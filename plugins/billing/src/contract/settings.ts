import { stripeSettingsSchema } from './stripe-settings';
import { CURRENCIES_MAX, SUGGESTED_AMOUNTS_MAX } from './currency-operations';
import { invoiceSettingsSchema } from './invoice-settings';

/** An amount in whole units of the currency, exact: at most six decimal places. */
const unitsSchema = { type: 'string', pattern: '^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?$' } as const;

const HOUR_SECONDS = 3_600;

/** The `billing` section of the configuration; a `SettingsSection` by shape, written without the backend's helper because browsers import this index. */
export const billingSettings = {
  key: 'billing',
  schema: {
    type: 'object',
    additionalProperties: false,
    default: {},
    required: [
      'currency',
      'currencies',
      'trialCredit',
      'holdSeconds',
      'graceSeconds',
      'noticeRunwaySeconds',
      'warningRunwaySeconds',
      'warningBelow',
      'accrualSeconds',
      'outageCredit',
      'payments',
      'refunds',
      'disputes',
      'invoices',
    ],
    properties: {
      currency: {
        type: 'string',
        pattern: '^[A-Z]{3}$',
        default: 'USD',
        description: 'ISO 4217 code of the currency in which new accounts are kept.',
      },
      currencies: {
        type: 'object',
        maxProperties: CURRENCIES_MAX,
        propertyNames: { pattern: '^[A-Z]{3}$' },
        default: {},
        description:
          'ISO 4217 code → what holds in it. Accounts can be kept in these and in the default one, which needs no entry; hardware needs a price in each to be launched.',
        additionalProperties: {
          type: 'object',
          additionalProperties: false,
          properties: {
            depositMin: { ...unitsSchema, description: 'The least one may add at once; default 10.' },
            depositMax: { ...unitsSchema, description: 'The most one may add at once; default 1000.' },
            suggestedDeposits: {
              type: 'array',
              maxItems: SUGGESTED_AMOUNTS_MAX,
              items: unitsSchema,
              description: 'Amounts the page offers; default 10, 25, 50 and 100.',
            },
            warningBelow: { ...unitsSchema, description: 'Instead of `warningBelow`, for accounts in this currency.' },
            trialCredit: {
              ...unitsSchema,
              description:
                'Instead of `trialCredit.amount`, which is of the default currency; other currencies have none by default.',
            },
          },
        },
      },
      trialCredit: {
        type: 'object',
        additionalProperties: false,
        default: {},
        required: ['enabled', 'amount', 'expiresDays'],
        description: 'What a new organization is given.',
        properties: {
          enabled: {
            type: 'string',
            enum: ['auto', 'on', 'off'],
            default: 'auto',
            description:
              '`auto` gives it on the embedded database and not on PostgreSQL, where a portal is taken to be for real.',
          },
          amount: { ...unitsSchema, default: '25.00', description: 'In units of the currency.' },
          expiresDays: {
            type: ['integer', 'null'],
            minimum: 1,
            maximum: 3_650,
            default: null,
            description: 'What is unspent of it so many days later is taken back; null: it stays.',
          },
        },
      },
      holdSeconds: {
        type: 'integer',
        minimum: 60,
        maximum: 168 * HOUR_SECONDS,
        default: HOUR_SECONDS,
        description: 'A launch sets aside the price of so many seconds, and they are kept set aside while it runs.',
      },
      graceSeconds: {
        type: 'integer',
        minimum: 0,
        maximum: 168 * HOUR_SECONDS,
        default: HOUR_SECONDS / 4,
        description:
          'When the money left pays for no more than this, release is announced. Paid from holds, so not longer than they are.',
      },
      noticeRunwaySeconds: {
        type: 'integer',
        minimum: 0,
        default: 72 * HOUR_SECONDS,
        description: 'Below this runway the balance is at `notice`.',
      },
      warningRunwaySeconds: {
        type: 'integer',
        minimum: 0,
        default: 24 * HOUR_SECONDS,
        description: 'Below this runway the balance is at `warning`.',
      },
      warningBelow: {
        ...unitsSchema,
        default: '5.00',
        description: 'Below this many units the balance is at `warning`, whatever the runway.',
      },
      payments: {
        type: 'object',
        additionalProperties: false,
        default: {},
        required: ['provider', 'dailyDeposits'],
        description: 'How money comes in.',
        properties: {
          provider: {
            type: 'string',
            enum: ['auto', 'stripe', 'test', 'off'],
            default: 'auto',
            description:
              '`auto`: Stripe where its keys are configured; else the embedded test provider on the embedded database, and none on PostgreSQL, where a portal is taken to be for real and gives no money away.',
          },
          dailyDeposits: {
            type: 'integer',
            minimum: 1,
            maximum: 1_000,
            default: 3,
            description: 'Within 24 hours an organization may pay in so many times the most that may be added at once.',
          },
          stripe: stripeSettingsSchema,
        },
      },
      refunds: {
        type: 'object',
        additionalProperties: false,
        default: {},
        required: ['windowDays', 'fourEyesAbove'],
        description: 'What may go back to a card without a person, and what one person may decide.',
        properties: {
          windowDays: {
            type: 'integer',
            minimum: 0,
            maximum: 180,
            default: 30,
            description:
              'A payment can go back to its card for so many days; payment providers refuse much older ones. Afterwards a person may give a credit.',
          },
          fourEyesAbove: {
            ...unitsSchema,
            default: '100',
            description:
              'Refunds above so many units, of whatever currency, need a second person; so does what one person of the platform gives an organization beyond it within 24 hours.',
          },
        },
      },
      disputes: {
        type: 'object',
        additionalProperties: false,
        default: {},
        required: ['blockLaunches'],
        properties: {
          blockLaunches: {
            type: 'boolean',
            default: true,
            description: 'Whether an organization launches nothing while a payment of it is disputed.',
          },
        },
      },
      invoices: invoiceSettingsSchema,
      outageCredit: {
        type: 'object',
        additionalProperties: false,
        default: {},
        required: ['afterSeconds'],
        description: 'What customers are given back when a node could not be reached.',
        properties: {
          afterSeconds: {
            type: 'integer',
            minimum: 0,
            maximum: 168 * HOUR_SECONDS,
            default: 300,
            description:
              'An outage that lasts so long is credited, from its beginning on. What the fleet does not count as unreachable (`fleet.heartbeat.unreachableAfterSeconds`) is none.',
          },
        },
      },
      accrualSeconds: {
        type: 'integer',
        minimum: 1,
        maximum: 60,
        default: 5,
        description: 'How often balances are looked at; an overdraft is never more than the burn of this time.',
      },
    },
  },
} as const;
