import { readThresholds } from './thresholds';

test.each([
  ['50, 75, 90, 100', [50, 75, 90, 100]],
  ['100 50%', [50, 100]],
  ['80;80', [80]],
])('%s', (text, percents) => expect(readThresholds(text)).toEqual(percents));

test.each(['', ',', '0', '1001', '12.5', 'half', '1,2,3,4,5,6,7,8,9,10,11'])('%s is refused', text =>
  expect(readThresholds(text)).toBeNull(),
);
