import { changeCurrency, getBalance, listCurrencies } from '@portico/plugin-billing/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';

const settings = {
  billing: {
    trialCredit: { enabled: 'on', amount: '25.00' },
    currencies: { BHD: { depositMin: '0.500', suggestedDeposits: ['5', '10.250'], trialCredit: '7.125' }, JPY: {} },
  },
};
const begin = (database: 'sqlite' | 'postgres') =>
  startTestBackend({ database, plugins: ['access', 'billing'], settings });
const bhd = (amount: string) => ({ amount, currency: 'BHD', scale: 6 });

describe.each(['sqlite', 'postgres'] as const)('currencies on %s', database => {
  let backend: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    backend = await begin(database);
  });
  afterEach(() => assertBooksBalance(backend.services.database.read));
  afterAll(() => backend?.stop());

  const signUpIn = async (currency: string) => {
    const username = `user-${Math.random().toString(36).slice(2, 10)}`;
    const body = { username, password: 'correct horse battery staple', currency };
    return backend.request('POST', 'auth/personal/signup', { body });
  };
  /** An organization without any movement of money, and a token in it. */
  const organizationIn = async (currency?: string) => {
    const { token } = await backend.signUp();
    const body = { name: 'Second', ...(currency === undefined ? {} : { currency }) };
    const made = await backend.request('POST', 'organizations', { token, body });
    const project = (made.body.default_project as { project_id: string } | undefined)?.project_id ?? '';
    return { made, token, headers: { 'x-project-id': project } };
  };

  test('anybody sees which there are, the default first', async () => {
    const { items } = await backend.call(listCurrencies, {});
    expect(items.map(item => [item.currency, item.exponent, item.is_default])).toEqual([
      ['USD', 2, true],
      ['BHD', 3, false],
      ['JPY', 0, false],
    ]);
    expect(items[1]).toMatchObject({
      deposit_min: bhd('500000'),
      suggested_deposits: [bhd('5000000'), bhd('10250000')],
      trial_credit: bhd('7125000'),
    });
    expect(items[2]?.trial_credit).toBeNull();
  });

  test('who signs up in one has an account and a trial credit in it', async () => {
    const signedUp = await signUpIn('BHD');
    expect(signedUp.status).toBe(201);
    const balance = await backend.call(getBalance, { token: String(signedUp.body.access_token) });
    expect(balance).toMatchObject({ currency: 'BHD', available: bhd('7125000'), promotional: bhd('7125000') });
    const withoutTrial = await signUpIn('JPY');
    expect(await backend.call(getBalance, { token: String(withoutTrial.body.access_token) })).toMatchObject({
      currency: 'JPY',
      available: { amount: '0' },
    });
  });

  test('one that is not offered makes neither a user nor an organization', async () => {
    expect(await signUpIn('CHF')).toMatchObject({ status: 422, body: { code: 'currency_not_offered' } });
    const { made } = await organizationIn('CHF');
    expect(made).toMatchObject({
      status: 422,
      body: { code: 'currency_not_offered', details: { currencies: ['USD', 'BHD', 'JPY'] } },
    });
  });

  test('a further organization is kept in the one chosen, and changes it until money moves', async () => {
    const { token, headers } = await organizationIn('BHD');
    expect(await backend.call(getBalance, { token, headers })).toMatchObject({ currency: 'BHD' });
    expect(await backend.call(changeCurrency, { token, headers, body: { currency: 'JPY' } })).toEqual({
      currency: 'JPY',
    });
    expect(await backend.call(changeCurrency, { token, headers, body: { currency: 'JPY' } })).toEqual({
      currency: 'JPY',
    });
    expect(await backend.call(getBalance, { token, headers })).toMatchObject({
      currency: 'JPY',
      available: { amount: '0', currency: 'JPY' },
    });
    expect(await backend.refusal(changeCurrency, { token, headers, body: { currency: 'CHF' } })).toMatchObject({
      status: 422,
      code: 'currency_not_offered',
    });
  });

  test('where money has moved, a trial credit too, the currency stays', async () => {
    const { token } = await backend.signUp();
    expect(await backend.refusal(changeCurrency, { token, body: { currency: 'BHD' } })).toMatchObject({
      status: 409,
      code: 'currency_in_use',
      details: { currency: 'USD' },
    });
    expect(await backend.call(getBalance, { token })).toMatchObject({ currency: 'USD' });
  });

  test('a payment that is begun is in the currency the account had', async () => {
    const { token, headers } = await organizationIn('BHD');
    const begun = await backend.request('POST', 'payments/checkout-session', {
      token,
      headers,
      body: { amount: bhd('5000000') },
    });
    expect([begun.status, begun.text]).toEqual([201, expect.anything()]);
    expect(await backend.refusal(changeCurrency, { token, headers, body: { currency: 'USD' } })).toMatchObject({
      status: 409,
    });
  });

  test('without a word it is the default one', async () => {
    const { token, headers } = await organizationIn();
    expect(await backend.call(getBalance, { token, headers })).toMatchObject({ currency: 'USD' });
  });
});
