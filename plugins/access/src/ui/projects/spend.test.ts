import { spendOf } from './spend';

const row = (amount: string, currency = 'USD', stopped_at: string | null = '2026-01-01T00:00:00Z') => ({
  cost: { amount, currency, scale: 6 as const },
  stopped_at,
});

test('sums are exact beyond what a number holds', () => {
  expect(spendOf([row('9007199254740993'), row('1')]).sums).toEqual([
    { amount: '9007199254740994', currency: 'USD', scale: 6 },
  ]);
});

test('currencies are not added to each other', () => {
  expect(spendOf([row('1'), row('2', 'EUR'), row('3')]).sums.map(sum => [sum.currency, sum.amount])).toEqual([
    ['USD', '4'],
    ['EUR', '2'],
  ]);
});

test('what runs is counted; nothing costs nothing', () => {
  expect(spendOf([row('1', 'USD', null), row('1')]).running).toBe(1);
  expect(spendOf([])).toEqual({ sums: [], running: 0 });
});
