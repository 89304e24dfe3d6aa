import { expectationText } from './task-expectation';

const expected = { p50: 12, p95: 40 };

test.each([
  ['too little history', null, 5, undefined],
  ['over before anybody could read it', { p50: 0.2, p95: 0.9 }, 0, undefined],
  ['at the beginning', expected, 0, 'Usually done within 12 s.'],
  ['slower than usual', expected, 12, 'Up to 40 s is not unusual.'],
  ['slower than nearly all', expected, 40, 'Any moment now.'],
])('%s', (_name, history, elapsed, text) => {
  expect(expectationText(history, elapsed)).toBe(text);
});
