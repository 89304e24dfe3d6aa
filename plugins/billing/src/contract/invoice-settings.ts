/** A line of a document: no control characters. */
const lineSchema = { type: 'string', maxLength: 120, pattern: '^[^\\u0000-\\u001f\\u007f]*$' } as const;

const HOURS_MAX = 240;

/** The `invoices` part of the `billing` section. */
export const invoiceSettingsSchema = {
  type: 'object',
  additionalProperties: false,
  default: {},
  required: ['afterHours', 'series', 'seller', 'tax', 'footer'],
  description: 'Monthly invoices: what they say about the one who issues them. Taken over into each when it is issued.',
  properties: {
    afterHours: {
      type: 'integer',
      minimum: 2,
      maximum: HOURS_MAX,
      default: 6,
      description:
        'So long after the end of a month its invoices are made: late enough for ends that are reported late, and for clocks that differ.',
    },
    series: {
      type: 'string',
      pattern: '^[A-Z0-9]{1,12}$',
      default: 'INV',
      description: 'What numbers begin with. Another series begins at 1.',
    },
    seller: {
      type: 'object',
      additionalProperties: false,
      default: {},
      required: ['name', 'address', 'taxId', 'email'],
      properties: {
        name: { ...lineSchema, default: '', description: 'Who issues them; the title of the portal when empty.' },
        address: { type: 'array', maxItems: 6, items: lineSchema, default: [], description: 'Line by line.' },
        taxId: { ...lineSchema, default: '' },
        email: { ...lineSchema, default: '' },
      },
    },
    tax: {
      type: 'object',
      additionalProperties: false,
      default: {},
      required: ['name', 'ratePercent', 'inclusive'],
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 40, default: 'VAT' },
        ratePercent: {
          type: 'string',
          pattern: '^(0|[1-9][0-9]?)(\\.[0-9]{1,4})?$',
          default: '0',
          description: 'A decimal number. Zero: invoices have no line for it.',
        },
        inclusive: {
          type: 'boolean',
          default: true,
          description:
            'Whether prices contain it. If not, invoices show it on top of what the balance paid, to be settled outside of the portal.',
        },
      },
    },
    footer: {
      type: 'string',
      maxLength: 500,
      default: '',
      description: 'A sentence or two at the end: a bank account, a register number, a note the law asks for.',
    },
  },
} as const;
