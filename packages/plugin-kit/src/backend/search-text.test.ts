import { containsPattern, searchText } from './search-text';

test.each([
  ['Alice', '%alice%'],
  ['50%', '%50!%%'],
  ['a_b', '%a!_b%'],
  ['C:\\x!', '%c:\\x!!%'],
  ['ÉLODIE', '%élodie%'],
])('%j is looked for as %j', (text, pattern) => expect(containsPattern(text)).toBe(pattern));

test('what is searched is folded like what is searched for', () => {
  expect(searchText('ada', 'Ada LOVELACE', null)).toBe('ada ada lovelace');
});
