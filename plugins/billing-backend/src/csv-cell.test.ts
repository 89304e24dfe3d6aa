import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { csvCell } from './csv-cell';

test.each([
  ['plain', 'plain'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', "'=1+1"],
  ['@SUM(1,2)', `"'@SUM(1,2)"`],
  ['＝1', "'＝1"],
  ['a-b', 'a-b'],
])('%j as a cell', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});

test('cells are what the library of the other exports writes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', ',', '"', '=', '-', '\t', '＠', 'é') });
  fc.assert(
    fc.property(text, cell => {
      const line = stringify([[cell, 'end']], { escape_formulas: true, record_delimiter: '\r\n' });
      expect(`${csvCell(cell)},end\r\n`).toBe(line);
    }),
  );
});
