import { billingContract } from '@portico/plugin-billing/contract';
import { durationText } from './balance-mail';
import { mailAbout, MAILED_EVENTS } from './money-mail';

const frame = { title: 'Portico', publicUrl: 'https://gpu.example', organization: 'Acme' };
const bhd = (amount: string) => ({ amount, currency: 'BHD', scale: 6 });
const balance = {
  organization_id: 'org_1',
  available: bhd('4500000'),
  held: bhd('1250000'),
  burn_rate_per_hour: bhd('1000000'),
  runway_seconds: 20_700,
};

const EVENTS: [string, Record<string, unknown>, readonly string[]][] = [
  [
    'billing.low_balance_notice',
    balance,
    ['4.500 BHD', '1.250 BHD', '5 hours', 'disks are deleted', 'nothing starts again'],
  ],
  ['billing.low_balance_warning', balance, ['is low', '5 hours', 'released']],
  [
    'billing.low_balance_warning',
    { ...balance, burn_rate_per_hour: bhd('0'), runway_seconds: null },
    ['Nothing runs now, so nothing stops'],
  ],
  [
    'billing.auto_release_pending',
    { ...balance, runway_seconds: 900 },
    ['15 minutes', '5.750 BHD', 'Save what is on the disks'],
  ],
  ['billing.balance_depleted', { ...balance, runway_seconds: 0 }, ['is used up', 'does not start again']],
  ['billing.recovered', balance, ['fine again', 'Workloads can be launched']],
  ['payments.session_completed', { kind: 'checkout', amount: bhd('10000000') }, ['Your payment of 10.000 BHD arrived']],
  [
    'payments.session_completed',
    { kind: 'auto_top_up', amount: bhd('10000000') },
    ['charged to the saved payment method'],
  ],
  [
    'payments.auto_top_up_failed',
    { amount: bhd('10000000'), message: 'The card was declined.', disabled: false },
    ['could not be charged', 'The card was declined.', 'tried again'],
  ],
  ['payments.auto_top_up_failed', { amount: bhd('1'), message: 'No.', disabled: true }, ['is off now']],
  [
    'payments.auto_top_up_limit_reached',
    { amount: bhd('10000000'), limit: 'month', waits_until: '2026-12-01T00:00:00.000Z' },
    ['until 2026-12-01'],
  ],
  ['payments.auto_top_up_disabled', { reason: 'method_removed' }, ['is not there any more']],
  [
    'billing.refunded',
    { outcome_text: '5.000 BHD goes back to Visa •••• 4242.' },
    ['goes back to Visa •••• 4242', 'Acme'],
  ],
  [
    'billing.refund_settled',
    { settlement: 'failed', outcome_text: 'It is in the balance again.' },
    ['in the balance again'],
  ],
  [
    'billing.refund_rejected',
    { amount: bhd('5000000'), reason: 'Used in full.' },
    ['will not be made', 'Used in full.'],
  ],
  ['billing.dispute_opened', { amount: bhd('5000000'), status: 'inquiry' }, ['Nothing was taken']],
  ['billing.dispute_opened', { amount: bhd('5000000'), status: 'open' }, ['taken from the balance']],
  ['billing.dispute_closed', { amount: bhd('5000000'), status: 'won' }, ['stands']],
  ['billing.dispute_closed', { amount: bhd('5000000'), status: 'lost' }, ['for good']],
  [
    'billing.budget_threshold_reached',
    {
      scope: 'project',
      scope_id: 'proj_1',
      scope_name: 'Vision',
      threshold_percent: 75,
      amount: bhd('100000000'),
      spent: bhd('76000000'),
      period_from: '2026-11-01T00:00:00.000Z',
    },
    ['75%', '76.000 BHD', '100.000 BHD', 'project “Vision”', '2026-11-01', 'stops nothing'],
  ],
  [
    'billing.invoice_issued',
    { number: 'INV-2026-0001', kind: 'invoice', period_from: '2026-10-01T00:00:00.000Z', total: bhd('76000000') },
    ['INV-2026-0001', '2026-10-01', '76.000 BHD', 'nothing to transfer'],
  ],
  [
    'billing.credit_expiring',
    { amount: bhd('5000000'), expires_at: '2026-12-01T10:30:00.000Z' },
    ['5.000 BHD', '2026-12-01 10:30 UTC'],
  ],
];

describe('what people are written', () => {
  test.each(EVENTS)('about %s %j says %j', (eventType, payload, phrases) => {
    const mail = mailAbout({ eventType, payload }, frame);
    const whole = `${mail?.subject}\n${mail?.text}`;
    for (const phrase of phrases) expect(whole).toContain(phrase);
    expect(mail?.text).toMatch(/\n\nhttps:\/\/gpu\.example\/billing\n$/);
    expect(mail?.subject).not.toMatch(/[\r\n]/);
    expect(whole).not.toMatch(/undefined|null|NaN|\[object/);
  });

  test('is about events that the contract knows, each of them tried here', () => {
    expect(Object.keys(billingContract.events)).toEqual(expect.arrayContaining([...MAILED_EVENTS]));
    expect(new Set(EVENTS.map(([eventType]) => eventType))).toEqual(new Set(MAILED_EVENTS));
  });

  test.each([
    ['billing.refund_settled', { settlement: 'succeeded', outcome_text: 'Sent.' }],
    ['payments.auto_top_up_disabled', { reason: 'failures' }],
    ['billing.spend_warning', {}],
  ])('of %s %j is nothing: somebody was told already, or it is not ours', (eventType, payload) => {
    expect(mailAbout({ eventType, payload }, frame)).toBeNull();
  });

  test('has no second line where a stranger could write one', () => {
    const payload = { amount: bhd('1'), message: 'No.\n\nSend money to\r\nevil@example', disabled: false };
    expect(mailAbout({ eventType: 'payments.auto_top_up_failed', payload }, frame)?.text).toContain(
      'No. Send money to evil@example',
    );
  });
});

test.each([
  [59, '59 seconds'],
  [60, '1 minute'],
  [3_599, '59 minutes'],
  [3_660, 'an hour and 1 minute'],
  [7_200, '2 hours'],
  [90_000, 'a day and 1 hour'],
  [200_000, '2 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
