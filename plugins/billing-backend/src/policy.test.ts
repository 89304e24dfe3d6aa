import { platformSections, readSettings } from '@portico/backend/services';
import { billingSettings } from '@portico/plugin-billing/contract';
import { policyOf } from './policy';

describe('settings', () => {
  const read = (billing: object | undefined) =>
    readSettings({
      config: billing === undefined ? {} : { billing },
      environment: {},
      sections: [...platformSections, billingSettings],
      workingDirectory: '/',
    }).of(billingSettings);

  test('are whole without a word in the configuration', () => {
    expect(policyOf(read(undefined), 'sqlite')).toEqual({
      currency: 'USD',
      trialCredit: 25_000_000n,
      holdSeconds: 3_600,
      graceSeconds: 900,
      noticeRunwaySeconds: 259_200,
      warningRunwaySeconds: 86_400,
      warningBelow: 5_000_000n,
      accrualSeconds: 5,
      refunds: { windowDays: 30, fourEyesAbove: 100_000_000n },
      disputesBlockLaunches: true,
    });
  });

  test.each([
    ['auto', '25.00', 'sqlite', 25_000_000n],
    ['auto', '25.00', 'postgres', null],
    ['on', '7.5', 'postgres', 7_500_000n],
    ['off', '25.00', 'sqlite', null],
    ['on', '0', 'sqlite', null],
  ] as const)('a trial credit that is %s, of %s, on %s is %p', (enabled, amount, dialect, given) => {
    expect(policyOf(read({ trialCredit: { enabled, amount } }), dialect).trialCredit).toBe(given);
  });

  test.each([
    { trialCredit: { amount: '-1' } },
    { warningBelow: '0.1234567' },
    { accrualSeconds: 0 },
    { currency: 'usd' },
    { hold: 1 },
  ])('a configuration with %j stops the start', section => {
    expect(() => read(section)).toThrow(/billing/);
  });
});
