import { getAlerts, setAlerts } from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { StandInAccess } from '../testing/stand-in-access';

const DAY = 86_400;
const HOUR = 3_600;
const usd = (amount: string) => ({ amount, currency: 'USD', scale: 6 }) as const;

const begin = async (database: 'sqlite' | 'postgres') => {
  const clock = new TestClock();
  const access = new StandInAccess();
  const backend = await startTestBackend({
    database,
    plugins: ['billing'],
    instead: [access.factory],
    clock,
    expose: { port: billingPortRef },
  });
  return { clock, access, ...backend };
};

describe.each(['sqlite', 'postgres'] as const)('warnings on %s', database => {
  let backend: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    backend = await begin(database);
  });
  afterEach(() => assertBooksBalance(backend.services.database.read));
  afterAll(() => backend?.stop());

  const somebody = async () => {
    const { token, caller } = backend.signInAs({ permissions: ['billing.ledger.read', 'billing.alert.manage'] });
    const { organizationId } = caller;
    await backend.services.database.transaction(tx => backend.services.port.openAccount(tx, { organizationId }));
    backend.access.named.set(organizationId, 'Acme');
    backend.access.addresses.set(organizationId, [
      { userId: caller.userId, username: 'ada', email: `${caller.userId}@acme.example` },
    ]);
    return { token, caller };
  };

  test('an organization that chose nothing goes by the platform', async () => {
    const { token, caller } = await somebody();
    const platform = { notice_runway_seconds: 3 * DAY, warning_runway_seconds: DAY, warning_below: usd('5000000') };
    expect(await backend.call(getAlerts, { token })).toEqual({
      own: { notice_runway_seconds: null, warning_runway_seconds: null, warning_below: null },
      platform,
      in_force: platform,
      recipients: null,
      possible_recipients: [{ user_id: caller.userId, username: 'ada', email: `${caller.userId}@acme.example` }],
    });
  });

  test('whoever is there for one project alone learns nobody’s address', async () => {
    const { caller } = await somebody();
    const guest = backend.signInAs({
      permissions: ['billing.ledger.read'],
      organizationId: caller.organizationId,
      onlyProjectId: newId('proj'),
    });
    expect(await backend.refusal(getAlerts, { token: guest.token })).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('what it chooses holds from then on, and what it leaves out is the platform’s again', async () => {
    const { token, caller } = await somebody();
    const body = {
      notice_runway_seconds: 7 * DAY,
      warning_runway_seconds: 5 * DAY,
      warning_below: usd('50000000'),
      recipients: [caller.userId],
    };
    const set = await backend.call(setAlerts, { token, body });
    expect(set.in_force).toEqual({
      notice_runway_seconds: 7 * DAY,
      warning_runway_seconds: 5 * DAY,
      warning_below: usd('50000000'),
    });
    expect(await backend.call(getAlerts, { token })).toEqual(set);
    const some = await backend.call(setAlerts, { token, body: { notice_runway_seconds: 4 * DAY } });
    expect(some.own).toEqual({ notice_runway_seconds: 4 * DAY, warning_runway_seconds: null, warning_below: null });
    expect(some.in_force.warning_runway_seconds).toBe(DAY);
    expect(some.recipients).toBeNull();
  });

  test.each([
    ['a later notice', { notice_runway_seconds: 3 * DAY - 1 }, 'alert_later_than_platform'],
    ['a later warning', { warning_runway_seconds: 12 * HOUR }, 'alert_later_than_platform'],
    ['a lower amount', { warning_below: usd('4999999') }, 'alert_later_than_platform'],
    ['an amount below nothing', { warning_below: usd('-1') }, 'amount_invalid'],
    ['more than the ledger holds', { warning_below: usd('9999999999999999999') }, 'amount_invalid'],
    ['another currency', { warning_below: { ...usd('50000000'), currency: 'BHD' } }, 'currency_mismatch'],
    ['a warning before the notice', { warning_runway_seconds: 4 * DAY }, 'alert_order_invalid'],
    ['somebody who is no member', { recipients: ['usr_stranger'] }, 'alert_recipient_unsuitable'],
  ])('%s is refused', async (_what, body, code) => {
    const { token } = await somebody();
    const before = await backend.call(getAlerts, { token });
    expect(await backend.refusal(setAlerts, { token, body })).toMatchObject({ status: 422, code });
    expect(await backend.call(getAlerts, { token })).toEqual(before);
  });

  test('an amount beyond the ledger’s and nobody at all do not fit the contract', async () => {
    const { token } = await somebody();
    for (const body of [
      { warning_below: usd('99999999999999999999') },
      { recipients: [] },
      { notice_runway_seconds: -1 },
    ])
      expect((await backend.request('PUT', 'billing/alerts', { token, body })).status).toBe(400);
  });

  test('when the balance falls, a message waits for the mail server', async () => {
    const { caller } = await somebody();
    const { organizationId, departmentId, projectId, userId } = caller;
    const scope = { organizationId, departmentId, projectId, userId, allocationId: null };
    const allocationId = newId('alloc');
    const { port, database: books } = backend.services;
    await books.transaction(tx =>
      port.credit(tx, {
        kind: 'internal_credit',
        ...{ scope, amount: 48_000_000n, reason: 'for a test', reference: 'one', correlationId: newId('corr') },
        actor: { type: 'system', id: 'test' },
      }),
    );
    const status = async () =>
      (
        await books.read.first<{ status: string }>('SELECT status FROM billing_customers WHERE organization_id = ?', [
          organizationId,
        ])
      )?.status;
    await waitFor(async () => {
      await backend.clock.advance(1_000);
      return (await status()) === 'healthy';
    });
    await books.transaction(async tx => {
      await port.hold(tx, {
        scope: { ...scope, allocationId },
        pricePerHour: 1_000_000n,
        skuId: 'sku_h200',
        gpuCount: 1,
      });
      await port.startMeter(tx, { allocationId, at: tx.now });
    });
    const mails = () =>
      books.read.all<{ subject: string }>('SELECT * FROM platform_mail WHERE recipient = ?', [
        `${userId}@acme.example`,
      ]);
    await waitFor(async () => {
      await backend.clock.advance(1_000);
      return (await mails()).length > 0;
    });
    expect((await mails()).map(mail => mail.subject)).toEqual([
      expect.stringContaining('The balance of Acme lasts about'),
    ]);
    await books.transaction(tx => port.stopMeter(tx, { allocationId, at: tx.now }));
  });
});
