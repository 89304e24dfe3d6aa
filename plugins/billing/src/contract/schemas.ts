import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
} from '@portico/plugin-kit/contract';

/** From best to worst. Thresholds are settings; `depleted` is an account without money, whether or not anything ran. */
export const balanceStatusSchema = {
  type: 'string',
  enum: ['healthy', 'notice', 'warning', 'auto_release_pending', 'depleted'],
} as const;

export const balanceSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['available', 'held', 'currency', 'status', 'burn_rate_per_hour', 'runway_seconds', 'as_of'],
  properties: {
    available: {
      ...moneySchema,
      description: 'What a launch could take now: usage up to `as_of` is already taken off.',
    },
    held: {
      ...moneySchema,
      description: 'Set aside for what runs or is about to run; it pays for the last hour when nothing else is left.',
    },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    status: balanceStatusSchema,
    burn_rate_per_hour: { ...moneySchema, description: 'Sum of the prices of all allocations that are metered now.' },
    runway_seconds: {
      type: ['integer', 'null'],
      minimum: 0,
      description:
        'Until available and held money together are used up at this burn rate, rounded down; null when nothing burns.',
    },
    as_of: instantSchema,
  },
} as const;

/** What one allocation cost, within the period asked for. */
export const usageSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'allocation_id',
    'allocation_name',
    'department_id',
    'project_id',
    'user_id',
    'sku_id',
    'gpu_count',
    'price_per_hour',
    'seconds',
    'cost',
    'started_at',
    'stopped_at',
  ],
  properties: {
    allocation_id: idSchema,
    allocation_name: { type: 'string', description: 'The allocation’s name, or its id where billing was told none.' },
    department_id: idSchema,
    project_id: idSchema,
    user_id: nullableIdSchema,
    sku_id: idSchema,
    gpu_count: { type: 'integer', minimum: 1 },
    price_per_hour: { ...moneySchema, description: 'Of the whole allocation, frozen at launch.' },
    seconds: {
      type: 'integer',
      minimum: 0,
      description: 'Metered seconds, rounded down; the cost is reckoned to the millisecond.',
    },
    cost: {
      ...moneySchema,
      description: 'Price × metered time, rounded down to the micro-unit. Adjoining periods add up exactly.',
    },
    started_at: { ...instantSchema, description: 'When the meter started: the allocation became active.' },
    stopped_at: { ...nullableInstantSchema, description: 'When the meter stopped; null while it runs.' },
  },
} as const;

export const ledgerEntryKindSchema = {
  type: 'string',
  enum: [
    'top_up',
    'trial',
    'voucher',
    'internal_credit',
    'adjustment',
    'hold',
    'hold_release',
    'usage',
    'usage_reversal',
    'refund',
    'refund_settlement',
    'refund_reversal',
    'dispute',
    'dispute_reversal',
    'expiry',
    'reversal',
  ],
} as const;

export const ledgerEntrySchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'entry_id',
    'kind',
    'amount',
    'balance_effect',
    'department_id',
    'project_id',
    'user_id',
    'allocation_id',
    'description',
    'period_from',
    'period_to',
    'created_at',
  ],
  properties: {
    entry_id: idSchema,
    kind: ledgerEntryKindSchema,
    amount: {
      ...moneySchema,
      description: 'Signed as the customer sees it: credits and released holds are positive, usage and holds negative.',
    },
    balance_effect: {
      type: 'object',
      description:
        'What the entry did to the two parts of the balance. A hold moves money between them and leaves their sum alone.',
      additionalProperties: false,
      required: ['available', 'held'],
      properties: { available: moneySchema, held: moneySchema },
    },
    department_id: nullableIdSchema,
    project_id: nullableIdSchema,
    user_id: nullableIdSchema,
    allocation_id: nullableIdSchema,
    description: { type: 'string' },
    period_from: {
      ...nullableInstantSchema,
      description: 'Usage only: the metered interval that this entry pays for. Entries of an allocation tile.',
    },
    period_to: nullableInstantSchema,
    created_at: instantSchema,
  },
} as const;
