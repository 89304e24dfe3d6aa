import fc from 'fast-check';
import { priceMicros } from './price';

test.each([
  ['3.39', 3_390_000n],
  ['0', 0n],
  ['12', 12_000_000n],
  ['0.000001', 1n],
  ['999999999.999999', 999_999_999_999_999n],
])('%s', (decimal, micros) => {
  expect(priceMicros(decimal)).toBe(micros);
});

test('no price is lost or changed on the way', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 999_999_999_999_999n), micros => {
      const digits = micros.toString().padStart(7, '0');
      expect(priceMicros(`${digits.slice(0, -6)}.${digits.slice(-6)}`)).toBe(micros);
    }),
  );
});
