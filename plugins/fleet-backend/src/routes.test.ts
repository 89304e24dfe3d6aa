import { createServiceFactory } from '@backstage/backend-plugin-api';
import { getFleetTopology, listNodes, listResourceSlots } from '@portico/plugin-fleet/contract';
import { fleetPortRef, localRuntimeRef } from '@portico/plugin-fleet/port';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import { simulatedNode } from './testing/fleet-under-test';
import { ScriptedRuntime } from './testing/scripted-runtime';

const runtime = new ScriptedRuntime();
const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({
    database,
    plugins: ['fleet'],
    settings: {
      fleet: {
        nodes: [
          simulatedNode('node-1'),
          simulatedNode('node-2'),
          simulatedNode('l40s-1', { gpuModel: 'L40S', gpuCount: 4, numaDomains: 1 }),
        ],
      },
    },
    instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => runtime })],
    expose: { fleet: fleetPortRef },
  });

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  let admin: string;
  let user: { token: string; organizationId: string };
  let nodeIds: string[];

  beforeAll(async () => {
    backend = await start(database);
    admin = backend.signInAs({ permissions: ['fleet.node.read'] }).token;
    const signedIn = backend.signInAs({ permissions: ['catalog.sku.read'] });
    user = { token: signedIn.token, organizationId: signedIn.caller.organizationId };
    const nodes = () => backend.call(listNodes, { token: admin });
    await waitFor(async () => (await nodes()).items.every(node => node.status === 'ready'), 'every node to be ready');
    nodeIds = (await nodes()).items.map(node => node.node_id);
    const reserve = (allocationId: string, organizationId: string, gpuCount: number) =>
      backend.services.database.transaction(tx =>
        backend.services.fleet.reserve(tx, {
          allocationId,
          organizationId,
          gpuModel: 'H200',
          shape: 'gpu_slice',
          gpuFractionMilli: 1000,
          vcpus: 16,
          memoryBytes: 64 * 1024 ** 3,
          regions: null,
          gpuCount,
        }),
      );
    await reserve('alloc_1mine', user.organizationId, 2);
    await reserve('alloc_2theirs', 'org_other', 1);
  });
  afterAll(() => backend?.stop());

  test('nodes come newest first, with what they are and what of them is free', async () => {
    const body = await backend.call(listNodes, { token: admin });
    expect(body.items.map(node => node.name)).toEqual(['l40s-1', 'node-2', 'node-1']);
    expect(body.items[2]).toMatchObject({
      status: 'ready',
      runtime: 'local',
      isolation: 'sandbox',
      simulated: true,
      gpus: [{ model: 'H200', count: 8, memory_bytes: 141 * 1024 ** 3 }],
      slots: { total: 8, free: 5, held: 3, blocked: 0 },
      numa_domains: 2,
      cpu_count: 64,
    });
    expect(body.items[2]?.last_seen_at).not.toBeNull();
  });

  test('node pages follow each other, and filters narrow them', async () => {
    const first = await backend.call(listNodes, { token: admin, query: { limit: 2 } });
    const second = await backend.call(listNodes, {
      token: admin,
      query: { limit: 2, cursor: first.next_cursor ?? '' },
    });
    expect([...first.items, ...second.items].map(node => node.node_id)).toEqual(nodeIds);
    expect(second.next_cursor).toBeNull();
    expect(
      (await backend.call(listNodes, { token: admin, query: { name: 'ODE-' } })).items.map(node => node.name),
    ).toEqual(['node-2', 'node-1']);
    expect((await backend.call(listNodes, { token: admin, query: { name: '%' } })).items).toEqual([]);
    expect((await backend.call(listNodes, { token: admin, query: { region: 'default' } })).items).not.toEqual([]);
    expect((await backend.call(listNodes, { token: admin, query: { region: 'elsewhere' } })).items).toEqual([]);
    expect((await backend.call(listNodes, { token: admin, query: { status: 'draining' } })).items).toEqual([]);
    expect(await backend.refusal(listNodes, { token: admin, query: { cursor: 'nonsense' } })).toMatchObject({
      status: 400,
      code: 'cursor_invalid',
    });
  });

  test('slots of a node come in GPU order with who holds them', async () => {
    const params = { node_id: nodeIds[2] ?? '' };
    const body = await backend.call(listResourceSlots, { token: admin, params });
    expect(body.items.map(slot => slot.gpu.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(body.items.map(slot => slot.allocation_id)).toEqual([
      'alloc_1mine',
      'alloc_1mine',
      'alloc_2theirs',
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(body.items[4]).toMatchObject({
      status: 'free',
      numa_node: 1,
      nvme: 'nvme4n1',
      gpu_fraction_milli: 1000,
      held_since: null,
    });
    const held = await backend.call(listResourceSlots, { token: admin, params, query: { status: 'held', limit: 2 } });
    const rest = await backend.call(listResourceSlots, {
      token: admin,
      params,
      query: { status: 'held', limit: 2, cursor: held.next_cursor ?? '' },
    });
    expect([...held.items, ...rest.items].map(slot => slot.gpu.index)).toEqual([0, 1, 2]);
    expect(await backend.refusal(listResourceSlots, { token: admin, params: { node_id: 'node_0' } })).toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  test('a user sees which GPUs are free and which are theirs, and no name or id of anything', async () => {
    const body = await backend.call(getFleetTopology, { token: user.token, query: { gpu_model: 'H200' } });
    const states = body.nodes.map(node => node.numa_domains.map(domain => domain.gpus.map(gpu => gpu.state)));
    expect(states).toEqual([
      [
        ['yours', 'yours', 'held', 'free'],
        ['free', 'free', 'free', 'free'],
      ],
      [
        ['free', 'free', 'free', 'free'],
        ['free', 'free', 'free', 'free'],
      ],
    ]);
    expect(body.nodes.map(node => node.label)).toEqual(['Node 1', 'Node 2']);
    expect(body.truncated).toBe(false);
    expect(JSON.stringify(body)).not.toMatch(/node-|node_[0-9a-z]{26}|alloc_|org_/);
    expect((await backend.call(getFleetTopology, { token: user.token, query: { gpu_model: 'B200' } })).nodes).toEqual(
      [],
    );
  });

  test('a user may not read nodes, an administrator of nodes not the map of the catalogue', async () => {
    expect(await backend.refusal(listNodes, { token: user.token })).toMatchObject({
      status: 403,
      code: 'permission_denied',
    });
    expect(
      await backend.refusal(listResourceSlots, { token: user.token, params: { node_id: nodeIds[0] ?? '' } }),
    ).toMatchObject({ status: 403 });
    expect(await backend.refusal(getFleetTopology, { token: admin, query: { gpu_model: 'H200' } })).toMatchObject({
      status: 403,
    });
  });
});
