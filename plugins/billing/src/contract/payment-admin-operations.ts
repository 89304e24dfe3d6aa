import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { paymentKindSchema, paymentProviderNameSchema, paymentSchema, paymentStatusSchema } from './payments';
import { ledgerEntryKindSchema } from './schemas';

const TAG = 'payment-sessions';
const sessionParams = {
  type: 'object',
  additionalProperties: false,
  required: ['payment_id'],
  properties: { payment_id: idSchema },
} as const;

const whoseSession = {
  organization_id: idSchema,
  organization_name: { type: ['string', 'null'] },
  username: { type: ['string', 'null'], description: 'Of the user who began it.' },
} as const;
const whoseRequired = ['organization_id', 'organization_name', 'username'] as const;

/** A payment as the platform's own people see it: with whose it is. */
export const paymentSessionSchema = {
  type: 'object',
  additionalProperties: false,
  required: [...paymentSchema.required, ...whoseRequired],
  properties: { ...paymentSchema.properties, ...whoseSession },
} as const;

export const paymentSessionDetailSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    ...paymentSchema.required,
    ...whoseRequired,
    'provider_session_id',
    'provider_payment_id',
    'checks',
    'checked_at',
    'next_check_at',
    'states',
    'provider_events',
    'entries',
    'refunds',
    'disputes',
  ],
  properties: {
    ...paymentSchema.properties,
    ...whoseSession,
    provider_session_id: { type: ['string', 'null'] },
    provider_payment_id: { type: ['string', 'null'] },
    checks: { type: 'integer', minimum: 0, description: 'How often the provider was asked how it stands.' },
    checked_at: nullableInstantSchema,
    next_check_at: { ...nullableInstantSchema, description: 'Null: nothing is left to ask.' },
    states: {
      type: 'array',
      description: 'Oldest first.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['status', 'is_pending', 'at', 'source', 'note'],
        properties: {
          status: paymentStatusSchema,
          is_pending: { type: 'boolean' },
          at: instantSchema,
          source: {
            type: 'string',
            enum: ['request', 'provider_call', 'webhook', 'check', 'auto_top_up'],
            description:
              'What brought the news: somebody’s request, the answer to our call, a message of the provider, a question asked because none came, the balance.',
          },
          note: { type: ['string', 'null'] },
        },
      },
    },
    provider_events: {
      type: 'array',
      description: 'What the provider sent about it, oldest first, at most the 200 newest.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['event_id', 'type', 'occurred_at', 'received_at', 'outcome'],
        properties: {
          event_id: { type: 'string' },
          type: { type: 'string' },
          occurred_at: instantSchema,
          received_at: instantSchema,
          outcome: {
            type: 'string',
            enum: ['applied', 'unchanged', 'mismatch', 'unknown', 'ignored'],
            description:
              '`unchanged`: told before, or older than what is known. `mismatch`: what was paid is not what was asked for; nothing was credited. `unknown`: of nothing known here, kept in case it becomes known.',
          },
        },
      },
    },
    entries: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['entry_id', 'kind', 'amount', 'description', 'created_at'],
        properties: {
          entry_id: idSchema,
          kind: ledgerEntryKindSchema,
          amount: moneySchema,
          description: { type: 'string' },
          created_at: instantSchema,
        },
      },
    },
    refunds: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['refund_id', 'status', 'amount', 'created_at'],
        properties: { refund_id: idSchema, status: { type: 'string' }, amount: moneySchema, created_at: instantSchema },
      },
    },
    disputes: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['dispute_id', 'status', 'amount', 'reason', 'created_at'],
        properties: {
          dispute_id: nullableIdSchema,
          status: { type: 'string' },
          amount: moneySchema,
          reason: { type: 'string' },
          created_at: instantSchema,
        },
      },
    },
  },
} as const;

export const listPaymentSessions = operation({
  id: 'listPaymentSessions',
  method: 'GET',
  path: 'admin/payments/sessions',
  tag: TAG,
  summary: 'Payments of all organizations',
  description: 'Newest first.',
  permission: 'billing.payment.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      organization_id: idSchema,
      user_id: idSchema,
      kind: paymentKindSchema,
      status: paymentStatusSchema,
      provider: paymentProviderNameSchema,
      from: { ...instantSchema, description: 'Begun at this instant or later.' },
      to: { ...instantSchema, description: 'Begun before this instant.' },
      ...pageQueryProperties,
    },
  },
  responses: { 200: pageSchema(paymentSessionSchema) },
  errors: ['cursor_invalid', 'period_invalid'],
});

export const getPaymentSession = operation({
  id: 'getPaymentSession',
  method: 'GET',
  path: 'admin/payments/sessions/{payment_id}',
  tag: TAG,
  summary: 'All that is known of a payment',
  permission: 'billing.payment.read_any',
  params: sessionParams,
  responses: { 200: paymentSessionDetailSchema },
  errors: ['not_found'],
});

export const reconcilePaymentSession = operation({
  id: 'reconcilePaymentSession',
  method: 'POST',
  path: 'admin/payments/sessions/{payment_id}/reconcile',
  tag: TAG,
  summary: 'Ask the provider now how a payment stands',
  description: 'What it says is applied as if it had sent it; the reply is the payment after that.',
  permission: 'billing.payment.reconcile_any',
  rateLimit: 'money',
  params: sessionParams,
  responses: { 200: paymentSessionDetailSchema },
  errors: ['not_found', 'payments_off', 'payments_unavailable'],
});
