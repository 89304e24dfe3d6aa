import fc from 'fast-check';
import { barScale, percentOf } from './bar-scale';

test.each([
  [0n, [0n]],
  [1n, [0n, 1n]],
  [100n, [0n, 25n, 50n, 75n, 100n]],
  [101n, [0n, 50n, 100n, 150n]],
  [7_300_000n, [0n, 2_000_000n, 4_000_000n, 6_000_000n, 8_000_000n]],
])('%s is read on round lines', (max, lines) => {
  expect(barScale(max).lines).toEqual(lines);
});

test('every value fits under few lines that are a step apart', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), max => {
      const { top, lines } = barScale(max);
      expect(top).toBeGreaterThanOrEqual(max);
      expect(lines.length).toBeLessThanOrEqual(6);
      expect(new Set(lines.slice(1).map((line, index) => line - (lines[index] ?? 0n))).size).toBe(1);
      expect(percentOf(max, top)).toBeGreaterThan(50);
      expect(percentOf(max, top)).toBeLessThanOrEqual(100);
    }),
  );
});

test('nothing fills nothing', () => {
  expect([percentOf(0n, 5n), percentOf(-3n, 5n), percentOf(5n, 5n)]).toEqual([0, 0, 100]);
});
