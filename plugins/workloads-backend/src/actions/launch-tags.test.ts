import { listUsage } from '@portico/plugin-billing/contract';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { listAllocations, listWorkloads, quoteLaunch } from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { type Person, type Portal, startPortal } from '../testing/portal';

eachDatabase(db => {
  let portal: Portal;
  let someone: Person;
  beforeAll(async () => {
    portal = await startPortal({ database: db.dialect });
  });
  afterAll(() => portal.stop());
  beforeEach(async () => {
    someone = await portal.person({ permissions: ['billing.usage.read'] });
  });
  afterEach(() => assertBooksBalance(portal.services.database.read));

  const tagged = async (tag: string, token = someone.token) =>
    (await portal.call(listAllocations, { token, query: { tag } })).items.map(item => item.allocation_id).sort();

  it('tags stand on what was launched with them, find it again, and are known to billing', async () => {
    const tags = { team: 'vision', 'cost-center': 'a:b c' };
    const { allocation } = await portal.launch(someone.token, { tags });
    const { allocation: plain } = await portal.launch(someone.token);
    const { allocations } = await portal.launchBatch(someone.token, { count: 2, tags: { team: 'vision' } });
    expect(allocation.tags).toEqual(tags);
    expect(plain.tags).toEqual({});
    const members = allocations.map(member => member.allocation_id);
    expect(await tagged('team:vision')).toEqual([allocation.allocation_id, ...members].sort());
    expect(await tagged('cost-center:a:b c')).toEqual([allocation.allocation_id]);
    expect(await tagged('team:visio')).toEqual([]);
    const found = await portal.call(listWorkloads, { token: someone.token, query: { tag: 'cost-center:a:b c' } });
    expect(found.items.map(item => item.tags)).toEqual([tags]);
    expect(await tagged('team:vision', (await portal.person()).token)).toEqual([]);

    for (const id of [allocation.allocation_id, plain.allocation_id, ...members])
      await portal.until(someone.token, id, 'active');
    const used = await portal.call(listUsage, { token: someone.token, query: { tag: 'cost-center:a:b c' } });
    expect(used.items.map(item => [item.allocation_id, item.tags])).toEqual([[allocation.allocation_id, tags]]);
    for (const id of [allocation.allocation_id, plain.allocation_id, ...members])
      await portal.release(someone.token, id);
  });

  it.each([
    ['a key with capitals', { Team: 'a' }],
    ['a key without characters', { '': 'a' }],
    ['a key with a colon', { 'a:b': 'c' }],
    ['an empty value', { team: '' }],
    ['a value of spaces', { team: ' ' }],
    ['a value with a line break', { team: 'a\nb' }],
    ['a value that is too long', { team: 'a'.repeat(81) }],
    ['a value that is no text', { team: 1 }],
    ['more than ten', Object.fromEntries(Array.from({ length: 11 }, (_none, place) => [`k${place}`, 'v']))],
  ])('%s is no tag', async (_what, tags) => {
    const reply = await portal.request('POST', 'allocations', {
      token: someone.token,
      body: { ...portal.body, tags },
      headers: { 'idempotency-key': crypto.randomUUID() },
    });
    expect(reply.status).toBe(400);
  });

  it('a filter that is no tag is malformed, and one that names nothing finds nothing', async () => {
    for (const tag of ['team', ':vision', 'team:', 'Team:vision', "team:'; --"]) {
      const { status } = await portal.request('GET', 'allocations', { token: someone.token, query: { tag } });
      expect([tag, status]).toEqual([tag, tag === "team:'; --" ? 200 : 400]);
    }
  });

  it('a quote says when the money would be gone, with the launch and without', async () => {
    const ask = (count: number) =>
      portal.call(quoteLaunch, { token: someone.token, body: { sku_id: portal.sku.sku_id, gpu_count: 1, count } });
    const before = await ask(1);
    expect(before.drains_at_without).toBeNull();
    expect(Date.parse(before.drains_at_with ?? '')).toBeGreaterThan(Date.now());
    const { allocation } = await portal.launch(someone.token);
    await portal.until(someone.token, allocation.allocation_id, 'active');
    const after = await ask(3);
    const [without, withIt] = [Date.parse(after.drains_at_without ?? ''), Date.parse(after.drains_at_with ?? '')];
    expect(withIt).toBeLessThan(without);
    // Four at once take a quarter of the time.
    const now = Date.now();
    expect((without - now) / (withIt - now)).toBeCloseTo(4, 1);
    await portal.release(someone.token, allocation.allocation_id);
  });
});
