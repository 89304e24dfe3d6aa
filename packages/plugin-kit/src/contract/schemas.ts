/** Building blocks of schemas. All are constants: spread or nest them, never reference them by `$ref`. */

export const moneySchema = {
  type: 'object',
  description: 'Exact money: an integer count of micro-units (scale 6) as a string.',
  additionalProperties: false,
  required: ['amount', 'currency', 'scale'],
  properties: {
    amount: { type: 'string', pattern: '^-?(0|[1-9][0-9]{0,18})$' },
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    scale: { type: 'integer', const: 6 },
  },
} as const;

/** RFC 3339, UTC. */
export const instantSchema = { type: 'string', format: 'date-time' } as const;
export const nullableInstantSchema = { type: ['string', 'null'], format: 'date-time' } as const;

/** Longest id anybody may send: prefix, underscore and 26 characters fit many times over. */
const ID_LENGTH_MAX = 64;
export const idSchema = {
  type: 'string',
  minLength: 1,
  maxLength: ID_LENGTH_MAX,
  pattern: '^[a-z]+_[A-Za-z0-9]+$',
} as const;
/** Of the query parameter an operation names in `activeProjectIn`. */
export const activeProjectSchema = {
  ...idSchema,
  description:
    'The active project where no `X-Project-Id` is sent: downloads and event sources of browsers carry no headers.',
} as const;
export const nullableIdSchema = { ...idSchema, type: ['string', 'null'] } as const;

/** Names people give to things: one line, no control characters, not only spaces. */
export const nameSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 80,
  pattern: '^[^\\u0000-\\u001f\\u007f]*[^\\s\\u0000-\\u001f\\u007f][^\\u0000-\\u001f\\u007f]*$',
} as const;

export const PAGE_LIMIT_DEFAULT = 25;
export const PAGE_LIMIT_MAX = 200;
/** Query parameters of every list. */
export const pageQueryProperties = {
  limit: { type: 'integer', minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT_DEFAULT },
  cursor: { type: 'string', minLength: 1, maxLength: 1024 },
} as const;

/** Body of every list. */
export function pageSchema<const Item>(item: Item) {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['items', 'next_cursor'],
    properties: { items: { type: 'array', items: item }, next_cursor: { type: ['string', 'null'] } },
  } as const;
}

export const errorSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['code', 'message', 'correlation_id', 'details'],
  properties: {
    code: { type: 'string' },
    message: { type: 'string' },
    correlation_id: { type: 'string' },
    details: { type: 'object', additionalProperties: true },
  },
} as const;
