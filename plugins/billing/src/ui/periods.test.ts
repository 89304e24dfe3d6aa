import { instantsOf } from './periods';

const at = (instant: string) => new Date(instant);

test.each([
  ['7d', '2026-03-01T23:59:59Z', '2026-02-23', '2026-03-02'],
  ['30d', '2026-11-21T03:00:00Z', '2026-10-23', '2026-11-22'],
  ['month', '2026-11-01T00:00:00Z', '2026-11-01', '2026-11-02'],
  ['last_month', '2026-01-31T12:00:00Z', '2025-12-01', '2026-01-01'],
  ['last_month', '2028-03-31T12:00:00Z', '2028-02-01', '2028-03-01'],
  ['12m', '2026-11-21T03:00:00Z', '2025-12-01', '2026-11-22'],
] as const)('%s seen at %s', (name, now, from, to) => {
  expect(instantsOf(name, at(now))).toEqual({ from: `${from}T00:00:00.000Z`, to: `${to}T00:00:00.000Z` });
});

test('is the same all day long', () => {
  expect(instantsOf('30d', at('2026-11-21T00:00:00Z'))).toEqual(instantsOf('30d', at('2026-11-21T23:59:59.999Z')));
});
