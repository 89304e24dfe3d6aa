import {
  idSchema,
  instantSchema,
  mailAddressSchema,
  moneySchema,
  nullableIdSchema,
} from '@portico/plugin-kit/contract';
import { currencySchema } from './currencies';

/** Lines of an address: as many as fit the window of an envelope. */
const ADDRESS_LINES_MAX = 6;
/** What fits a line of a document at a readable size. */
const LINE_LENGTH_MAX = 120;

/** One line without control characters, not only spaces; null where there is none. */
const nullableLineSchema = {
  type: ['string', 'null'],
  minLength: 1,
  maxLength: LINE_LENGTH_MAX,
  pattern: '^[^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$',
} as const;

const addressSchema = {
  type: 'array',
  maxItems: ADDRESS_LINES_MAX,
  items: { ...nullableLineSchema, type: 'string' },
  description: 'Line by line, as it stands on an envelope.',
} as const;

/** What an organization wants its invoices to say about it. */
export const billingDetailsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['legal_name', 'address', 'tax_id', 'email', 'purchase_order'],
  properties: {
    legal_name: {
      ...nullableLineSchema,
      description: 'Whom invoices are made out to; the name of the organization when null.',
    },
    address: addressSchema,
    tax_id: { ...nullableLineSchema, description: 'The tax number, such as one for VAT.' },
    email: {
      ...mailAddressSchema,
      type: ['string', 'null'],
      description: 'Printed on invoices; nothing is sent to it.',
    },
    purchase_order: {
      ...nullableLineSchema,
      description: 'A reference of the customer’s own, repeated on each invoice.',
    },
  },
} as const;

const partySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'address', 'tax_id', 'email'],
  properties: {
    name: { type: 'string' },
    address: { type: 'array', items: { type: 'string' } },
    tax_id: { type: ['string', 'null'] },
    email: { type: ['string', 'null'] },
  },
} as const;

export const invoiceKindSchema = {
  type: 'string',
  enum: ['invoice', 'credit_note'],
  description:
    'A `credit_note` has a negative total: what is given back in that month, for the months before, is more than what was used in it.',
} as const;

/** What a list shows of an invoice. */
const invoiceSummaryProperties = {
  invoice_id: idSchema,
  number: { type: 'string', description: 'Without gaps within the platform and the year of issue: `INV-2026-000123`.' },
  kind: invoiceKindSchema,
  organization_id: idSchema,
  customer_name: { type: 'string' },
  currency: currencySchema,
  period_from: instantSchema,
  period_to: { ...instantSchema, description: 'The first instant after the month, UTC.' },
  issued_at: instantSchema,
  total: {
    ...moneySchema,
    description:
      'What the month’s use came to less what was made good, in whole coins of the currency: the exact sum, rounded half to even.',
  },
  closing_balance: { ...moneySchema, description: 'At the end of the month, exact.' },
} as const;

export const invoiceSummarySchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'invoice_id',
    'number',
    'kind',
    'organization_id',
    'customer_name',
    'currency',
    'period_from',
    'period_to',
    'issued_at',
    'total',
    'closing_balance',
  ],
  properties: invoiceSummaryProperties,
} as const;

/** Everything but the lines. Frozen when it is issued: later changes of names, details and settings leave it as it is. */
export const invoiceSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    ...invoiceSummarySchema.required,
    'corrects_invoice_id',
    'seller',
    'customer',
    'amounts',
    'statement',
    'footer',
    'line_count',
  ],
  properties: {
    ...invoiceSummaryProperties,
    corrects_invoice_id: { ...nullableIdSchema, description: 'The invoice before, of a credit note.' },
    seller: partySchema,
    customer: {
      ...partySchema,
      required: [...partySchema.required, 'purchase_order'],
      properties: { ...partySchema.properties, purchase_order: { type: ['string', 'null'] } },
    },
    amounts: {
      type: 'object',
      additionalProperties: false,
      required: ['exact', 'rounding', 'total', 'net', 'tax', 'due'],
      properties: {
        exact: { ...moneySchema, description: 'The sum of the charged lines to the micro-unit.' },
        rounding: {
          ...moneySchema,
          description:
            'What the total differs by from the sum of the lines as they are printed, each rounded by itself.',
        },
        total: { ...moneySchema, description: 'The exact sum, rounded half to even to the smallest coin.' },
        net: { ...moneySchema, description: 'The total without tax.' },
        tax: {
          type: 'object',
          additionalProperties: false,
          required: ['name', 'rate_percent', 'inclusive', 'amount'],
          properties: {
            name: { type: 'string', description: '`VAT`.' },
            rate_percent: { type: 'string', description: 'A decimal number: `19`, `7.7`.' },
            inclusive: {
              type: 'boolean',
              description: 'Whether prices contain the tax; else it comes on top of the total.',
            },
            amount: { ...moneySchema, description: 'In whole coins, rounded half to even.' },
          },
        },
        due: {
          ...moneySchema,
          description:
            'What is still to be paid outside of the portal: the tax where it comes on top, else zero, because use is paid from the balance.',
        },
      },
    },
    statement: {
      type: 'object',
      description:
        'How the balance of the organization moved, to the micro-unit: the opening balance and all movements come to the closing balance, which the next month opens with.',
      additionalProperties: false,
      required: [
        'opening_balance',
        'top_ups',
        'credits',
        'usage',
        'refunds',
        'disputes',
        'expired',
        'adjustments',
        'closing_balance',
      ],
      properties: {
        opening_balance: moneySchema,
        top_ups: { ...moneySchema, description: 'Payments.' },
        credits: {
          ...moneySchema,
          description: 'Given without a payment: on sign-up, by voucher, by an administrator.',
        },
        usage: {
          ...moneySchema,
          description: 'Negative. Metered within the month, and corrections of the months before.',
        },
        refunds: { ...moneySchema, description: 'Negative: on their way back to a card, or there.' },
        disputes: { ...moneySchema, description: 'Taken back by a card’s bank, less what was won.' },
        expired: { ...moneySchema, description: 'Credits that ran out unspent; negative.' },
        adjustments: { ...moneySchema, description: 'Made good, such as time in which a node was out of reach.' },
        closing_balance: moneySchema,
      },
    },
    footer: { type: 'string' },
    line_count: { type: 'integer', minimum: 0 },
  },
} as const;

export const invoiceLineSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'line_number',
    'kind',
    'charged',
    'description',
    'day',
    'project_id',
    'project_name',
    'sku_id',
    'sku_name',
    'gpu_count',
    'gpu_seconds',
    'price_per_hour',
    'amount',
    'entry_id',
  ],
  properties: {
    line_number: { type: 'integer', minimum: 1 },
    kind: {
      type: 'string',
      enum: ['usage', 'usage_correction', 'adjustment', 'movement'],
      description:
        '`usage`: one project, SKU, size and day. `usage_correction`: months before that came to another amount after their invoice was issued. `adjustment`: made good. ' +
        '`movement`: everything else that moved the balance; not part of the total.',
    },
    charged: { type: 'boolean', description: 'Whether the line is part of the total.' },
    description: { type: 'string' },
    day: { type: ['string', 'null'], format: 'date', description: 'UTC; null for corrections.' },
    project_id: nullableIdSchema,
    project_name: { type: ['string', 'null'], description: 'As it was called when the invoice was issued.' },
    sku_id: nullableIdSchema,
    sku_name: { type: ['string', 'null'] },
    gpu_count: { type: ['integer', 'null'], minimum: 1, description: 'Of each allocation.' },
    gpu_seconds: {
      type: ['string', 'null'],
      pattern: '^-?(0|[1-9][0-9]*)\\.[0-9]{3}$',
      description: 'GPUs × seconds of all allocations, exact to the millisecond.',
    },
    price_per_hour: { ...moneySchema, type: ['object', 'null'], description: 'Of each allocation with all its GPUs.' },
    amount: {
      ...moneySchema,
      description:
        'To the micro-unit. Charged lines are positive where the customer pays, movements where the balance rises.',
    },
    entry_id: { ...nullableIdSchema, description: 'The ledger entry that a movement or an adjustment is.' },
  },
} as const;
