import fc from 'fast-check';
import { fromDecimal, toDecimal } from './money';

test.each([
  ['25.00', 25_000_000n, '25.000000'],
  ['3.39', 3_390_000n, '3.390000'],
  ['12', 12_000_000n, '12.000000'],
  ['0', 0n, '0.000000'],
  ['0.000001', 1n, '0.000001'],
  ['999999999999.999999', 999_999_999_999_999_999n, '999999999999.999999'],
])('%s units are %d micro-units', (text, amount, formatted) => {
  expect(fromDecimal(text)).toBe(amount);
  expect(toDecimal(amount)).toBe(formatted);
});

test('a negative amount keeps its sign', () => {
  expect(toDecimal(-1n)).toBe('-0.000001');
});

test('no amount is lost or changed on the way', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 999_999_999_999_999n), amount => expect(fromDecimal(toDecimal(amount))).toBe(amount)),
  );
});
