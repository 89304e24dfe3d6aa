import fc from 'fast-check';
import {
  figureText,
  fromMinorUnits,
  isPayable,
  moneyText,
  payablePartOf,
  roundedToCoins,
  smallestCoin,
  toMinorUnits,
} from './currency';

const CURRENCIES = ['USD', 'EUR', 'BHD', 'KWD', 'JPY', 'KRW', 'CLF'] as const;

describe('an amount that is handed over', () => {
  test.each([
    ['USD', 10_000n, true],
    ['USD', 1_000n, false],
    ['USD', 19_990_000n, true],
    ['USD', 19_995_000n, false],
    ['BHD', 1_000n, true],
    ['BHD', 500n, false],
    ['JPY', 1_000_000n, true],
    ['JPY', 500_000n, false],
    ['USD', 0n, false],
    ['USD', -10_000n, false],
  ])('in %s of %d micro-units is payable: %p', (currency, amount, payable) => {
    expect(isPayable(amount, currency)).toBe(payable);
  });

  test('goes into coins and back, and a fraction of a coin goes nowhere', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CURRENCIES), fc.bigInt(-(10n ** 15n), 10n ** 15n), (currency, coins) => {
        const amount = fromMinorUnits(coins, currency);
        expect(toMinorUnits(amount, currency)).toBe(coins);
        expect(() => toMinorUnits(amount + 1n, currency)).toThrow('no whole coins');
      }),
    );
  });

  test('of what there is, all but the rest of a coin', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CURRENCIES), fc.bigInt(-1_000_000n, 10n ** 15n), (currency, amount) => {
        const part = payablePartOf(amount, currency);
        expect(part === 0n || isPayable(part, currency)).toBe(true);
        if (amount >= 0n) expect(amount - part).toBeLessThan(smallestCoin(currency));
        else expect(part).toBe(0n);
      }),
    );
  });
});

describe('an amount that is shown', () => {
  test.each([
    [25_000_000n, 'USD', '$25.00'],
    [1_234_500_000n, 'BHD', '1,234.500 BHD'],
    [-3_000_000n, 'JPY', '−¥3'],
    [-4_000n, 'USD', '$0.00'],
    [1_234_567_890_120_000n, 'USD', '$1,234,567,890.12'],
    [5_000n, 'USD', '$0.00'],
    [15_000n, 'USD', '$0.02'],
    [25_000n, 'USD', '$0.02'],
    [-20_000n, 'USD', '−$0.02'],
    [-1_234_500_000n, 'BHD', '−1,234.500 BHD'],
    [1_500_000n, 'EUR', '€1.50'],
    [1_500_000n, 'GBP', '£1.50'],
    [500n, 'BHD', '0.000 BHD'],
    [1_500n, 'BHD', '0.002 BHD'],
  ])('%d of %s is %s', (amount, currency, text) => {
    expect(moneyText(amount, currency)).toBe(text);
  });

  test('is rounded as Intl rounds half to even', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('USD', 'EUR', 'BHD', 'KWD', 'JPY', 'KRW'),
        fc.bigInt(-(10n ** 14n), 10n ** 14n),
        (currency, amount) => {
          const decimals = { BHD: 3, KWD: 3, JPY: 0, KRW: 0 }[currency as string] ?? 2;
          const format = new Intl.NumberFormat('en-US', {
            minimumFractionDigits: decimals,
            maximumFractionDigits: decimals,
            roundingMode: 'halfEven',
          } as Intl.NumberFormatOptions);
          const negative = amount < 0n;
          const magnitude = (negative ? -amount : amount).toString().padStart(7, '0');
          const exact = `${negative ? '-' : ''}${magnitude.slice(0, -6)}.${magnitude.slice(-6)}`;
          const text = format.format(exact as `${number}`);
          expect(figureText(amount, currency)).toBe(text.replace(/^-(0[.0]*)$/, '$1'));
        },
      ),
    );
  });

  test('loses less than half a coin', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CURRENCIES), fc.bigInt(-(10n ** 15n), 10n ** 15n), (currency, amount) => {
        const lost = fromMinorUnits(roundedToCoins(amount, currency), currency) - amount;
        expect((lost < 0n ? -lost : lost) * 2n).toBeLessThanOrEqual(smallestCoin(currency));
      }),
    );
  });
});
