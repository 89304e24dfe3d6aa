import { moneySchema, operation } from '@portico/plugin-kit/contract';
import { currencySchema } from './currencies';

/** Amounts a page offers beside the field for another one. */
export const SUGGESTED_AMOUNTS_MAX = 8;
/** Currencies of one portal. */
export const CURRENCIES_MAX = 32;

export const listCurrencies = operation({
  id: 'listCurrencies',
  method: 'GET',
  path: 'billing/currencies',
  tag: 'billing',
  summary: 'Currencies an account can be kept in',
  description:
    'The default comes first. `exponent` is how many decimals an amount that is paid or paid back may have; usage is reckoned to the micro-unit in every currency.',
  permission: 'public',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['items', 'next_cursor'],
      properties: {
        items: {
          type: 'array',
          maxItems: CURRENCIES_MAX,
          items: {
            type: 'object',
            additionalProperties: false,
            required: [
              'currency',
              'exponent',
              'is_default',
              'deposit_min',
              'deposit_max',
              'suggested_deposits',
              'trial_credit',
            ],
            properties: {
              currency: currencySchema,
              exponent: { type: 'integer', minimum: 0, maximum: 4 },
              is_default: { type: 'boolean' },
              deposit_min: { ...moneySchema, description: 'The least one may add at once.' },
              deposit_max: { ...moneySchema, description: 'The most one may add at once.' },
              suggested_deposits: { type: 'array', maxItems: SUGGESTED_AMOUNTS_MAX, items: moneySchema },
              trial_credit: {
                anyOf: [{ ...moneySchema, description: 'What a new account begins with.' }, { type: 'null' }],
              },
            },
          },
        },
        next_cursor: { type: 'null', description: 'There is one page.' },
      },
    },
  },
  errors: [],
});

export const changeCurrency = operation({
  id: 'changeCurrency',
  method: 'PUT',
  path: 'billing/currency',
  tag: 'billing',
  summary: 'Keep the account in another currency',
  description:
    'Possible until there is any amount in it: a movement of money, a trial credit included, a payment begun, a budget. Nothing is ever converted.',
  permission: 'billing.payment.manage',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['currency'],
    properties: { currency: currencySchema },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['currency'],
      properties: { currency: currencySchema },
    },
  },
  errors: ['currency_not_offered', 'currency_in_use'],
});
