import {
  idSchema,
  instantSchema,
  moneySchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import {
  autoTopUpSchema,
  paymentDetailSchema,
  paymentMethodSchema,
  paymentProviderNameSchema,
  paymentSchema,
  paymentStatusSchema,
  providerIdSchema,
  returnPathSchema,
} from './payments';

const TAG = 'payments';
const paymentParams = {
  type: 'object',
  additionalProperties: false,
  required: ['payment_id'],
  properties: { payment_id: idSchema },
} as const;
/** Characters of an address at the provider: its own are a few hundred long. */
const URL_LENGTH_MAX = 4_096;
const urlSchema = { type: 'string', maxLength: URL_LENGTH_MAX } as const;

const AMOUNT_ERRORS = ['currency_mismatch', 'amount_invalid', 'amount_not_payable', 'amount_out_of_range'] as const;

export const createCheckoutSession = operation({
  id: 'createCheckoutSession',
  method: 'POST',
  path: 'payments/checkout-session',
  tag: TAG,
  summary: 'Begin to add funds',
  description:
    'Answers with the payment and the address at which it can be paid, on pages of the payment provider. The money is there once the provider says that it was paid: ' +
    'until then `GET payments/{payment_id}` tells how it stands. After paying, the browser comes back to `/billing/return?payment_id=…`.',
  permission: 'billing.payment.manage',
  rateLimit: 'money',
  idempotency: 'accepted',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['amount'],
    properties: {
      amount: { ...moneySchema, description: 'In the organization’s currency, in whole coins of it.' },
      save_method: {
        type: 'boolean',
        default: false,
        description: 'Keep the card at the provider, for automatic top-ups.',
      },
      return_path: { ...returnPathSchema, description: 'Where the page after paying leads back to.' },
    },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['payment', 'checkout_url'],
      properties: { payment: paymentSchema, checkout_url: urlSchema },
    },
  },
  errors: [...AMOUNT_ERRORS, 'deposit_limit_reached', 'payments_off', 'payments_unavailable', 'payment_refused'],
});

export const createCustomerPortalSession = operation({
  id: 'createCustomerPortalSession',
  method: 'POST',
  path: 'payments/customer-portal-session',
  tag: TAG,
  summary: 'Open the provider’s pages for cards and receipts',
  description: 'The address works for minutes. Whoever has it can change the organization’s cards.',
  permission: 'billing.payment.manage',
  proof: 'fresh_or_key',
  rateLimit: 'money',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['return_path'],
    properties: { return_path: { ...returnPathSchema, description: 'Where those pages lead back to.' } },
  },
  responses: {
    201: { type: 'object', additionalProperties: false, required: ['url'], properties: { url: urlSchema } },
  },
  errors: ['payments_off', 'payments_unavailable', 'payment_portal_missing'],
});

export const receivePaymentEvent = operation({
  id: 'receivePaymentEvent',
  method: 'POST',
  path: 'payments/webhook',
  tag: TAG,
  summary: 'What the payment provider has to say',
  description:
    'For the provider alone, which signs what it sends. A message that was told before, or that concerns nobody here, is answered as any other and changes nothing.',
  permission: 'public',
  rawBody: true,
  rateLimit: 'webhooks',
  body: { type: 'object', additionalProperties: true },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['received'],
      properties: { received: { type: 'boolean', const: true } },
    },
  },
  errors: ['webhook_signature_invalid', 'payments_off'],
});

export const listPayments = operation({
  id: 'listPayments',
  method: 'GET',
  path: 'payments',
  tag: TAG,
  summary: 'Payments of the organization',
  description: 'Newest first.',
  permission: 'billing.payment.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { status: paymentStatusSchema, ...pageQueryProperties },
  },
  responses: { 200: pageSchema(paymentSchema) },
  errors: ['cursor_invalid'],
});

export const getPayment = operation({
  id: 'getPayment',
  method: 'GET',
  path: 'payments/{payment_id}',
  tag: TAG,
  summary: 'How a payment stands',
  description:
    'Asking for one that is open has the provider asked soon, in case its message was lost: ask again after some seconds.',
  permission: 'billing.payment.read',
  params: paymentParams,
  responses: { 200: paymentDetailSchema },
  errors: ['not_found'],
});

export const cancelPayment = operation({
  id: 'cancelPayment',
  method: 'POST',
  path: 'payments/{payment_id}/cancel',
  tag: TAG,
  summary: 'Give up a payment',
  description:
    'Nobody can pay it afterwards. Had somebody paid by then, the reply says `completed` and the money is there; cancelling one that has ended changes nothing.',
  permission: 'billing.payment.manage',
  rateLimit: 'money',
  idempotency: 'accepted',
  params: paymentParams,
  responses: { 200: paymentSchema },
  errors: ['not_found', 'payment_not_cancellable', 'payments_off', 'payments_unavailable'],
});

export const listPaymentMethods = operation({
  id: 'listPaymentMethods',
  method: 'GET',
  path: 'payments/methods',
  tag: TAG,
  summary: 'Saved payment methods',
  description: 'As the provider has them now. There is one page.',
  permission: 'billing.payment.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['items', 'next_cursor'],
      properties: {
        items: { type: 'array', items: paymentMethodSchema },
        next_cursor: { type: 'null', description: 'There is one page.' },
      },
    },
  },
  errors: ['payments_off', 'payments_unavailable'],
});

export const removePaymentMethod = operation({
  id: 'removePaymentMethod',
  method: 'DELETE',
  path: 'payments/methods/{method_id}',
  tag: TAG,
  summary: 'Remove a saved payment method',
  description: 'Automatic top-up is turned off when it was the one it charges.',
  permission: 'billing.payment.manage',
  proof: 'fresh_or_key',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['method_id'],
    properties: { method_id: providerIdSchema },
  },
  responses: { 204: null },
  errors: ['not_found', 'payments_off', 'payments_unavailable'],
});

export const getAutoTopUp = operation({
  id: 'getAutoTopUp',
  method: 'GET',
  path: 'payments/auto-top-up',
  tag: TAG,
  summary: 'Automatic top-up',
  permission: 'billing.payment.read',
  responses: { 200: autoTopUpSchema },
  errors: ['not_found'],
});

export const setAutoTopUp = operation({
  id: 'setAutoTopUp',
  method: 'PUT',
  path: 'payments/auto-top-up',
  tag: TAG,
  summary: 'Set up, change or turn off automatic top-up',
  description:
    'While it is on, the saved method is charged by `amount` whenever available and held money together, less what was used, fall below `threshold`: one charge at a time, ' +
    'and never beyond `monthly_limit` in a calendar month. After three charges in a row that fail it is turned off. To turn it off, `enabled: false` is enough: the rest stays as it was.',
  permission: 'billing.payment.manage',
  proof: 'fresh_or_key',
  rateLimit: 'money',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['enabled'],
    properties: {
      enabled: { type: 'boolean' },
      threshold: moneySchema,
      amount: moneySchema,
      monthly_limit: moneySchema,
      method_id: providerIdSchema,
    },
  },
  responses: { 200: autoTopUpSchema },
  errors: [
    'not_found',
    ...AMOUNT_ERRORS,
    'auto_top_up_incomplete',
    'payment_method_unknown',
    'payments_off',
    'payments_unavailable',
  ],
});

export const getPaymentSettings = operation({
  id: 'getPaymentSettings',
  method: 'GET',
  path: 'payments/settings',
  tag: TAG,
  summary: 'How funds can be added',
  description: 'All a form needs to know before it is filled in.',
  permission: 'billing.payment.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: [
        'provider',
        'is_test_money',
        'currency',
        'decimals',
        'deposit_min',
        'deposit_max',
        'deposits_per_day_max',
        'suggested_amounts',
      ],
      properties: {
        provider: {
          type: ['string', 'null'],
          enum: [...paymentProviderNameSchema.enum, null],
          description: 'Null: this portal takes no payments.',
        },
        is_test_money: { type: 'boolean', description: 'No card is charged: pages say so.' },
        currency: { type: 'string', pattern: '^[A-Z]{3}$' },
        decimals: { type: 'integer', minimum: 0, maximum: 6, description: 'Decimals an amount may have.' },
        deposit_min: moneySchema,
        deposit_max: moneySchema,
        deposits_per_day_max: { ...moneySchema, description: 'Of an organization within 24 hours.' },
        suggested_amounts: { type: 'array', items: moneySchema },
      },
    },
  },
  errors: ['not_found'],
});

const testCheckoutSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['payment_id', 'amount', 'state', 'saves_method', 'expires_at', 'success_url', 'cancel_url'],
  properties: {
    payment_id: idSchema,
    amount: moneySchema,
    state: {
      type: 'string',
      enum: ['open', 'pending', 'paid', 'expired', 'failed'],
      description: 'As the test provider has it; the payment follows within seconds.',
    },
    saves_method: { type: 'boolean' },
    expires_at: instantSchema,
    success_url: { ...urlSchema, description: 'Where the payer goes afterwards.' },
    cancel_url: urlSchema,
  },
} as const;

export const getTestCheckout = operation({
  id: 'getTestCheckout',
  method: 'GET',
  path: 'payments/test-checkout/{payment_id}',
  tag: TAG,
  summary: 'A checkout of the test provider',
  description: 'There while the portal works with test money; what its checkout page shows.',
  permission: 'billing.payment.manage',
  params: paymentParams,
  responses: { 200: testCheckoutSchema },
  errors: ['not_found'],
});

export const decideTestCheckout = operation({
  id: 'decideTestCheckout',
  method: 'POST',
  path: 'payments/test-checkout/{payment_id}',
  tag: TAG,
  summary: 'Pay with test money, or do not',
  description:
    'What a card, a bank and a payer do at a real provider. `paid`, `declined`, `insufficient_funds`, `pending` (a bank that takes days) and `cancelled` are for a checkout that is open; ' +
    '`settled` and `bounced` are how a pending one ends.',
  permission: 'billing.payment.manage',
  rateLimit: 'money',
  params: paymentParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['outcome'],
    properties: {
      outcome: {
        type: 'string',
        enum: ['paid', 'declined', 'insufficient_funds', 'pending', 'cancelled', 'settled', 'bounced'],
      },
      card: {
        type: 'string',
        enum: ['4242', '0341', '5126', '0259'],
        default: '4242',
        description:
          'The last four digits of the test card, as at Stripe: 4242 always works; 0341 is saved and declined when it is charged automatically; a refund to 5126 fails; a payment by 0259 is disputed.',
      },
    },
  },
  responses: { 200: testCheckoutSchema },
  errors: ['not_found', 'test_checkout_ended'],
});
