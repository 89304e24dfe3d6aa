import { balanceStatusSchema } from '../contract';
import { balanceWords } from './balance-words';
import type { Balance } from './balance-words';

const bhd = (amount: string) => ({ amount, currency: 'BHD', scale: 6 }) as const;
const balance: Balance = {
  available: bhd('4500000'),
  held: bhd('1250000'),
  promotional: bhd('0'),
  expires_next: null,
  currency: 'BHD',
  status: 'healthy',
  burn_rate_per_hour: bhd('1000000'),
  runway_seconds: 20_700,
  as_of: '2026-11-21T00:00:00.000Z',
};
const words = (of: Partial<Balance>) => balanceWords({ ...balance, ...of });
const idle = { burn_rate_per_hour: bhd('0'), runway_seconds: null };

describe('the banner of a balance', () => {
  test('is silent while all is well', () => {
    expect(words({ status: 'healthy' })).toBeNull();
  });

  test.each([
    ['notice', {}, 'notice', ['5 h 45 min', '4.500', 'disks are deleted', 'stay']],
    ['warning', {}, 'warning', ['is low', '5 h 45 min', '1.000', 'disks are deleted']],
    ['warning', idle, 'warning', ['is low', '4.500', 'Nothing runs, so nothing stops']],
    ['auto_release_pending', { runway_seconds: 900 }, 'failed', ['15 min', 'Save your work', 'keeps them running']],
    ['depleted', { runway_seconds: 0 }, 'failed', ['is used up', 'Nothing starts again by itself']],
    ['depleted', idle, 'warning', ['no money in the account', 'does not start again by itself']],
  ] as const)('says at %s %j in %s what stops, when, and what is kept', (status, of, tone, phrases) => {
    const said = words({ status, ...of });
    expect(said?.tone).toBe(tone);
    const whole = `${said?.title}. ${said?.text}`.replaceAll('\u00a0', ' ');
    for (const phrase of phrases) expect(whole).toContain(phrase);
    expect(whole).not.toMatch(/undefined|null|NaN/);
  });

  test('has words for every state there is', () => {
    for (const status of balanceStatusSchema.enum) expect(() => words({ status })).not.toThrow();
  });
});
