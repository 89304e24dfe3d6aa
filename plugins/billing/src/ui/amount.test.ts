import { toMoney } from '@portico/plugin-kit/contract';
import fc from 'fast-check';
import { readAmount, typedAmount } from './amount';

const usd = { currency: 'USD', decimals: 2, min: toMoney(10_000_000n, 'USD'), max: toMoney(1_000_000_000n, 'USD') };

test.each([
  ['25', 25_000_000n],
  [' 12.50 ', 12_500_000n],
  ['1,000', 1_000_000_000n],
  ['0010', 10_000_000n],
])('%s is an amount', (text, micros) => {
  expect(readAmount(text, usd)).toEqual({ money: toMoney(micros, 'USD') });
});

test.each([
  ['', /Type an amount/],
  ['-5', /Type an amount/],
  ['1e3', /Type an amount/],
  ['10,00', /Type an amount/],
  ['9'.repeat(13), /Type an amount/],
  ['12.505', /USD has 2 decimals/],
  ['0', /above zero/],
  ['9.99', /The least is \$10\.00/],
  ['1000.01', /The most is \$1,000\.00/],
])('%s is none, and says why', (text, sentence) => {
  expect(readAmount(text, usd)).toEqual({ error: expect.stringMatching(sentence) as string });
});

test('a currency has the coins it has', () => {
  expect(readAmount('1.005', { currency: 'BHD', decimals: 3 })).toEqual({ money: toMoney(1_005_000n, 'BHD') });
  expect(readAmount('100.5', { currency: 'JPY', decimals: 0 })).toEqual({
    error: expect.stringMatching(/whole/) as string,
  });
});

test('what is shown in a field reads as what it was', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 2, 3), fc.bigInt({ min: 1n, max: 10n ** 11n }), (decimals, coins) => {
      const money = toMoney(coins * 10n ** BigInt(6 - decimals), 'XTS');
      expect(readAmount(typedAmount(money, decimals), { currency: 'XTS', decimals })).toEqual({ money });
    }),
  );
});
