import fc from 'fast-check';
import { BoundedCache } from './bounded-cache';
import { numberPlaceholders } from './placeholders';

test.each([
  ['SELECT ?', 'SELECT $1'],
  ['a = ? AND b IN (?, ?)', 'a = $1 AND b IN ($2, $3)'],
  ["note = 'why?' AND a = ?", "note = 'why?' AND a = $1"],
  ["note = 'it''s ?' AND a = ?", "note = 'it''s ?' AND a = $1"],
  ['"col?" = ?', '"col?" = $1'],
  ['SELECT 1 -- really?\n, ?', 'SELECT 1 -- really?\n, $1'],
  ['SELECT /* ? */ ?', 'SELECT /* ? */ $1'],
  ['SELECT $$ ? $$, ?, $tag$ ? $tag$', 'SELECT $$ ? $$, $1, $tag$ ? $tag$'],
])('%s', (sql, expected) => {
  expect(numberPlaceholders(sql)).toBe(expected);
});

test('whatever stands between them, placeholders are numbered in order and text is left alone', () => {
  const text = fc.stringMatching(/^[a-z?' ]*$/).map(inner => `'${inner.replaceAll("'", "''")}'`);
  fc.assert(
    fc.property(fc.array(fc.oneof(text, fc.constant('?')), { maxLength: 20 }), parts => {
      let count = 0;
      const expected = parts.map(part => (part === '?' ? `$${(count += 1)}` : part)).join(', ');
      expect(numberPlaceholders(parts.join(', '))).toBe(expected);
    }),
  );
});

test('the statement cache keeps what is used and never more than its size', () => {
  const cache = new BoundedCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});
