import { platformSections, readSettings } from '@portico/backend/services';
import { billingSettings } from '@portico/plugin-billing/contract';
import { balancePolicyOf, policyOf } from './policy';
import { NO_ALERTS } from './store/customers';

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
      currencies: new Map([
        [
          'USD',
          {
            depositMin: 10_000_000n,
            depositMax: 1_000_000_000n,
            suggestedDeposits: [25_000_000n, 50_000_000n, 100_000_000n, 500_000_000n],
            warningBelow: 5_000_000n,
            trialCredit: 25_000_000n,
          },
        ],
      ]),
      trialCredit: 25_000_000n,
      trialCreditExpiresDays: null,
      holdSeconds: 3_600,
      graceSeconds: 900,
      noticeRunwaySeconds: 259_200,
      warningRunwaySeconds: 86_400,
      warningBelow: 5_000_000n,
      accrualSeconds: 5,
      outageCredit: { afterSeconds: 300 },
      refunds: { windowDays: 30, fourEyesAbove: 100_000_000n },
      dailyDeposits: 3,
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

  test('of a currency are its own, and those of the portal where it says nothing', () => {
    const policy = policyOf(
      read({
        currencies: {
          BHD: {
            depositMin: '0.500',
            depositMax: '30',
            suggestedDeposits: ['5', '10.250', '50'],
            trialCredit: '7.125',
          },
          JPY: { depositMin: '500', warningBelow: '700' },
        },
      }),
      'sqlite',
    );
    expect([...policy.currencies.keys()]).toEqual(['USD', 'BHD', 'JPY']);
    expect(policy.currencies.get('BHD')).toEqual({
      depositMin: 500_000n,
      depositMax: 30_000_000n,
      suggestedDeposits: [5_000_000n, 10_250_000n],
      warningBelow: 5_000_000n,
      trialCredit: 7_125_000n,
    });
    expect(policy.currencies.get('JPY')).toMatchObject({ warningBelow: 700_000_000n, trialCredit: null });
  });

  test.each([
    { USD: { depositMin: '5.005' } },
    { JPY: { depositMin: '500.5' } },
    { USD: { depositMin: '0' } },
    { USD: { depositMin: '10', depositMax: '5' } },
    { BHD: { suggestedDeposits: ['1.0005'] } },
  ])('deposits nobody can pay, %j, stop the start', currencies => {
    expect(() => policyOf(read({ currencies }), 'sqlite')).toThrow(/billing\.currencies/);
  });

  test.each([
    ['nothing', NO_ALERTS, [259_200, 86_400, 2_000_000n]],
    [
      'earlier',
      { ...NO_ALERTS, noticeRunwaySeconds: 604_800, warningRunwaySeconds: 172_800, warningBelow: 9_000_000n },
      [604_800, 172_800, 9_000_000n],
    ],
    [
      'a warning before the platform’s notice',
      { ...NO_ALERTS, warningRunwaySeconds: 400_000 },
      [400_000, 400_000, 2_000_000n],
    ],
    // The platform became stricter after the organization chose.
    [
      'later',
      { ...NO_ALERTS, noticeRunwaySeconds: 60, warningRunwaySeconds: 30, warningBelow: 1n },
      [259_200, 86_400, 2_000_000n],
    ],
  ] as const)('hold for an organization that chose %s', (_what, alerts, [notice, warning, below]) => {
    const policy = policyOf(read({ currencies: { BHD: { warningBelow: '2' } } }), 'sqlite');
    expect(balancePolicyOf(policy, { currency: 'BHD', alerts })).toEqual({
      graceSeconds: 900,
      noticeRunwaySeconds: notice,
      warningRunwaySeconds: warning,
      warningBelow: below,
    });
  });
});
