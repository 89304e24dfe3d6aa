import { createBudget, deleteBudget, getForecast, listBudgets, updateBudget } from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { StandInAccess } from '../testing/stand-in-access';

const HOUR = 3_600_000;
const usd = (amount: bigint | number) => ({ amount: amount.toString(), currency: 'USD', scale: 6 }) as const;
const permissions = ['billing.budget.read', 'billing.budget.manage', 'billing.balance.read'];

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  const clock = new TestClock(Date.parse('2026-06-10T12:00:00Z'));
  const access = new StandInAccess();
  const begin = () =>
    startTestBackend({
      database,
      plugins: ['billing'],
      instead: [access.factory],
      clock,
      expose: { port: billingPortRef },
    });
  let backend: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    backend = await begin();
  });
  afterAll(async () => {
    await assertBooksBalance(backend.services.database.read);
    await backend.stop();
  });

  const someone = async () => {
    const { token, caller } = backend.signInAs({ permissions });
    const { organizationId, departmentId, projectId, userId } = caller;
    access.homes.set(`${organizationId} ${userId}`, { departmentId, projectId });
    access.named.set(organizationId, 'Lab').set(projectId, 'detector').set(userId, 'ada').set(departmentId, 'Optics');
    const scope = { organizationId, departmentId, projectId, userId, allocationId: null };
    const { port, database: books } = backend.services;
    await books.transaction(async tx => {
      await port.openAccount(tx, scope);
      await port.credit(tx, {
        ...{ kind: 'internal_credit', scope, amount: 1_000_000_000n, reason: 'Welcome', reference: 'welcome' },
        actor: { type: 'system', id: 'test' },
        correlationId: newId('corr'),
      });
    });
    const launch = async (pricePerHour: bigint, at = clock.now()) => {
      const allocationId = newId('alloc');
      await books.transaction(async tx => {
        await port.hold(tx, { scope: { ...scope, allocationId }, pricePerHour, skuId: 'sku_h200', gpuCount: 1 });
        await port.startMeter(tx, { allocationId, at });
      });
      return allocationId;
    };
    return { token, scope, launch };
  };

  test('a budget is set, stands as what was used says, is changed and deleted', async () => {
    const { token, scope, launch } = await someone();
    const created = await backend.call(createBudget, {
      token,
      body: { scope: 'project', scope_id: scope.projectId, amount: usd(100_000_000) },
    });
    expect(created).toMatchObject({
      scope: 'project',
      scope_id: scope.projectId,
      scope_name: 'detector',
      amount: usd(100_000_000),
      thresholds: [50, 75, 90, 100],
      spent: usd(0),
      percent: 0,
      forecast: usd(0),
      reached: [],
      period_from: '2026-06-01T00:00:00.000Z',
      period_to: '2026-07-01T00:00:00.000Z',
    });
    await launch(1_000_000n, clock.now() - 60 * HOUR);
    const params = { budget_id: created.budget_id };
    const now = clock.now();
    const left = BigInt((Date.parse('2026-07-01T00:00:00Z') - now) / HOUR);
    expect((await backend.call(listBudgets, { token })).items).toMatchObject([
      { spent: usd(60_000_000), percent: 60, forecast: usd(60_000_000n + left * 1_000_000n) },
    ]);
    await clock.advance(61_000);
    // The watch has told of it; raised, it is to be told of anew.
    const reached = () => backend.call(listBudgets, { token }).then(page => page.items[0]?.reached);
    await waitFor(async () => (await reached())?.length === 1);
    expect(await reached()).toEqual([50]);
    const raised = await backend.call(updateBudget, { token, params, body: { amount: usd(1_000_000_000) } });
    expect(raised).toMatchObject({ percent: 6, reached: [] });
    const lowered = await backend.call(updateBudget, { token, params, body: { thresholds: [90, 5] } });
    expect(lowered.thresholds).toEqual([5, 90]);
    await backend.call(deleteBudget, { token, params });
    expect((await backend.call(listBudgets, { token })).items).toEqual([]);
    expect(await backend.refusal(deleteBudget, { token, params })).toMatchObject({ status: 404 });
  });

  test('every scope is of the organization, and has one budget', async () => {
    const { token, scope } = await someone();
    const other = (await someone()).scope;
    const amount = usd(5_000_000);
    const create = (body: object) => backend.request('POST', 'billing/budgets', { token, body: { amount, ...body } });
    for (const body of [
      { scope: 'organization' },
      { scope: 'project', scope_id: scope.projectId },
      { scope: 'department', scope_id: scope.departmentId },
      { scope: 'user', scope_id: scope.userId },
      { scope: 'tag', scope_id: 'team:vision lab' },
    ]) {
      expect(await create(body)).toMatchObject({ status: 201, body });
      expect(await create(body)).toMatchObject({ status: 409, body: { code: 'budget_exists' } });
    }
    expect((await backend.call(listBudgets, { token, query: { limit: 2 } })).items).toHaveLength(2);
    for (const body of [
      { scope: 'project', scope_id: other.projectId },
      { scope: 'department', scope_id: other.departmentId },
      { scope: 'user', scope_id: other.userId },
    ])
      expect(await create(body)).toMatchObject({ status: 404 });
    for (const body of [
      { scope: 'organization', scope_id: scope.organizationId },
      { scope: 'project' },
      { scope: 'tag', scope_id: 'no colon' },
    ])
      expect(await create(body)).toMatchObject({ status: 422, body: { code: 'budget_scope_invalid' } });
  });

  test.each([
    ['zero', usd(0), 'amount_out_of_range'],
    ['negative', usd(-1), 'amount_out_of_range'],
    ['beyond what the ledger holds', usd(9_000_000_000_000_000_000n), 'amount_out_of_range'],
    ['in another currency', { ...usd(5), currency: 'EUR' }, 'currency_mismatch'],
  ])('an amount that is %s is refused', async (_what, amount, code) => {
    const { token } = await someone();
    const body = { scope: 'organization', amount } as const;
    expect(await backend.refusal(createBudget, { token, body })).toMatchObject({ status: 422, code });
  });

  test('two requests at once make one budget, and one request sent twice too', async () => {
    const { token } = await someone();
    const send = (key?: string) =>
      backend.request('POST', 'billing/budgets', {
        token,
        body: { scope: 'organization', amount: usd(5_000_000) },
        ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
      });
    const replies = await Promise.all([send(), send(), send(), send()]);
    expect(replies.map(reply => reply.status).sort()).toEqual([201, 409, 409, 409]);
    const budgetId = replies.find(reply => reply.status === 201)?.body.budget_id;
    await backend.call(deleteBudget, { token, params: { budget_id: String(budgetId) } });
    const [first, second] = [await send('twice'), await send('twice')];
    expect(first.status).toBe(201);
    expect(second.body).toEqual(first.body);
  });

  test('the forecast goes on both ways and says whether the money lasts', async () => {
    const { token, launch } = await someone();
    const now = clock.now();
    const none = await backend.call(getForecast, { token });
    expect(none).toMatchObject({ spent: usd(0), runs_out_at: null, at_burn: { balance_lasts: true } });
    // Ten dollars an hour for the last ten hours: a thousand do not last.
    await launch(10_000_000n, now - 10 * HOUR);
    const forecast = await backend.call(getForecast, { token });
    const hoursLeft = (Date.parse('2026-07-01T00:00:00Z') - now) / HOUR;
    expect(forecast).toMatchObject({
      as_of: new Date(now).toISOString(),
      period_from: '2026-06-01T00:00:00.000Z',
      period_to: '2026-07-01T00:00:00.000Z',
      spent: usd(100_000_000),
      burn_rate_per_hour: usd(10_000_000),
      at_burn: { still_to_come: usd(BigInt(Math.round(hoursLeft * 10_000_000))), balance_lasts: false },
      balance: usd(900_000_000),
      runs_out_at: new Date(now + 90 * HOUR).toISOString(),
    });
    expect(BigInt(forecast.by_trend.month_total.amount)).toBe(
      100_000_000n + BigInt(forecast.by_trend.still_to_come.amount),
    );
    expect(Date.parse(forecast.by_trend.since)).toBeLessThanOrEqual(now);
  });
});
