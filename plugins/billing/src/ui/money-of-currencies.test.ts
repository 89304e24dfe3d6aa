import { currencyExponent as shownExponent } from '@portico/ui';
import { currencyExponent } from '../contract';

/** Codes that are in use, as ICU lists them. */
const CODES = Intl.supportedValuesOf('currency').filter(code => /^[A-Z]{3}$/.test(code));

describe('decimals of a currency', () => {
  test('are the same to the server, which takes the money, and to the page that shows it', () => {
    expect(CODES.length).toBeGreaterThan(100);
    for (const code of CODES) expect([code, shownExponent(code)]).toEqual([code, currencyExponent(code)]);
  });

  test.each(['USD', 'EUR', 'GBP', 'CHF', 'BHD', 'KWD', 'JOD', 'OMR', 'TND', 'JPY', 'KRW', 'CLP', 'ISK', 'VND', 'XOF'])(
    'of %s are what Intl says as well',
    code => {
      const { maximumFractionDigits } = new Intl.NumberFormat('en', {
        style: 'currency',
        currency: code,
      }).resolvedOptions();
      expect(currencyExponent(code)).toBe(maximumFractionDigits);
    },
  );
});
