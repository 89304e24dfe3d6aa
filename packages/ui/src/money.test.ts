import fc from 'fast-check';
import { currencyExponent, divideHalfEven, formatMoney, roundMoney } from './money';

const usd = (amount: string) => ({ amount, currency: 'USD', scale: 6 });

test.each([
  ['0', '$0.00'],
  ['1250000', '$1.25'],
  ['1234567890000', '$1,234,567.89'],
  ['5000', '$0.00'],
  ['15000', '$0.02'],
  ['25000', '$0.02'],
  ['25001', '$0.03'],
  ['-15000', '−$0.02'],
  ['-4999', '$0.00'],
  ['123456789012345678901234567890', '$123,456,789,012,345,678,901,234.57'],
])('%s micro-units read %s', (amount, text) => expect(formatMoney(usd(amount))).toBe(text));

test('a currency brings its own exponent, and one without a symbol its code', () => {
  expect(formatMoney({ amount: '1500000', currency: 'JPY', scale: 6 })).toBe('¥2');
  expect(formatMoney({ amount: '2500000', currency: 'JPY', scale: 6 })).toBe('¥2');
  expect(formatMoney({ amount: '1234500000', currency: 'CHF', scale: 6 })).toBe('1,234.50\u00a0CHF');
  expect(currencyExponent('KWD')).toBe(3);
});

test('a rate, a sign and more digits can be asked for', () => {
  expect(formatMoney(usd('2490000'), { per: 'hour' })).toBe('$2.49/h');
  expect(formatMoney(usd('2490000'), { sign: 'always' })).toBe('+$2.49');
  expect(formatMoney(usd('691'), { fractionDigits: 6 })).toBe('$0.000691');
});

test('what is not an integer string is refused, never approximated', () => {
  for (const amount of ['1.5', '1e6', 'abc']) expect(() => formatMoney(usd(amount))).toThrow();
});

test('rounding is never further than half a unit, takes the even neighbour at exactly half, and is symmetric', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 10n ** 12n }), (dividend, divisor) => {
      const rounded = divideHalfEven(dividend, divisor);
      const doubledError = 2n * (dividend - rounded * divisor);
      const distance = doubledError < 0n ? -doubledError : doubledError;
      expect(distance <= divisor).toBe(true);
      if (distance === divisor) expect(rounded % 2n).toBe(0n);
      expect(divideHalfEven(-dividend, divisor)).toBe(-rounded);
    }),
  );
});

test('what is shown reads back to the rounded amount, whatever its size', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), amount => {
      const money = usd(amount.toString());
      const digits = formatMoney(money).replace('−', '-').replace(/[$,.]/g, '');
      expect(BigInt(digits)).toBe(roundMoney(money));
    }),
  );
});

test('amounts of whole cents lose nothing', () => {
  fc.assert(fc.property(fc.bigInt(), cents => expect(roundMoney(usd((cents * 10_000n).toString()))).toBe(cents)));
});
