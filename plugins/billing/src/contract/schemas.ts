import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
  tagsSchema,
} from '@portico/plugin-kit/contract';

/** From best to worst. Thresholds are settings; `depleted` is an account without money, whether or not anything ran. */
export const balanceStatusSchema = {
  type: 'string',
  enum: ['healthy', 'notice', 'warning', 'auto_release_pending', 'depleted'],
} as const;

export const balanceSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'available',
    'held',
    'promotional',
    'expires_next',
    'currency',
    'status',
    'burn_rate_per_hour',
    'runway_seconds',
    'as_of',
  ],
  properties: {
    available: {
      ...moneySchema,
      description: 'What a launch could take now: usage up to `as_of` is already taken off.',
    },
    held: {
      ...moneySchema,
      description: 'Set aside for what runs or is about to run; it pays for the last hour when nothing else is left.',
    },
    promotional: {
      ...moneySchema,
      description:
        'Of both together, what was given and not paid: trial, vouchers and credits. It is spent first and never goes back to a card.',
    },
    expires_next: {
      description: 'What of it is taken back next unless it is used; null while nothing ends.',
      anyOf: [
        {
          type: 'object',
          additionalProperties: false,
          required: ['amount', 'at'],
          properties: { amount: moneySchema, at: instantSchema },
        },
        { type: 'null' },
      ],
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
    'credited',
    'tags',
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
    credited: {
      ...moneySchema,
      description:
        'What of the cost was given back because the node could not be reached; part of the balance, not taken off the cost.',
    },
    tags: { ...tagsSchema, description: 'As they were at launch.' },
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

const ledgerEntryProperties = {
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
  reverses_entry_id: { ...nullableIdSchema, description: 'Of a reversal: the credit it takes back.' },
  reversed_by_entry_id: { ...nullableIdSchema, description: 'Of a credit that was a mistake: its reversal.' },
  seal: {
    type: ['object', 'null'],
    description:
      'Its place in the hash chain of the organization, and its hash; null for the second between the movement and its sealing.',
    additionalProperties: false,
    required: ['position', 'hash'],
    properties: { position: { type: 'integer', minimum: 1 }, hash: { type: 'string', pattern: '^[0-9a-f]{64}$' } },
  },
} as const;

const LEDGER_ENTRY_FIELDS = [
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
  'reverses_entry_id',
  'reversed_by_entry_id',
  'seal',
] as const;

export const ledgerEntrySchema = {
  type: 'object',
  additionalProperties: false,
  required: LEDGER_ENTRY_FIELDS,
  properties: ledgerEntryProperties,
} as const;

/** An entry as the platform sees it: also whose it is and who made it. */
export const anyLedgerEntrySchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    ...LEDGER_ENTRY_FIELDS,
    'organization_id',
    'organization_name',
    'actor',
    'reference',
    'correlation_id',
    'is_reversible',
  ],
  properties: {
    ...ledgerEntryProperties,
    organization_id: idSchema,
    organization_name: { type: ['string', 'null'], description: 'As of now; null where it is gone.' },
    actor: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'id', 'name'],
      properties: {
        type: { type: 'string', description: 'As in the audit log: `user`, `api_key`, `task`, `system` and so on.' },
        id: { type: 'string' },
        name: { type: ['string', 'null'], description: 'User name of a user as of now.' },
      },
    },
    reference: { type: 'string', description: 'What the entry stands for; the same is never posted twice.' },
    correlation_id: { type: ['string', 'null'], description: 'Of the request behind it; null where there was none.' },
    is_reversible: { type: 'boolean', description: 'It is a credit that nobody paid for, and was not reversed.' },
  },
} as const;
