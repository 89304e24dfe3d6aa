import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
} from '@portico/plugin-kit/contract';

/** Identifiers of payment providers are their own: letters, digits and underscores, with or without a prefix. */
const PROVIDER_ID_LENGTH_MAX = 255;
export const providerIdSchema = {
  type: 'string',
  minLength: 1,
  maxLength: PROVIDER_ID_LENGTH_MAX,
  pattern: '^[A-Za-z0-9_]+$',
} as const;

/** A path of this portal without query, such as `/launch`: never another host. */
export const returnPathSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  pattern: '^/([A-Za-z0-9._~-][A-Za-z0-9._~/-]*)?$',
} as const;

export const paymentKindSchema = { type: 'string', enum: ['checkout', 'auto_top_up'] } as const;

export const paymentStatusSchema = {
  type: 'string',
  enum: ['created', 'open', 'completed', 'expired', 'cancelled', 'failed'],
  description:
    '`created`: written down, the provider not asked yet. `open`: to be paid. `completed`: paid and credited. `expired`, `cancelled`, `failed`: not paid; should the provider ' +
    'say later that it was paid after all, it becomes `completed`, and nothing else ever follows.',
} as const;

export const paymentProviderNameSchema = { type: 'string', enum: ['stripe', 'test'] } as const;

const failureSchema = {
  type: ['object', 'null'],
  description: 'Why it was not paid, or why the last attempt at it was refused.',
  additionalProperties: false,
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', description: 'The provider’s word, such as `card_declined` or `insufficient_funds`.' },
    message: { type: 'string', description: 'One sentence for the person who pays.' },
  },
} as const;

const usedMethodSchema = {
  type: ['object', 'null'],
  description: 'What it was paid with; null until then.',
  additionalProperties: false,
  required: ['brand', 'last4'],
  properties: { brand: { type: 'string' }, last4: { type: 'string' } },
} as const;

const paymentProperties = {
  payment_id: idSchema,
  kind: paymentKindSchema,
  status: paymentStatusSchema,
  is_pending: {
    type: 'boolean',
    description:
      'Handed in by a method that takes days to say whether it was paid, such as a debit from a bank account.',
  },
  amount: moneySchema,
  provider: paymentProviderNameSchema,
  is_test_money: { type: 'boolean' },
  failure: failureSchema,
  method: usedMethodSchema,
  refunded: { ...moneySchema, description: 'Of it given back to the card, or on the way there.' },
  refundable_until: {
    ...nullableInstantSchema,
    description: 'Until then it can go back to the card; null where nothing was paid.',
  },
  entry_id: { ...nullableIdSchema, description: 'The ledger entry that credited it.' },
  return_path: { ...returnPathSchema, type: ['string', 'null'], description: 'Where the payer came from.' },
  created_at: instantSchema,
  updated_at: instantSchema,
  completed_at: nullableInstantSchema,
  expires_at: { ...nullableInstantSchema, description: 'Nobody can pay it afterwards; null for automatic top-ups.' },
  created_by: {
    ...nullableIdSchema,
    description: 'The user who began it; of an automatic top-up the one who set that up.',
  },
} as const;

const paymentRequired = [
  'payment_id',
  'kind',
  'status',
  'is_pending',
  'amount',
  'provider',
  'is_test_money',
  'failure',
  'method',
  'refunded',
  'refundable_until',
  'entry_id',
  'return_path',
  'created_at',
  'updated_at',
  'completed_at',
  'expires_at',
  'created_by',
] as const;

export const paymentSchema = {
  type: 'object',
  additionalProperties: false,
  required: paymentRequired,
  properties: paymentProperties,
} as const;

export const paymentDetailSchema = {
  type: 'object',
  additionalProperties: false,
  required: [...paymentRequired, 'checkout_url'],
  properties: {
    ...paymentProperties,
    checkout_url: {
      type: ['string', 'null'],
      description: 'Where it can still be paid; null when there is nothing left to do for a person.',
    },
  },
} as const;

export const paymentMethodSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['method_id', 'brand', 'last4', 'expires_month', 'expires_year', 'used_by_auto_top_up'],
  properties: {
    method_id: providerIdSchema,
    brand: { type: 'string', description: '`visa`, `mastercard`, `sepa_debit`: the provider’s word.' },
    last4: { type: 'string' },
    expires_month: { type: ['integer', 'null'], minimum: 1, maximum: 12 },
    expires_year: { type: ['integer', 'null'] },
    used_by_auto_top_up: { type: 'boolean' },
  },
} as const;

export const autoTopUpSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'enabled',
    'threshold',
    'amount',
    'monthly_limit',
    'spent_this_month',
    'method',
    'failures_in_row',
    'disabled_reason',
    'waits_until',
    'last_payment_id',
    'updated_at',
  ],
  properties: {
    enabled: { type: 'boolean' },
    threshold: {
      type: ['object', 'null'],
      description: 'The card is charged when available and held money together, less what was used, fall below this.',
      ...withoutType(moneySchema),
    },
    amount: { type: ['object', 'null'], description: 'What is charged each time.', ...withoutType(moneySchema) },
    monthly_limit: {
      type: ['object', 'null'],
      description: 'No charge goes beyond this in a calendar month (UTC).',
      ...withoutType(moneySchema),
    },
    spent_this_month: { ...moneySchema, description: 'Charged, or being charged, in this calendar month (UTC).' },
    method: {
      type: ['object', 'null'],
      additionalProperties: false,
      required: ['method_id', 'brand', 'last4'],
      properties: { method_id: providerIdSchema, brand: { type: 'string' }, last4: { type: 'string' } },
    },
    failures_in_row: { type: 'integer', minimum: 0, description: 'Charges that failed since the last that did not.' },
    disabled_reason: {
      type: ['string', 'null'],
      enum: ['failures', 'method_removed', null],
      description: 'Why the portal turned it off; null while it is on, or when somebody turned it off.',
    },
    waits_until: {
      ...nullableInstantSchema,
      description: 'No charge is made before: the last one failed, or a limit is reached.',
    },
    last_payment_id: nullableIdSchema,
    updated_at: nullableInstantSchema,
  },
} as const;

/** The schema of an object without its type and description, for spreading into one that may also be null. */
function withoutType<const Schema extends { readonly type: unknown; readonly description: unknown }>(
  schema: Schema,
): Omit<Schema, 'type' | 'description'> {
  const { type: _type, description: _description, ...rest } = schema;
  return rest;
}
