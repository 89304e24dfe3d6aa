import fc from 'fast-check';
import { fromStripeAmount, stripeLimits, toStripeAmount, toStripeCharge } from './stripe-amounts';

test.each([
  ['USD', 12_340_000n, 1_234],
  ['EUR', 500_000n, 50],
  ['JPY', 500_000_000n, 500],
  // Three decimals, the last of them zero.
  ['BHD', 5_120_000n, 5_120],
  ['KWD', 10_000n, 10],
  // Without decimals, and written with two.
  ['ISK', 5_000_000n, 500],
  ['UGX', 3_700_000_000n, 370_000],
  ['MGA', 7_000_000n, 7],
  ['USD', 999_999_990_000n, 99_999_999],
])('%s %d micro-units are %d at Stripe', (currency, amount, stripeAmount) => {
  expect(toStripeAmount(amount, currency)).toBe(stripeAmount);
  expect(fromStripeAmount(stripeAmount, currency.toLowerCase())).toEqual({ amount, currency });
});

test.each([
  ['a fraction of a cent', 'USD', 12_345_000n, 'amount_not_payable'],
  ['a micro-unit', 'USD', 1n, 'amount_not_payable'],
  ['a fraction of a yen', 'JPY', 500_500_000n, 'amount_not_payable'],
  ['a fils that card networks do not know', 'BHD', 5_124_000n, 'amount_not_payable'],
  ['a fraction of a króna', 'ISK', 40_100_000n, 'amount_not_payable'],
  ['nothing', 'USD', 0n, 'amount_out_of_range'],
  ['less than nothing', 'USD', -1_000_000n, 'amount_out_of_range'],
  ['nine digits', 'USD', 1_000_000_000_000n, 'amount_out_of_range'],
])('%s is refused', (_, currency, amount, code) => {
  expect(() => toStripeAmount(amount, currency)).toThrow(expect.objectContaining({ code, retryable: false }));
});

test('a charge has a minimum, a refund has not', () => {
  expect(toStripeCharge(500_000n, 'USD')).toBe(50);
  expect(() => toStripeCharge(490_000n, 'USD')).toThrow(expect.objectContaining({ code: 'amount_out_of_range' }));
  expect(toStripeAmount(10_000n, 'USD')).toBe(1);
});

test('whatever fits the limits of a currency goes there and back unchanged', () => {
  const currencies = fc.constantFrom('USD', 'EUR', 'JPY', 'BHD', 'KWD', 'ISK', 'UGX', 'MGA', 'HUF', 'XOF');
  fc.assert(
    fc.property(currencies, fc.bigInt(0n, 200_000_000n), (currency, steps) => {
      const limits = stripeLimits(currency);
      const amount = limits.minimum + steps * limits.step;
      if (amount > limits.maximum) {
        expect(() => toStripeCharge(amount, currency)).toThrow();
      } else {
        expect(fromStripeAmount(toStripeCharge(amount, currency), currency)).toEqual({ amount, currency });
      }
    }),
  );
});
