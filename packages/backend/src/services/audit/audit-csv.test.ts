import { csvLines } from './audit-csv';

test.each([
  ['plain', 'usr_1', 'usr_1'],
  ['a comma', 'a,b', '"a,b"'],
  ['quotes', 'say "yes"', '"say ""yes"""'],
  ['a line break', 'one\ntwo', '"one\ntwo"'],
  ['a formula', '=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['a sum', '+1', "'+1"],
  ['a difference', '-1', "'-1"],
  ['an at sign', '@SUM(A1)', "'@SUM(A1)"],
  ['a tab', '\t=1', "'\t=1"],
  ['a full-width equals sign', '\uff1d1', "'\uff1d1"],
  ['a number of ours, which may be negative', -1, '-1'],
  ['nothing', null, ''],
])('%s', (_what, cell, expected) => {
  expect(csvLines([[cell, 'end']])).toBe(`${expected},end\r\n`);
});
