import fc from 'fast-check';
import { isNarrowed, parseListUrl, serializeListUrl, type ListUrlSchema, type ListUrlState } from './list-url-state';

type Filter = 'status' | 'sku' | 'owner';
const SCHEMA: ListUrlSchema<Filter> = {
  filters: {
    status: { values: ['active', 'failed', 'released'], multiple: true },
    sku: { pattern: /^sku_[a-z0-9]+$/ },
    owner: { maxLength: 12 },
  },
  search: 'q',
  sorts: ['-created_at', 'created_at', 'name'],
};
const parse = (search: string) => parseListUrl(SCHEMA, new URLSearchParams(search));

test('valid parts are kept', () => {
  expect(parse('status=active&status=failed&sku=sku_h200&q=train&sort=name&cursor=abc')).toEqual({
    filters: { status: ['active', 'failed'], sku: ['sku_h200'] },
    search: 'train',
    sort: 'name',
    cursor: 'abc',
  });
});

test.each([
  ['a value outside the set', 'status=active&status=nonsense', { status: ['active'] }],
  ['a value said twice', 'status=active&status=active', { status: ['active'] }],
  ['a value against the pattern', 'sku=DROP', {}],
  ['a value too long', `owner=${'x'.repeat(13)}`, {}],
  ['an empty value', 'owner=', {}],
  ['a second value of a single choice', 'sku=sku_a&sku=sku_b', { sku: ['sku_a'] }],
  ['a filter nobody knows', 'colour=red', {}],
])('%s is dropped, the rest stays', (_what, search, filters) => expect(parse(search).filters).toEqual(filters));

test('an unknown sort falls back to the first; search and cursor are bounded', () => {
  expect(parse('sort=price').sort).toBe('-created_at');
  expect(parse(`q=${'x'.repeat(201)}`).search).toBe('');
  expect(parse(`cursor=${'x'.repeat(1025)}`).cursor).toBeNull();
});

test('a schema without search or sorts ignores both', () => {
  expect(parseListUrl({}, new URLSearchParams('q=a&sort=name'))).toEqual({
    filters: {},
    search: '',
    sort: null,
    cursor: null,
  });
});

test('defaults are not written', () => expect(serializeListUrl(SCHEMA, parse('')).toString()).toBe(''));

test('whatever the state, its address leads back to it', () => {
  const states: fc.Arbitrary<ListUrlState<Filter>> = fc.record({
    filters: fc.record(
      {
        status: fc.uniqueArray(fc.constantFrom('active', 'failed', 'released'), { minLength: 1 }),
        sku: fc.stringMatching(/^sku_[a-z0-9]{1,20}$/).map(value => [value]),
        owner: fc.string({ minLength: 1, maxLength: 12 }).map(value => [value]),
      },
      { requiredKeys: [] },
    ),
    search: fc.string({ maxLength: 200 }),
    sort: fc.constantFrom('-created_at', 'created_at', 'name'),
    cursor: fc.option(fc.string({ minLength: 1, maxLength: 100 })),
  });
  fc.assert(fc.property(states, state => expect(parse(serializeListUrl(SCHEMA, state).toString())).toEqual(state)));
});

test('any address at all parses, and parsing twice changes nothing', () => {
  fc.assert(
    fc.property(fc.webQueryParameters(), search => {
      const once = parse(search);
      expect(parse(serializeListUrl(SCHEMA, once).toString())).toEqual(once);
    }),
  );
});

test('filters and search narrow a list; sort and page do not', () => {
  expect(isNarrowed(parse('sort=name&cursor=a'))).toBe(false);
  expect(isNarrowed(parse('q=a'))).toBe(true);
  expect(isNarrowed(parse('status=failed'))).toBe(true);
});
