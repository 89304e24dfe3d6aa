import fc from 'fast-check';

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

/** Longest text and list that is generated: sizes are tested by hostile values, not by well-formed ones. */
const GENERATED_LENGTH_MAX = 40;
const GENERATED_ITEMS_MAX = 3;

/** Values that fit a schema of ours. Knows the words our contracts use; a new one fails loudly instead of generating what does not fit. */
export function fitting(schema: unknown): fc.Arbitrary<unknown> {
  const given = (schema ?? { type: 'object', properties: {} }) as Schema;
  if ('const' in given) return fc.constant(given.const);
  if (given.enum) return fc.constantFrom(...given.enum);
  const alternatives = given.anyOf ?? given.oneOf;
  if (alternatives)
    return fc.oneof(
      ...alternatives.map(alternative => fitting({ ...given, anyOf: undefined, oneOf: undefined, ...alternative })),
    );
  const types = [given.type ?? 'object'].flat();
  return fc.oneof(...types.map(type => fittingType(type, given)));
}

function fittingType(type: string, schema: Schema): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({
        min: schema.minimum ?? -1000,
        max: Math.max(schema.minimum ?? -1000, Math.min(schema.maximum ?? 1000, 2 ** 31)),
      });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1000, max: schema.maximum ?? 1000, noNaN: true });
    case 'string':
      return text(schema);
    case 'array':
      return fc
        .array(fitting(schema.items), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.max(
            schema.minItems ?? 0,
            Math.min(schema.maxItems ?? GENERATED_ITEMS_MAX, GENERATED_ITEMS_MAX),
          ),
        })
        .filter(
          items =>
            schema.uniqueItems !== true || new Set(items.map(item => JSON.stringify(item))).size === items.length,
        );
    case 'object':
      return fc.record(
        Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, fitting(inner)])),
        {
          requiredKeys: [...(schema.required ?? [])],
        },
      );
    default:
      throw new Error(`the generator does not know the type ${type}`);
  }
}

function text(schema: Schema): fc.Arbitrary<string> {
  const min = schema.minLength ?? 0;
  const max = Math.max(min, Math.min(schema.maxLength ?? GENERATED_LENGTH_MAX, GENERATED_LENGTH_MAX));
  const long = (value: string) =>
    [...value].length >= min && [...value].length <= (schema.maxLength ?? Infinity) && !value.includes('\0');
  if (schema.format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map(date => date.toISOString());
  if (schema.format === 'email') return fc.constantFrom('a@example.com', 'someone.else@example.org');
  if (schema.format === 'uri') return fc.constantFrom('https://example.com/', 'http://localhost:1/');
  if (schema.format !== undefined) throw new Error(`the generator does not know the format ${schema.format}`);
  if (schema.pattern !== undefined)
    return fc.stringMatching(new RegExp(schema.pattern, 'u'), { size: 'small' }).filter(long);
  return fc.string({ minLength: min, maxLength: max, unit: 'grapheme' }).filter(long);
}

/** What hostile and clumsy clients send in the place of a value. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  9007199254740993,
  '',
  ' ',
  'null',
  '0',
  '\u0000',
  '\ud800',
  '🦊'.repeat(50),
  'x'.repeat(100_000),
  "' OR 1=1 --",
  '../../etc/passwd',
  '%00',
  '<script>',
  '2026-02-30T25:61:00Z',
  '-0',
  '99999999999999999999',
  [],
  [null],
  [[]],
  {},
  { __proto__: null, constructor: 1 },
  { a: { b: { c: {} } } },
];

/** Every place of a value, as the path to it: the whole (`[]`) first. */
export function placesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      placesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** The value with another at one place; `undefined` there leaves it out. */
export function withPlace(value: unknown, path: readonly (string | number)[], other: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return other;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const at = copy as Record<string | number, unknown>;
  at[key] = withPlace(at[key], rest, other);
  if (at[key] === undefined && !Array.isArray(copy)) delete at[key];
  return copy;
}
