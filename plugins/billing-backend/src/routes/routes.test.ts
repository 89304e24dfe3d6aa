import { exportUsage, getBalance, listLedger, listUsage } from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { newId } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, TEST_EPOCH } from '@portico/plugin-kit/testing';
import { StandInAccess } from '../testing/stand-in-access';
import { seedUsage } from '../testing/usage-seed';

const HOUR = 3_600_000;
const permissions = ['billing.balance.read', 'billing.usage.read', 'billing.ledger.read'];
const usd = (amount: bigint | number) => ({ amount: amount.toString(), currency: 'USD', scale: 6 });
type Usage = ReplyOf<typeof listUsage>['items'][number];

const begin = async (database: 'sqlite' | 'postgres') => {
  const clock = new TestClock();
  return {
    clock,
    ...(await startTestBackend({
      database,
      plugins: ['billing'],
      instead: [new StandInAccess().factory],
      clock,
      expose: { port: billingPortRef },
    })),
  };
};

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    backend = await begin(database);
  });
  afterAll(() => backend?.stop());

  /** Someone with an account, the trial credit and nothing else. */
  const someone = async (sessionId = newId('sess')) => {
    const { token, caller } = backend.signInAs({ permissions, sessionId });
    const scope = {
      organizationId: caller.organizationId,
      departmentId: caller.departmentId,
      projectId: caller.projectId,
      userId: caller.userId,
      allocationId: null,
    };
    const actor = { type: 'system', id: 'test' } as const;
    const { port } = backend.services;
    await backend.services.database.transaction(async tx => {
      await port.openAccount(tx, scope);
      await port.credit(tx, {
        kind: 'trial',
        scope,
        reason: 'Welcome',
        reference: 'trial',
        actor,
        correlationId: newId('corr'),
      });
    });
    const launch = async (pricePerHour: bigint, at: number) => {
      const allocationId = newId('alloc');
      await backend.services.database.transaction(async tx => {
        await port.hold(tx, { scope: { ...scope, allocationId }, pricePerHour, skuId: 'sku_h200', gpuCount: 2 });
        await port.startMeter(tx, { allocationId, at });
      });
      return allocationId;
    };
    const stop = (allocationId: string, at: number) =>
      backend.services.database.transaction(tx => port.stopMeter(tx, { allocationId, at }));
    return { token, scope, launch, stop };
  };

  const everyPage = async (token: string, query: Parameters<typeof backend.call<typeof listUsage>>[1]['query']) => {
    const items: Usage[] = [];
    let cursor: string | undefined;
    do {
      const page = await backend.call(listUsage, {
        token,
        query: { ...query, ...(cursor === undefined ? {} : { cursor }) },
      });
      items.push(...page.items);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return items;
  };

  test('the balance counts to the moment of asking', async () => {
    const { token, launch } = await someone();
    expect(await backend.call(getBalance, { token })).toEqual({
      available: usd(25_000_000),
      held: usd(0),
      promotional: usd(25_000_000),
      expires_next: null,
      currency: 'USD',
      status: 'healthy',
      burn_rate_per_hour: usd(0),
      runway_seconds: null,
      as_of: new Date(backend.clock.now()).toISOString(),
    });
    await launch(3_600_000n, backend.clock.now());
    await backend.clock.advance(10_000);
    expect(await backend.call(getBalance, { token })).toMatchObject({
      available: usd(21_390_000),
      held: usd(3_600_000),
      status: 'warning',
      burn_rate_per_hour: usd(3_600_000),
      runway_seconds: 24_990,
    });
  });

  test('usage is one row per allocation, ended or running', async () => {
    const { token, scope, launch, stop } = await someone();
    const from = backend.clock.now();
    const ended = await launch(3_600_000n, from);
    const running = await launch(7_200_000n, from + 1_000);
    await backend.clock.advance(90_500);
    await stop(ended, from + 60_000);
    const { items } = await backend.call(listUsage, { token });
    expect(items).toEqual([
      {
        allocation_id: running,
        allocation_name: running,
        department_id: scope.departmentId,
        project_id: scope.projectId,
        user_id: scope.userId,
        sku_id: 'sku_h200',
        gpu_count: 2,
        price_per_hour: usd(7_200_000),
        seconds: 89,
        cost: usd(179_000),
        credited: usd(0),
        tags: {},
        started_at: new Date(from + 1_000).toISOString(),
        stopped_at: null,
      },
      expect.objectContaining({
        allocation_id: ended,
        seconds: 60,
        cost: usd(60_000),
        stopped_at: new Date(from + 60_000).toISOString(),
      }),
    ]);
    expect(await backend.call(listUsage, { token, query: { allocation_id: ended } })).toMatchObject({
      items: [{ allocation_id: ended }],
    });
    expect((await backend.call(listUsage, { token, query: { project_id: newId('proj') } })).items).toEqual([]);
  });

  describe('many rows', () => {
    const ROWS = 137;
    let token: string;
    let all: Usage[];
    beforeAll(async () => {
      const own = await someone();
      token = own.token;
      await seedUsage(backend.services.database, { scope: own.scope, rows: ROWS, startedAt: TEST_EPOCH - 500 * HOUR });
      await own.launch(1_234_567n, backend.clock.now() - 5 * HOUR);
      await own.launch(2_000_000n, backend.clock.now() - 700_000);
      all = await everyPage(token, { limit: 200 });
    });

    test.each(['started_at', '-started_at', 'cost', '-cost'] as const)(
      'sorted by %s, pages are the list, also while time passes',
      async sort => {
        const sign = sort.startsWith('-') ? -1 : 1;
        const value = (row: Usage) =>
          sort.endsWith('cost') ? BigInt(row.cost.amount) : BigInt(Date.parse(row.started_at));
        const one = await everyPage(token, { sort, limit: 200 });
        const ids: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await backend.call(listUsage, {
            token,
            query: { sort, limit: 10, ...(cursor === undefined ? {} : { cursor }) },
          });
          ids.push(...page.items.map(row => row.allocation_id));
          cursor = page.next_cursor ?? undefined;
          await backend.clock.advance(60_000);
        } while (cursor !== undefined);
        expect(ids).toEqual(one.map(row => row.allocation_id));
        expect(new Set(ids).size).toBe(ROWS + 2);
        for (const [place, row] of one.entries()) {
          const next = one[place + 1];
          if (next !== undefined) expect(Number(value(next) - value(row)) * sign).toBeGreaterThanOrEqual(0);
        }
      },
    );

    test('adjoining periods add up to the micro-unit, whatever the sort', async () => {
      const cuts = [undefined, TEST_EPOCH - 400 * HOUR - 1_234, TEST_EPOCH - 3 * HOUR - 1, TEST_EPOCH].map(at =>
        at === undefined ? undefined : new Date(at).toISOString(),
      );
      const end = new Date(TEST_EPOCH).toISOString();
      const total = (rows: readonly Usage[]) => rows.reduce((sum, row) => sum + BigInt(row.cost.amount), 0n);
      let sum = 0n;
      for (const [place, from] of cuts.entries()) {
        const to = cuts[place + 1];
        if (to === undefined) continue;
        const byStart = await everyPage(token, { limit: 50, to, ...(from ? { from } : {}) });
        const byCost = await everyPage(token, { limit: 50, sort: '-cost', to, ...(from ? { from } : {}) });
        expect(total(byCost)).toBe(total(byStart));
        expect(byCost).toHaveLength(byStart.length);
        sum += total(byStart);
      }
      expect(sum).toBe(total(await everyPage(token, { limit: 50, to: end })));
    });

    test('the export has the rows of the list', async () => {
      const reply = await backend.request('GET', 'billing/usage/csv', { token, query: { sort: '-started_at' } });
      expect(reply.status).toBe(200);
      expect(reply.headers.get('content-type')).toMatch(/^text\/csv/);
      const [header, ...lines] = reply.text.trimEnd().split('\r\n');
      expect(header).toBe(
        'allocation_id,allocation_name,project_id,department_id,user_id,sku_id,gpu_count,started_at,stopped_at,seconds,price_per_hour,cost,credited,currency,tags',
      );
      expect(lines.map(line => line.split(',')[0])).toEqual(all.map(row => row.allocation_id));
      const seeded = lines.at(-1) ?? '';
      expect(seeded).toContain(`"'=HYPERLINK(""https://example.com"",""x"")"`);
    });

    test('the export is of the organization worked in, which a download names in the query', async () => {
      const sessionId = newId('sess');
      const [home, there] = [await someone(sessionId), await someone(sessionId)];
      const at = backend.clock.now();
      const allocationId = await there.launch(3_600_000n, at);
      await backend.clock.advance(1_000);
      await there.stop(allocationId, at + 1_000);
      const exported = async (projectId: string) => {
        const query = { active_project_id: projectId };
        const lines = (await backend.call(exportUsage, { token: home.token, query })).trimEnd().split('\r\n');
        return lines.slice(1).map(line => line.split(',')[0]);
      };
      expect(await exported(there.scope.projectId)).toEqual([allocationId]);
      expect(await exported(home.scope.projectId)).toEqual([]);
      const query = { active_project_id: (await someone()).scope.projectId };
      expect((await backend.refusal(exportUsage, { token: home.token, query })).status).toBe(404);
    });

    test('nobody sees another organization’s', async () => {
      const other = await someone();
      expect((await backend.call(listUsage, { token: other.token })).items).toEqual([]);
      expect(
        (await backend.call(listUsage, { token: other.token, query: { allocation_id: all[0]?.allocation_id ?? '' } }))
          .items,
      ).toEqual([]);
      expect((await backend.call(exportUsage, { token: other.token })).trimEnd().split('\r\n')).toHaveLength(1);
      expect((await backend.call(listLedger, { token: other.token })).items).toHaveLength(1);
    });

    test('a cursor is good for its own list and sort only, and made-up ones are refused', async () => {
      const { next_cursor: cursor } = await backend.call(listUsage, { token, query: { sort: 'cost', limit: 1 } });
      const forged = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
      for (const bad of [
        'nonsense',
        forged('billing.usage -started_at', 1.5, 2, 'alloc_1'),
        forged('billing.usage -started_at', TEST_EPOCH * 2, 2, 'alloc_1'),
        forged('billing.usage -started_at', 1, 2, 'a\u0000'),
        cursor ?? '',
      ]) {
        expect(await backend.refusal(listUsage, { token, query: { cursor: bad } })).toMatchObject({
          status: 400,
          code: 'cursor_invalid',
        });
      }
      expect(
        await backend.refusal(listUsage, {
          token,
          query: { sort: 'cost', cursor: forged('billing.usage cost', 1, '9e9', 'alloc_1') },
        }),
      ).toMatchObject({ status: 400 });
      expect(
        await backend.refusal(listLedger, { token, query: { cursor: forged('billing.ledger', 1e300, 'led_1') } }),
      ).toMatchObject({ status: 400 });
    });

    test('a period that ends before it begins is refused, and a leap second is not', async () => {
      const query = { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' };
      expect(await backend.refusal(listUsage, { token, query })).toMatchObject({ status: 422, code: 'period_invalid' });
      expect(await backend.refusal(exportUsage, { token, query })).toMatchObject({
        status: 422,
        code: 'period_invalid',
      });
      expect((await backend.call(listUsage, { token, query: { to: '2016-12-31T23:59:60Z' } })).items).toEqual([]);
    });
  });

  test('the ledger tells a launch from its credit to the end, newest first', async () => {
    const { token, scope, launch, stop } = await someone();
    const at = backend.clock.now();
    const id = await launch(3_600_000n, at);
    await backend.clock.advance(60_000);
    await stop(id, at + 45_000);
    const first = await backend.call(listLedger, { token, query: { limit: 2 } });
    const second = await backend.call(listLedger, { token, query: { limit: 2, cursor: first.next_cursor ?? '' } });
    expect(second.next_cursor).toBeNull();
    const entries = [...first.items, ...second.items];
    expect(
      entries
        .map(entry => [
          entry.kind,
          entry.amount.amount,
          entry.balance_effect.available.amount,
          entry.balance_effect.held.amount,
        ])
        .sort(),
    ).toEqual([
      ['hold', '-3600000', '-3600000', '3600000'],
      ['hold_release', '3555000', '3555000', '-3555000'],
      ['trial', '25000000', '25000000', '0'],
      ['usage', '-45000', '0', '-45000'],
    ]);
    expect(entries.find(entry => entry.kind === 'usage')).toMatchObject({
      allocation_id: id,
      project_id: scope.projectId,
      department_id: scope.departmentId,
      user_id: scope.userId,
      period_from: new Date(at).toISOString(),
      period_to: new Date(at + 45_000).toISOString(),
    });
  });

  test.each([getBalance, listUsage, exportUsage, listLedger])(
    '$id is refused without its permission and without a caller',
    async operation => {
      const { token } = backend.signInAs({
        permissions: permissions.filter(permission => permission !== operation.permission),
      });
      expect(await backend.refusal(operation, { token })).toMatchObject({ status: 403, code: 'permission_denied' });
      expect(await backend.refusal(operation, {})).toMatchObject({ status: 401, code: 'authentication_required' });
    },
  );
});
