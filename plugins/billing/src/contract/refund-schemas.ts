import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
} from '@portico/plugin-kit/contract';

/** For other people to read: one or several lines, without control characters but line breaks. */
export const refundReasonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  pattern:
    '^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*[^\\s\\u0000-\\u0009\\u000b-\\u001f\\u007f][^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*$',
} as const;

/** `requested` waits for a person. The others are decided: money on its way to the card, money given as a credit, or nothing. */
export const refundStatusSchema = {
  type: 'string',
  enum: ['requested', 'provider_refund', 'internal_credit', 'rejected'],
} as const;

/** What money can do when it goes back. */
export const refundOutcomeSchema = { type: 'string', enum: ['provider_refund', 'internal_credit'] } as const;

const outcomeText = {
  type: 'string',
  description: 'What became of it, or will, in one or two plain sentences.',
} as const;

const cardSchema = {
  type: ['object', 'null'],
  description: 'What the payment was made with, and where a refund to it arrives.',
  additionalProperties: false,
  required: ['brand', 'last4'],
  properties: { brand: { type: 'string' }, last4: { type: 'string' } },
} as const;

const refundProperties = {
  refund_id: idSchema,
  payment_id: {
    ...nullableIdSchema,
    description: 'The payment it gives back; null for a credit that belongs to no payment.',
  },
  amount: moneySchema,
  status: refundStatusSchema,
  settlement: {
    type: ['string', 'null'],
    enum: ['pending', 'succeeded', 'failed', null],
    description:
      'How the way to the card stands. `failed`: the provider could not do it, the money is back in the balance and the status is `internal_credit`. Null: nothing was sent to a card.',
  },
  waits_for: {
    type: ['string', 'null'],
    enum: ['decision', 'approval', null],
    description: 'Of one that is requested: a person who decides what becomes of it, or a second one who approves.',
  },
  outcome_text: outcomeText,
  card: cardSchema,
  reason: { type: 'string', description: 'Why it was asked for; empty where the provider said nothing.' },
  decision_reason: { type: ['string', 'null'], description: 'Why a person decided as they did.' },
  made_by: {
    type: 'string',
    enum: ['customer', 'platform', 'provider'],
    description: 'Who asked: a member, somebody of the platform, or somebody at the payment provider’s own pages.',
  },
  requested_at: instantSchema,
  decided_at: { ...nullableInstantSchema, description: 'When its outcome was settled; null while it waits.' },
  settled_at: { ...nullableInstantSchema, description: 'When the provider said whether it arrived.' },
} as const;

const refundRequired = [
  'refund_id',
  'payment_id',
  'amount',
  'status',
  'settlement',
  'waits_for',
  'outcome_text',
  'card',
  'reason',
  'decision_reason',
  'made_by',
  'requested_at',
  'decided_at',
  'settled_at',
] as const;

/** A refund as the organization sees it. */
export const refundSchema = {
  type: 'object',
  additionalProperties: false,
  required: refundRequired,
  properties: refundProperties,
} as const;

const personSchema = {
  type: ['object', 'null'],
  additionalProperties: false,
  required: ['user_id', 'username'],
  properties: {
    user_id: { type: 'string' },
    username: { type: ['string', 'null'], description: 'Null when nobody is called that any more.' },
  },
} as const;

/** The same with the people behind it, for those who decide. */
export const adminRefundSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    ...refundRequired,
    'organization_id',
    'organization_name',
    'user_id',
    'proposed_outcome',
    'requested_by',
    'decided_by',
    'approved_by',
    'provider_refund_id',
    'failure',
  ],
  properties: {
    ...refundProperties,
    organization_id: idSchema,
    organization_name: { type: ['string', 'null'] },
    user_id: { ...nullableIdSchema, description: 'For whom.' },
    proposed_outcome: {
      type: ['string', 'null'],
      enum: ['provider_refund', 'internal_credit', null],
      description: 'What it becomes once it is approved; null while nobody has decided.',
    },
    requested_by: personSchema,
    decided_by: {
      ...personSchema,
      description: 'The person who decided; null where policy did, and while nobody has.',
    },
    approved_by: personSchema,
    provider_refund_id: { type: ['string', 'null'] },
    failure: { type: ['string', 'null'], description: 'What the provider said when it could not do it.' },
  },
} as const;

/** What a refund would become if it were asked for now. Nothing is reserved: it is looked at again when it is made. */
export const refundPreviewSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'payment_id',
    'amount',
    'outcome',
    'waits_for',
    'outcome_text',
    'refundable',
    'left_of_payment',
    'unspent',
    'window_ends_at',
    'card',
  ],
  properties: {
    payment_id: nullableIdSchema,
    amount: moneySchema,
    outcome: {
      type: ['string', 'null'],
      enum: ['provider_refund', 'internal_credit', null],
      description: 'Null: policy does not decide this by itself, a person does.',
    },
    waits_for: { type: ['string', 'null'], enum: ['decision', 'approval', null] },
    outcome_text: outcomeText,
    refundable: { ...moneySchema, description: 'The most of this payment that could go back to the card now.' },
    left_of_payment: { ...moneySchema, description: 'The payment less what was refunded and disputed of it.' },
    unspent: {
      ...moneySchema,
      description: 'Money the organization paid in and has neither spent nor set aside for what runs.',
    },
    window_ends_at: {
      ...nullableInstantSchema,
      description: 'Until then the payment can go back to the card; null without a payment.',
    },
    card: cardSchema,
  },
} as const;

export const disputeSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'dispute_id',
    'organization_id',
    'organization_name',
    'payment_id',
    'status',
    'amount',
    'reason',
    'respond_by',
    'provider_dispute_id',
    'opened_at',
    'closed_at',
  ],
  properties: {
    dispute_id: idSchema,
    organization_id: idSchema,
    organization_name: { type: ['string', 'null'] },
    payment_id: idSchema,
    status: {
      type: 'string',
      enum: ['inquiry', 'open', 'won', 'lost'],
      description:
        '`inquiry`: the bank asks, no money was taken. `open`: the amount was taken from the balance. `won`: it came back. `lost`: it did not.',
    },
    amount: moneySchema,
    reason: { type: 'string', description: 'The provider’s word for it.' },
    respond_by: { ...nullableInstantSchema, description: 'Evidence has to be at the provider by then.' },
    provider_dispute_id: { type: 'string' },
    opened_at: { ...instantSchema, description: 'When the portal heard of it.' },
    closed_at: nullableInstantSchema,
  },
} as const;
