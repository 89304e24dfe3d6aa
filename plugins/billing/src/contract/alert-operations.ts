import { idSchema, mailAddressSchema, moneySchema, operation } from '@portico/plugin-kit/contract';

/** People one message of an organization goes to: those who look after its money, not a crowd. */
export const ALERT_RECIPIENTS_MAX = 10;
/** A year: who wants to know earlier wants a budget. */
export const ALERT_RUNWAY_SECONDS_MAX = 366 * 86_400;

const runwaySchema = (description: string) =>
  ({ type: ['integer', 'null'], minimum: 0, maximum: ALERT_RUNWAY_SECONDS_MAX, description }) as const;
const amountOrNull = (description: string) => ({ anyOf: [{ ...moneySchema, description }, { type: 'null' }] }) as const;

const thresholdsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['notice_runway_seconds', 'warning_runway_seconds', 'warning_below'],
  properties: {
    notice_runway_seconds: { type: 'integer', minimum: 0 },
    warning_runway_seconds: { type: 'integer', minimum: 0 },
    warning_below: moneySchema,
  },
} as const;

const alertsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['own', 'platform', 'in_force', 'recipients', 'possible_recipients'],
  properties: {
    own: {
      type: 'object',
      description: 'What the organization chose; null where it goes by the platform.',
      additionalProperties: false,
      required: ['notice_runway_seconds', 'warning_runway_seconds', 'warning_below'],
      properties: {
        notice_runway_seconds: runwaySchema('Below this runway the balance is at `notice`.'),
        warning_runway_seconds: runwaySchema('Below this runway the balance is at `warning`.'),
        warning_below: amountOrNull('Below this amount the balance is at `warning`, whatever the runway.'),
      },
    },
    platform: {
      ...thresholdsSchema,
      description: 'What holds where the organization chose nothing, and the latest it can choose.',
    },
    in_force: thresholdsSchema,
    recipients: {
      type: ['array', 'null'],
      maxItems: ALERT_RECIPIENTS_MAX,
      items: idSchema,
      description: 'User ids of those who are written to; null: everybody of `possible_recipients`.',
    },
    possible_recipients: {
      type: 'array',
      description:
        'Members who may see every movement of the money and have confirmed an address. Nobody else is written to: an address that its owner never confirmed could be anybody’s.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['user_id', 'username', 'email'],
        properties: { user_id: idSchema, username: { type: 'string' }, email: mailAddressSchema },
      },
    },
  },
} as const;

export const getAlerts = operation({
  id: 'getAlerts',
  method: 'GET',
  path: 'billing/alerts',
  tag: 'billing',
  summary: 'When and whom the balance warns',
  permission: 'billing.ledger.read',
  responses: { 200: alertsSchema },
  errors: ['not_found'],
});

export const setAlerts = operation({
  id: 'setAlerts',
  method: 'PUT',
  path: 'billing/alerts',
  tag: 'billing',
  summary: 'Change when and whom the balance warns',
  description:
    'Earlier than the platform, or as early; not later: a warning that comes too late to act upon is none, and the platform answers for it. What is left out or null goes by the platform.',
  permission: 'billing.alert.manage',
  body: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      notice_runway_seconds: runwaySchema('At least that of the platform, and that of the warning.'),
      warning_runway_seconds: runwaySchema('At least that of the platform.'),
      warning_below: amountOrNull('At least that of the platform, in the currency of the account.'),
      recipients: {
        type: ['array', 'null'],
        minItems: 1,
        maxItems: ALERT_RECIPIENTS_MAX,
        uniqueItems: true,
        items: idSchema,
        description: 'Of `possible_recipients`; null: all of them.',
      },
    },
  },
  responses: { 200: alertsSchema },
  errors: [
    'alert_later_than_platform',
    'alert_order_invalid',
    'alert_recipient_unsuitable',
    'amount_invalid',
    'currency_mismatch',
  ],
});
