import type { Clock } from '@portico/plugin-kit/backend';
import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import {
  createTerminalToken,
  getAdminOverview,
  getAllocationMetrics,
  getAllocationSshKeys,
  launchAllocation,
  listAdminAllocations,
  listAllocations,
  listWorkloads,
  quoteLaunch,
  setAllocationSshKeys,
} from '@portico/plugin-workloads/contract';
import { type Person, type Portal, startPortal } from './testing/portal';

/** The machine's time, moved ahead by hand. */
class ShiftedClock implements Clock {
  ahead = 0;
  now = () => Date.now() + this.ahead;
  sleep = (milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(resolve, milliseconds);
      signal?.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
}

eachDatabase(db => {
  let portal: Portal;
  let someone: Person;
  const clock = new ShiftedClock();
  beforeAll(async () => {
    const gib = 1024 ** 3;
    portal = await startPortal({
      database: db.dialect,
      clock,
      settings: {
        fleet: { heartbeat: { intervalSeconds: 1, unreachableAfterSeconds: 1 } },
        catalog: {
          skus: [
            { key: 'h200', name: 'H200', pricesPerGpuHour: { USD: '2.00' } },
            { key: 'euro-only', name: 'H200 for Europe', pricesPerGpuHour: { EUR: '2.00' } },
          ].map(sku => ({
            ...sku,
            gpuModel: 'H200',
            shape: 'gpu_slice',
            gpuCounts: [1, 2],
            vcpusPerGpu: 1,
            memoryBytesPerGpu: gib,
            diskBytesPerGpu: gib,
          })),
        },
      },
    });
  });
  afterAll(() => portal.stop());
  beforeEach(async () => {
    someone = await portal.person();
  });
  const refusal = (body: object, token = someone.token) =>
    portal.refusal(launchAllocation, { token, body: { ...portal.body, ...body }, idempotencyKey: crypto.randomUUID() });
  const active = async (more: object = {}) => {
    const { allocation } = await portal.launch(someone.token, more);
    return (await portal.until(someone.token, allocation.allocation_id, 'active')).allocation_id;
  };

  it('hardware without a price in one’s currency has no quote and no launch', async () => {
    const { items } = (await portal.request('GET', 'skus', { token: someone.token })).body;
    const sku_id = items!.find(sku => sku.name === 'H200 for Europe')!.sku_id as string;
    expect(await refusal({ sku_id })).toMatchObject({
      status: 409,
      code: 'price_unavailable',
      details: { currency: 'USD' },
    });
    const quoted = await portal.refusal(quoteLaunch, { token: someone.token, body: { sku_id, gpu_count: 1 } });
    expect(quoted).toMatchObject({ status: 409, code: 'price_unavailable' });
  });

  it('a quote is honoured for ten minutes', async () => {
    const { quote_id } = await portal.call(quoteLaunch, {
      token: someone.token,
      body: { sku_id: portal.sku.sku_id, gpu_count: 1 },
    });
    clock.ahead += 601_000;
    expect(await refusal({ quote_id })).toMatchObject({ status: 409, code: 'quote_expired' });
  });

  it('with no node online a launch is told so', async () => {
    portal.runtime.fails('probe', 'node_unreachable');
    await waitFor(async () => {
      const reply = await portal.request('POST', 'launch/precheck', { token: someone.token, body: portal.body });
      return reply.body.passed === false;
    }, 'nodes that are unreachable');
    expect(await refusal({})).toMatchObject({ status: 409, code: 'node_offline' });
    portal.runtime.heal();
    await waitFor(
      async () =>
        (await portal.request('POST', 'launch/precheck', { token: someone.token, body: portal.body })).body.passed,
      'nodes that are back',
    );
  });

  it('lists allocations and workloads alike, by status, group, project, hardware and name', async () => {
    const id = await active({ name: 'Alpha run' });
    const other = await active({ name: 'Beta run' });
    await portal.release(someone.token, other);
    await portal.until(someone.token, other, 'released');
    const { token } = someone;
    const ids = async (query: object) => {
      const lists = await Promise.all(
        [listAllocations, listWorkloads].map(operation => portal.call(operation, { token, query })),
      );
      expect(lists[0]).toEqual(lists[1]);
      return lists[0]!.items.map(item => item.allocation_id);
    };
    expect(await ids({})).toEqual([other, id]);
    expect(await ids({ sort: 'name' })).toEqual([id, other]);
    expect(await ids({ status: 'active' })).toEqual([id]);
    expect(await ids({ status_group: 'inactive' })).toEqual([other]);
    expect(await ids({ status: 'active', status_group: 'inactive' })).toEqual([]);
    expect(await ids({ project_id: someone.caller.projectId, sku_id: portal.sku.sku_id, q: 'ALPHA' })).toEqual([id]);
    expect(await ids({ project_id: 'proj_other' })).toEqual([]);
    expect(await portal.refusal(listAllocations, { token, query: { cursor: 'x' } })).toMatchObject({
      status: 400,
      code: 'cursor_invalid',
    });
    expect((await portal.request('GET', 'allocations', { token, query: { status: 'requested' } })).status).toBe(400);
    await portal.release(token, id);
  });

  it('gives a terminal token for an active allocation, a new one each time, the same one to a repeated key', async () => {
    const { token } = someone;
    const id = await active();
    const params = { allocation_id: id };
    const first = await portal.call(createTerminalToken, { token, params, idempotencyKey: 'one' });
    expect(first.websocket_path).toBe(`/ws/terminal/${id}`);
    const lasts = new Date(first.expires_at).getTime() - clock.now();
    expect(lasts).toBeGreaterThan(50_000);
    expect(lasts).toBeLessThanOrEqual(60_000);
    expect(await portal.call(createTerminalToken, { token, params, idempotencyKey: 'one' })).toEqual(first);
    expect((await portal.call(createTerminalToken, { token, params })).token).not.toBe(first.token);
    const audited = await portal.services.database.read.all<{ session_id: string | null }>(
      `SELECT session_id FROM platform_audit_log WHERE action = 'workloads.allocation.allow_terminal' AND target_id = ?`,
      [id],
    );
    expect(audited).toEqual([{ session_id: expect.any(String) }, { session_id: expect.any(String) }]);

    await portal.release(token, id);
    expect(await portal.refusal(createTerminalToken, { token, params })).toMatchObject({
      status: 409,
      code: 'allocation_not_active',
    });
    await portal.until(token, id, 'released');
    expect(
      await portal.services.database.read.all('SELECT * FROM workloads_terminal_tokens WHERE allocation_id = ?', [id]),
    ).toEqual([]);
  });

  it('lets one choose keys, of one’s own', async () => {
    const { token, caller } = someone;
    portal.access.addKey(caller.userId, 'key_1');
    portal.access.addKey(caller.userId, 'key_2');
    const id = await active({ ssh_key_ids: ['key_1'] });
    expect(portal.runtime.requests.find(request => request.allocationId === id)?.authorizedKeys).toEqual([
      'ssh-ed25519 key_1',
    ]);
    const params = { allocation_id: id };
    expect(await portal.call(getAllocationSshKeys, { token, params })).toEqual({ ssh_key_ids: ['key_1'] });
    expect(
      (await portal.call(setAllocationSshKeys, { token, params, body: { ssh_key_ids: ['key_2'] } })).allocation_id,
    ).toBe(id);
    expect(await portal.call(getAllocationSshKeys, { token, params })).toEqual({ ssh_key_ids: ['key_2'] });
    await portal.call(setAllocationSshKeys, { token, params, body: { ssh_key_ids: null } });
    expect(await portal.call(getAllocationSshKeys, { token, params })).toEqual({ ssh_key_ids: null });
    const foreign = await portal.refusal(setAllocationSshKeys, { token, params, body: { ssh_key_ids: ['key_3'] } });
    expect(foreign).toMatchObject({ status: 404, code: 'ssh_key_not_found' });
    await portal.release(token, id);
    await portal.until(token, id, 'released');
    const late = await portal.refusal(setAllocationSshKeys, { token, params, body: { ssh_key_ids: [] } });
    expect(late).toMatchObject({ status: 409, code: 'allocation_not_active' });
  });

  it('shows measurements, says which are simulated, and marks what happened', async () => {
    const { token } = someone;
    const id = await active();
    const params = { allocation_id: id };
    const metrics = await waitFor(async () => {
      const shown = await portal.call(getAllocationMetrics, { token, params, query: { range: '15m' } });
      return shown.series.length > 0 && shown.series.some(one => one.values.some(value => value !== null)) && shown;
    }, 'a measurement');
    const latest = (name: string) =>
      metrics.series.find(one => one.name === name)?.values.findLast(value => value !== null);
    expect([latest('cpu_percent'), latest('memory_bytes'), latest('processes'), latest('gpu_power_watts')]).toEqual([
      12.5, 10, 3, 300,
    ]);
    expect(metrics.series.filter(one => one.simulated).map(one => one.name)).toEqual(
      metrics.series.filter(one => one.gpu_index !== null).map(one => one.name),
    );
    expect(metrics.markers.map(marker => marker.kind)).toEqual(['launched', 'active']);

    await portal.release(token, id);
    await portal.until(token, id, 'released');
    const after = await portal.call(getAllocationMetrics, { token, params });
    expect(after.markers.map(marker => marker.kind)).toEqual(['launched', 'active', 'release_requested']);
    expect(new Date(after.to).getTime()).toBe(
      new Date((await portal.allocation(token, id)).billing_stopped_at!).getTime(),
    );
  });

  it('administrators see the platform in numbers and everybody’s allocations, others do not', async () => {
    const { token } = await portal.person({ permissions: ['platform.overview.read', 'workloads.allocation.read_any'] });
    const before = await portal.call(getAdminOverview, { token });
    const id = await active();
    const overview = await portal.call(getAdminOverview, { token });
    expect(overview.gpus).toEqual({ total: 16, free: before.gpus.free - 1, held: before.gpus.held + 1, blocked: 0 });
    expect(overview.allocations.active).toBe(before.allocations.active + 1);
    expect(overview.users.total).toBe(portal.access.people.size);

    const { node_id } = await portal.allocation(someone.token, id);
    for (const query of [{}, { user_id: someone.caller.userId }, { status: 'active', node_id: node_id! }] as const) {
      const { items } = await portal.call(listAdminAllocations, { token, query });
      expect(items[0]).toMatchObject({
        allocation_id: id,
        organization_id: someone.caller.organizationId,
        username: someone.caller.username,
      });
    }
    expect((await portal.call(listAdminAllocations, { token, query: { user_id: 'usr_nobody' } })).items).toEqual([]);
    for (const operation of [getAdminOverview, listAdminAllocations]) {
      expect(await portal.refusal(operation, { token: someone.token })).toMatchObject({
        status: 403,
        code: 'permission_denied',
      });
    }
    await portal.release(someone.token, id);
  });
});
