import {
  exportLedger,
  getLedgerKey,
  listAnyLedger,
  listLedger,
  reverseLedgerEntry,
} from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { MICROS_MAX, newId } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../testing/books';
import { StandInAccess } from '../testing/stand-in-access';
import { verdictOn } from '../testing/verified-ledger';

const HOUR = 3_600_000;
const OWNER = ['billing.balance.read', 'billing.ledger.read', 'billing.ledger.export'];
const OPERATOR = ['billing.payment.read_any', 'billing.entry.reverse_any'];
const usd = (amount: bigint | number) => ({ amount: amount.toString(), currency: 'USD', scale: 6 });
const access = new StandInAccess();

const begin = async (database: 'sqlite' | 'postgres') => {
  const clock = new TestClock();
  const backend = await startTestBackend({
    ...{ database, clock, plugins: ['billing'], instead: [access.factory] },
    expose: { port: billingPortRef },
  });
  return { clock, ...backend };
};

describe.each(['sqlite', 'postgres'] as const)('the ledger on %s', database => {
  let backend: Awaited<ReturnType<typeof begin>>;
  beforeAll(async () => {
    backend = await begin(database);
  });
  afterEach(() => assertBooksBalance(backend.services.database.read));
  afterAll(() => backend?.stop());

  const operator = () => backend.signInAs({ permissions: OPERATOR, freshUntil: backend.clock.now() + HOUR }).token;

  /** An organization with an account and a way to give it money. */
  const someone = async () => {
    const { token, caller } = backend.signInAs({ permissions: OWNER });
    const { organizationId, departmentId, projectId, userId } = caller;
    const scope = { organizationId, departmentId, projectId, userId, allocationId: null };
    const { port, database: db } = backend.services;
    await db.transaction(tx => port.openAccount(tx, scope));
    const give = async (amount: bigint, part: Partial<Parameters<typeof port.credit>[1]> = {}) => {
      const credited = await db.transaction(tx =>
        port.credit(tx, {
          ...{ kind: 'internal_credit', scope, amount, reason: 'for a test', reference: newId('corr') },
          actor: { type: 'system', id: 'test' },
          correlationId: newId('corr'),
          ...part,
        }),
      );
      return credited?.entryId ?? '';
    };
    const launch = async (pricePerHour: bigint) => {
      const allocationId = newId('alloc');
      await db.transaction(async tx => {
        await port.hold(tx, { scope: { ...scope, allocationId }, pricePerHour, skuId: 'sku_h200', gpuCount: 1 });
        await port.startMeter(tx, { allocationId, at: tx.now });
      });
      return allocationId;
    };
    const stop = (allocationId: string) =>
      db.transaction(tx => port.stopMeter(tx, { allocationId, at: backend.clock.now() }));
    return { token, scope, give, launch, stop };
  };
  const balanceOf = async (organizationId: string) => {
    const { port, database: db } = backend.services;
    return (await port.balances(db.read, [organizationId])).get(organizationId);
  };
  const sealed = async (token: string) =>
    waitFor(async () => {
      await backend.clock.advance(100);
      return (await backend.call(listLedger, { token })).items.every(item => item.seal !== null);
    }, 'entries to be sealed');

  test('entries are listed by what they are, of whom, for what and when, and say where they stand in the chain', async () => {
    const { token, scope, give, launch, stop } = await someone();
    const first = await give(20_000_000n);
    await backend.clock.advance(HOUR);
    const from = new Date(backend.clock.now()).toISOString();
    const one = await launch(3_600_000n);
    const other = await launch(3_600_000n);
    await backend.clock.advance(60_000);
    await stop(one);
    await stop(other);
    await sealed(token);
    const list = async (query: Parameters<typeof backend.call<typeof listLedger>>[1]['query']) =>
      (await backend.call(listLedger, { token, query })).items;
    const all = await list({});
    expect(all.map(item => item.seal?.position).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(all.map((_, n) => n + 1));
    expect(await list({ kind: 'usage' })).toEqual(all.filter(item => item.kind === 'usage'));
    expect(await list({ allocation_id: one })).toEqual(all.filter(item => item.allocation_id === one));
    expect((await list({ allocation_id: one })).length).toBe(3);
    expect((await list({ to: from })).map(item => item.entry_id)).toEqual([first]);
    expect(await list({ from })).toEqual(all.filter(item => item.entry_id !== first));
    expect(await list({ project_id: scope.projectId, user_id: scope.userId })).toEqual(all);
    expect(await list({ user_id: newId('usr') })).toEqual([]);
    const refused = await backend.refusal(listLedger, { token, query: { from, to: '2020-01-01T00:00:00Z' } });
    expect(refused).toMatchObject({ status: 422, code: 'period_invalid' });
    const pages = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await backend.call(listLedger, {
        token,
        query: { kind: 'hold', limit: 1, ...(cursor === undefined ? {} : { cursor }) },
      });
      pages.push(...page.items);
      cursor = page.next_cursor;
    }
    expect(pages).toEqual(all.filter(item => item.kind === 'hold'));
  });

  test('an export verifies with the key that was noted down, and holds nothing of others', async () => {
    const [mine, other] = [await someone(), await someone()];
    await other.give(1_000_000n);
    await mine.give(20_000_000n);
    const id = await mine.launch(3_600_000n);
    await backend.clock.advance(90_000);
    await mine.stop(id);
    const key = await backend.call(getLedgerKey, { token: mine.token });
    expect(key.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    const text = await backend.call(exportLedger, { token: mine.token });
    expect(text).not.toContain(other.scope.organizationId);
    expect(await verdictOn(text.trimEnd().split('\n'), key.public_key)).toMatchObject({
      kind: 'intact',
      organizationId: mine.scope.organizationId,
      entries: 4,
      balances: expect.objectContaining({ customer_available: '19910000', usage_revenue: '90000' }) as object,
    });
    const csv = await backend.call(exportLedger, { token: mine.token, query: { format: 'csv' } });
    expect(csv).toContain(',hold_release,3.510000,3.510000,-3.510000,USD,');
    expect(csv).toContain(',usage,-0.090000,');
    expect(
      await backend.refusal(exportLedger, { token: mine.token, query: { from: '2026-01-01T00:00:00Z' } }),
    ).toMatchObject({ status: 422, code: 'ledger_export_not_narrowable' });
  });

  test('whoever is there for one project sees its entries, and no books', async () => {
    const { scope, give } = await someone();
    await give(1_000_000n);
    const guest = backend.signInAs({
      permissions: OWNER,
      organizationId: scope.organizationId,
      onlyProjectId: newId('proj'),
    });
    expect((await backend.call(listLedger, { token: guest.token })).items).toEqual([]);
    expect(await backend.refusal(exportLedger, { token: guest.token })).toMatchObject({ status: 404 });
    expect(await backend.refusal(exportLedger, { token: guest.token, query: { format: 'csv' } })).toMatchObject({
      status: 404,
    });
  });

  test('the billing operator looks through the entries of everybody, by name', async () => {
    const { scope, give } = await someone();
    access.named.set(scope.organizationId, 'Physics').set('usr_admin', 'root');
    const admin = { type: 'user', id: 'usr_admin', sessionId: null, address: null } as const;
    const entryId = await give(5_000_000n, { actor: admin, reference: 'a good reason' });
    const token = operator();
    const { items } = await backend.call(listAnyLedger, {
      token,
      query: { organization_id: scope.organizationId, kind: 'internal_credit' },
    });
    expect(items).toMatchObject([
      {
        entry_id: entryId,
        organization_id: scope.organizationId,
        organization_name: 'Physics',
        actor: { type: 'user', id: 'usr_admin', name: 'root' },
        reference: 'credit:a good reason',
        is_reversible: true,
      },
    ]);
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await backend.call(listAnyLedger, {
        token,
        query: { limit: 3, ...(cursor === undefined ? {} : { cursor }) },
      });
      found.push(...page.items.map(item => item.entry_id));
      cursor = page.next_cursor;
    }
    const { database: db } = backend.services;
    const count = await db.read.first<{ n: number }>('SELECT count(*) AS n FROM billing_entries');
    expect(new Set(found).size).toBe(count?.n);
    expect(found).toEqual([...found].sort().reverse());
  });

  test('a credit that was a mistake is taken back once, and both entries say so', async () => {
    const { token, scope, give } = await someone();
    const entryId = await give(5_000_000n);
    const reverse = () =>
      backend.request('POST', `admin/ledger/${entryId}/reversal`, { token: operator(), body: { reason: 'typo' } });
    const replies = await Promise.all(Array.from({ length: 6 }, reverse));
    expect(replies.map(reply => reply.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    const reversal = replies.find(reply => reply.status === 201)?.body as { entry_id: string };
    for (const { status, body } of replies)
      if (status === 409)
        expect(body).toMatchObject({ code: 'entry_already_reversed', details: { entry_id: reversal.entry_id } });
    expect(reversal).toMatchObject({
      kind: 'reversal',
      amount: usd(-5_000_000),
      description: 'typo',
      reverses_entry_id: entryId,
      is_reversible: false,
    });
    const { items } = await backend.call(listLedger, { token });
    expect(items.find(item => item.entry_id === entryId)).toMatchObject({ reversed_by_entry_id: reversal.entry_id });
    expect(await balanceOf(scope.organizationId)).toMatchObject({ available: 0n, held: 0n });
    const { database: db } = backend.services;
    const kept = await db.read.all<{ reason: string; changes_json: string }>(
      `SELECT reason, changes_json FROM platform_audit_log WHERE target_id = ?`,
      [entryId],
    );
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ reason: 'typo' });
    expect(kept[0]?.changes_json).toContain(reversal.entry_id);
    const events = await db.read.all(
      `SELECT event_type FROM platform_outbox WHERE organization_id = ? AND event_type = 'billing.credit_reversed'`,
      [scope.organizationId],
    );
    expect(events).toHaveLength(1);
  });

  test('what was spent of a reversed credit is owed, and what is held pays before', async () => {
    const { scope, give, launch, stop } = await someone();
    const entryId = await give(10_000_000n);
    const id = await launch(3_600_000n);
    await backend.clock.advance(HOUR / 2);
    await backend.call(reverseLedgerEntry, {
      token: operator(),
      params: { entry_id: entryId },
      body: { reason: 'not meant' },
    });
    expect(await balanceOf(scope.organizationId)).toMatchObject({ available: 0n, held: 0n });
    await stop(id);
    const { database: db } = backend.services;
    const owed = await db.read.first<{ balance_micros: bigint }>(
      `SELECT balance_micros FROM billing_accounts WHERE account = 'customer_receivable' AND organization_id = ?`,
      [scope.organizationId],
    );
    expect(owed?.balance_micros).toBeLessThan(0n);
    await give(20_000_000n);
    expect((await balanceOf(scope.organizationId))?.available).toBe(20_000_000n + (owed?.balance_micros ?? 0n));
  });

  test('what is no credit, is not there or was not asked of the right person is not reversed', async () => {
    const { token, give, launch } = await someone();
    await give(10_000_000n);
    await launch(3_600_000n);
    const hold = (await backend.call(listLedger, { token, query: { kind: 'hold' } })).items[0]?.entry_id ?? '';
    const asked = (entryId: string, as: string) =>
      backend.refusal(reverseLedgerEntry, { token: as, params: { entry_id: entryId }, body: { reason: 'x' } });
    expect(await asked(hold, operator())).toMatchObject({
      ...{ status: 409, code: 'entry_not_reversible' },
      details: { kind: 'hold' },
    });
    expect(await asked(newId('led'), operator())).toMatchObject({ status: 404 });
    expect(await asked(hold, token)).toMatchObject({ status: 403, code: 'permission_denied' });
    const stale = backend.signInAs({ permissions: OPERATOR, freshUntil: null }).token;
    expect((await asked(hold, stale)).status).toBe(403);
  });

  test('no account goes beyond what the ledger can hold', async () => {
    const { scope, give } = await someone();
    await give(MICROS_MAX);
    await expect(give(1n)).rejects.toMatchObject({ code: 'amount_invalid', status: 422 });
    await expect(give(10n ** 30n)).rejects.toMatchObject({ code: 'amount_invalid' });
    expect(await balanceOf(scope.organizationId)).toMatchObject({ available: MICROS_MAX });
    await backend.clock.advance(1_000);
    const text = await backend.call(exportLedger, {
      token: backend.signInAs({ permissions: OWNER, organizationId: scope.organizationId }).token,
    });
    expect(await verdictOn(text.trimEnd().split('\n'))).toMatchObject({ kind: 'intact' });
  });
});
