import {
  getBalance,
  issueVouchers,
  listLedger,
  listVouchers,
  redeemVoucher,
  revokeVoucher,
} from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { StandInAccess } from '../testing/stand-in-access';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const usd = (amount: string) => ({ amount, currency: 'USD', scale: 6 }) as const;

const begin = async (database: 'sqlite' | 'postgres') => {
  const clock = new TestClock();
  const backend = await startTestBackend({
    database,
    plugins: ['billing'],
    instead: [new StandInAccess().factory],
    settings: { billing: { currencies: { BHD: {} } } },
    clock,
    expose: { port: billingPortRef },
  });
  return { clock, ...backend };
};

describe.each(['sqlite', 'postgres'] as const)('vouchers on %s', database => {
  let backend: Awaited<ReturnType<typeof begin>>;
  let admin: string;
  beforeAll(async () => {
    backend = await begin(database);
    admin = backend.signInAs({ permissions: ['billing.voucher.manage_any'] }).token;
  });
  afterEach(() => assertBooksBalance(backend.services.database.read));
  afterAll(() => backend?.stop());

  const somebody = async (currency = 'USD') => {
    const { token, caller } = backend.signInAs({
      permissions: ['billing.voucher.redeem', 'billing.balance.read', 'billing.ledger.read'],
    });
    await backend.services.database.transaction(tx =>
      backend.services.port.openAccount(tx, { organizationId: caller.organizationId, currency }),
    );
    return { token, caller };
  };
  const issue = async (of: Partial<Parameters<typeof backend.call<typeof issueVouchers>>[1]['body']> = {}) => {
    const body = { amount: usd('20000000'), note: 'for a fair', ...of };
    const { batch_id, vouchers } = await backend.call(issueVouchers, { token: admin, body });
    return Object.assign(vouchers, { batch_id });
  };
  const one = async (of?: Parameters<typeof issue>[0]) => {
    const [voucher] = await issue(of);
    if (voucher === undefined) throw new Error('no voucher');
    return voucher;
  };
  const available = async (token: string) => (await backend.call(getBalance, { token })).available.amount;

  test('one is redeemed once, however it is typed, and says so to who redeemed it', async () => {
    const { code } = await one();
    const { token, caller } = await somebody();
    const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
    const redeemed = await backend.call(redeemVoucher, { token, body: { code: typed } });
    expect(redeemed).toMatchObject({ amount: usd('20000000'), expires_at: null });
    expect(await available(token)).toBe('20000000');
    expect(await backend.call(getBalance, { token })).toMatchObject({
      promotional: usd('20000000'),
      expires_next: null,
    });
    expect(await backend.refusal(redeemVoucher, { token, body: { code } })).toMatchObject({
      status: 409,
      code: 'voucher_redeemed',
    });
    const [entry] = (await backend.call(listLedger, { token })).items;
    expect(entry).toMatchObject({ kind: 'voucher', entry_id: redeemed.entry_id });
    const listed = await backend.call(listVouchers, {
      token: admin,
      query: { organization_id: caller.organizationId },
    });
    expect(listed.items).toEqual([
      expect.objectContaining({ status: 'redeemed', entry_id: redeemed.entry_id, redeemed_by: caller.userId }),
    ]);
  });

  test('a stranger learns nothing from the answer', async () => {
    const { token } = await somebody();
    const other = await somebody();
    const taken = await one();
    await backend.call(redeemVoucher, { token: other.token, body: { code: taken.code } });
    const revoked = await one();
    await backend.call(revokeVoucher, { token: admin, params: { voucher_id: revoked.voucher_id } });
    const late = await one({ redeem_by: new Date(backend.clock.now() + MINUTE).toISOString() });
    await backend.clock.advance(MINUTE);
    const answers = [];
    for (const code of [taken.code, revoked.code, late.code, '0000-0000-0000-0000-0000', 'no code at all', "'; --"]) {
      const {
        status,
        code: refused,
        message,
        details,
      } = await backend.refusal(redeemVoucher, { token, body: { code } });
      answers.push({ status, refused, message, details });
    }
    expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 404, refused: 'voucher_not_found', details: {} });
    expect(await available(token)).toBe('0');
  });

  test('of many who ask at once one organization gets the money', async () => {
    const { code } = await one();
    const people = await Promise.all(Array.from({ length: 6 }, () => somebody()));
    const asked = people.flatMap(({ token }) => [token, token]);
    const replies = await Promise.all(
      asked.map(token => backend.request('POST', 'billing/vouchers/redeem', { token, body: { code } })),
    );
    expect(replies.filter(reply => reply.status === 201)).toHaveLength(1);
    expect(replies.every(reply => [201, 404, 409].includes(reply.status))).toBe(true);
    const balances = await Promise.all(people.map(({ token }) => available(token)));
    expect(balances.filter(amount => amount === '20000000')).toHaveLength(1);
  });

  test('redeeming and revoking at once leave one of the two', async () => {
    const vouchers = await issue({ count: 6 });
    const { token } = await somebody();
    const ends = await Promise.all(
      vouchers.map(async ({ voucher_id, code }) => {
        const [redeemed, revoked] = await Promise.all([
          backend.request('POST', 'billing/vouchers/redeem', { token, body: { code } }),
          backend.request('POST', `admin/vouchers/${voucher_id}/revoke`, { token: admin }),
        ]);
        return [redeemed.status, revoked.status].join(' ');
      }),
    );
    expect(ends.every(end => end === '201 409' || end === '404 200')).toBe(true);
    expect(await available(token)).toBe(String(20_000_000 * ends.filter(end => end === '201 409').length));
  });

  test('a double submit is one redemption with one answer', async () => {
    const { code } = await one();
    const { token } = await somebody();
    const send = () => backend.call(redeemVoucher, { token, body: { code }, idempotencyKey: 'twice' });
    const replies = [await send(), await send()];
    expect(replies[0]).toEqual(replies[1]);
    expect(await available(token)).toBe('20000000');
  });

  test('an account of another currency is told of its own', async () => {
    const { code } = await one();
    const { token } = await somebody('BHD');
    expect(await backend.refusal(redeemVoucher, { token, body: { code } })).toMatchObject({
      status: 422,
      code: 'currency_mismatch',
      details: { currency: 'BHD' },
    });
    const { token: other } = await somebody();
    await backend.call(redeemVoucher, { token: other, body: { code } });
  });

  test('what is unspent of it ends with its time, and the balance says when', async () => {
    const { code } = await one({ credit_expires_days: 30 });
    const { token } = await somebody();
    const { expires_at } = await backend.call(redeemVoucher, { token, body: { code } });
    expect(Date.parse(expires_at ?? '')).toBe(backend.clock.now() + 30 * DAY);
    expect((await backend.call(getBalance, { token })).expires_next).toEqual({
      amount: usd('20000000'),
      at: expires_at,
    });
  });

  test.each([
    ['nothing', { amount: usd('0') }, 'amount_invalid'],
    ['less than nothing', { amount: usd('-5000000') }, 'amount_invalid'],
    ['a fraction of a cent', { amount: usd('1005000') }, 'amount_not_payable'],
    ['more than anybody means', { amount: usd('100000010000') }, 'amount_out_of_range'],
    [
      'an unknown currency',
      { amount: { amount: '1000000', currency: 'XTS', scale: 6 as const } },
      'currency_not_offered',
    ],
    ['the past', { redeem_by: '2001-01-01T00:00:00Z' }, 'voucher_redeem_by_past'],
  ])('none is issued for %s', async (_what, of, code) => {
    const body = { amount: usd('20000000'), note: 'for a fair', ...of };
    expect(await backend.refusal(issueVouchers, { token: admin, body })).toMatchObject({ status: 422, code });
  });

  test('codes are told once and kept nowhere', async () => {
    const vouchers = await issue({ count: 500, note: ' a whole fair ' });
    expect(new Set(vouchers.map(voucher => voucher.code)).size).toBe(500);
    const rows = await backend.services.database.read.all(
      `SELECT * FROM billing_vouchers WHERE voucher_id IN ('${vouchers[0]?.voucher_id}', '${vouchers[499]?.voucher_id}')`,
    );
    const entries = await backend.services.database.read.all('SELECT * FROM platform_audit_log');
    const kept = JSON.stringify([rows, entries], (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
    for (const { code } of vouchers) {
      expect(kept).not.toContain(code);
      expect(kept).not.toContain(code.replaceAll('-', ''));
    }
    expect(rows).toHaveLength(2);
  });

  test('the list is read page by page and by what became of them', async () => {
    const vouchers = await issue({ count: 5, note: 'pages' });
    const { batch_id } = vouchers;
    await backend.call(revokeVoucher, { token: admin, params: { voucher_id: vouchers[0]?.voucher_id ?? '' } });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof backend.call<typeof listVouchers>>> = await backend.call(listVouchers, {
        token: admin,
        query: { batch_id, limit: 2, ...(cursor === null ? {} : { cursor }) },
      });
      seen.push(...page.items.map(voucher => voucher.voucher_id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect([...seen].sort()).toEqual(vouchers.map(voucher => voucher.voucher_id).sort());
    const of = async (status: 'open' | 'revoked' | 'redeemed') =>
      (await backend.call(listVouchers, { token: admin, query: { batch_id, status } })).items.length;
    expect([await of('open'), await of('revoked'), await of('redeemed')]).toEqual([4, 1, 0]);
    const last4 = vouchers[1]?.code.slice(-4).toLowerCase() ?? '';
    const found = await backend.call(listVouchers, { token: admin, query: { batch_id, last4 } });
    expect(found.items.map(voucher => voucher.voucher_id)).toContain(vouchers[1]?.voucher_id);
  });

  test('revoking twice is revoking once, and nobody revokes what is redeemed', async () => {
    const { voucher_id, code } = await one();
    const params = { voucher_id };
    const once = await backend.call(revokeVoucher, { token: admin, params });
    expect(once).toMatchObject({ status: 'revoked' });
    expect(await backend.call(revokeVoucher, { token: admin, params })).toEqual(once);
    expect(
      await backend.refusal(revokeVoucher, { token: admin, params: { voucher_id: 'voucher_none' } }),
    ).toMatchObject({
      status: 404,
    });
    const { token } = await somebody();
    expect(await backend.refusal(redeemVoucher, { token, body: { code } })).toMatchObject({ status: 404 });
  });
});

test('codes are tried ten times a minute, not more', async () => {
  const backend = await startTestBackend({
    plugins: ['billing'],
    instead: [new StandInAccess().factory],
    settings: { rateLimits: { vouchers: { perMinute: 10, burst: 0 } } },
  });
  try {
    const { token } = backend.signInAs({ permissions: ['billing.voucher.redeem'] });
    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) {
      const body = { code: '0000-0000-0000-0000-0000' };
      statuses.push((await backend.request('POST', 'billing/vouchers/redeem', { token, body })).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(404), 429]);
  } finally {
    await backend.stop();
  }
});
