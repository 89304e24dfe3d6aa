import { idSchema, moneySchema } from '@portico/plugin-kit/contract';
import type { PolicyKind, PolicyValue, SpendLimit } from './policies';

/** More than any organization runs; a limit nobody reaches is how a plan lifts one of the platform's. */
export const POLICY_COUNT_MAX = 1_000_000;
/** Seconds. Shorter than a minute nobody could work; a week is as good as no end. */
export const POLICY_DURATION_MIN = 60;
export const POLICY_DURATION_MAX = 7 * 24 * 60 * 60;
/** Hardware, images or regions named in one policy: several times what a catalog has. */
export const POLICY_LIST_MAX = 200;
/** Digits of an amount: a billion units. Its sums stay within what the ledger can hold. */
const AMOUNT_DIGITS_MAX = 15;

const amountSchema = {
  ...moneySchema,
  description: 'In the currency the organization’s account is kept in; not negative.',
  properties: {
    ...moneySchema.properties,
    amount: { type: 'string', pattern: `^(0|[1-9][0-9]{0,${AMOUNT_DIGITS_MAX - 1}})$` },
  },
} as const;

/** What a value of each kind looks like: the schema a new one is checked against. */
export const policyValueSchemas = {
  count: { type: 'integer', minimum: 0, maximum: POLICY_COUNT_MAX },
  duration: { type: 'integer', minimum: POLICY_DURATION_MIN, maximum: POLICY_DURATION_MAX },
  flag: { type: 'boolean' },
  list: {
    type: 'array',
    items: idSchema,
    minItems: 1,
    maxItems: POLICY_LIST_MAX,
    uniqueItems: true,
  },
  names: {
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[a-z0-9]+(?:-+[a-z0-9]+)*$' },
    minItems: 1,
    maxItems: POLICY_LIST_MAX,
    uniqueItems: true,
  },
  money: amountSchema,
  spend: {
    type: 'object',
    additionalProperties: false,
    required: ['limit', 'mode'],
    properties: { limit: amountSchema, mode: { type: 'string', enum: ['stop', 'warn'] } },
  },
} as const satisfies Readonly<Record<PolicyKind, unknown>>;

/** A value of any policy, as requests and replies carry it; which of them a policy takes is checked by its own. */
export const policyValueSchema = {
  description:
    'Of the policy’s kind: a number for `count` and `duration` (seconds), true or false for `flag`, ids for `list`, names for `names`, Money for `money`, ' +
    '`{limit: Money, mode}` for `spend`, where `stop` refuses a launch beyond the limit and `warn` lets it through with a warning.',
  anyOf: [
    { type: 'integer' },
    { type: 'boolean' },
    { type: 'array', maxItems: POLICY_LIST_MAX, items: { type: 'string', maxLength: 64 } },
    moneySchema,
    policyValueSchemas.spend,
  ],
} as const;

/**
 * Reads a value that came as JSON, by the schema of its kind. Written out rather than left to a validator, because the browser asks the same before it
 * sends; a test holds it against the schema.
 */
export function readPolicyValue(kind: PolicyKind, value: unknown): PolicyValue | undefined {
  switch (kind) {
    case 'count':
      return isIntegerWithin(value, 0, POLICY_COUNT_MAX) ? value : undefined;
    case 'duration':
      return isIntegerWithin(value, POLICY_DURATION_MIN, POLICY_DURATION_MAX) ? value : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'list':
      return isListOf(policyValueSchemas.list.items, value) ? value : undefined;
    case 'names':
      return isListOf(policyValueSchemas.names.items, value) ? value : undefined;
    case 'money':
      return readAmount(value);
    case 'spend':
      return readSpend(value);
  }
}

function isIntegerWithin(value: unknown, minimum: number, maximum: number): value is number {
  return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
}

function isListOf(
  { pattern, maxLength }: { readonly pattern: string; readonly maxLength: number },
  value: unknown,
): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > POLICY_LIST_MAX) return false;
  const form = new RegExp(pattern, 'u');
  const fits = (text: unknown) => typeof text === 'string' && text.length <= maxLength && form.test(text);
  return value.every(fits) && new Set(value).size === value.length;
}

const amountPattern = new RegExp(amountSchema.properties.amount.pattern, 'u');
const currencyPattern = new RegExp(moneySchema.properties.currency.pattern, 'u');
function readAmount(value: unknown): SpendLimit['limit'] | undefined {
  if (!hasExactly(value, ['amount', 'currency', 'scale'])) return undefined;
  const { amount, currency, scale } = value;
  if (typeof amount !== 'string' || !amountPattern.test(amount)) return undefined;
  if (typeof currency !== 'string' || !currencyPattern.test(currency) || scale !== 6) return undefined;
  return { amount, currency, scale };
}

function readSpend(value: unknown): SpendLimit | undefined {
  if (!hasExactly(value, ['limit', 'mode'])) return undefined;
  const limit = readAmount(value.limit);
  const { mode } = value;
  return limit && (mode === 'stop' || mode === 'warn') ? { limit, mode } : undefined;
}

function hasExactly(value: unknown, names: readonly string[]): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const own = Object.keys(value);
  return own.length === names.length && names.every(name => own.includes(name));
}
