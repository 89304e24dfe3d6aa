import { createServiceFactory } from '@backstage/backend-plugin-api';
import { listNodes, previewDrain, whatIfPlacement } from '@portico/plugin-fleet/contract';
import { fleetPortRef, localRuntimeRef } from '@portico/plugin-fleet/port';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import { simulatedNode } from './testing/fleet-under-test';
import { ScriptedRuntime } from './testing/scripted-runtime';

const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({
    database,
    plugins: ['fleet'],
    settings: { fleet: { nodes: [simulatedNode('node-1'), simulatedNode('node-2'), simulatedNode('node-3')] } },
    instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => new ScriptedRuntime() })],
    expose: { fleet: fleetPortRef },
  });

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  let admin: string;
  let nodeIds: Record<string, string>;
  const demand = { gpu_model: 'H200', gpu_count: 8 };

  beforeAll(async () => {
    backend = await start(database);
    admin = backend.signInAs({ permissions: ['fleet.node.read'] }).token;
    const nodes = async () => (await backend.call(listNodes, { token: admin })).items;
    await waitFor(async () => (await nodes()).every(node => node.status === 'ready'), 'every node to be ready');
    nodeIds = Object.fromEntries((await nodes()).map(node => [node.name, node.node_id]));
    // node-1 is full by two allocations, node-2 has six of eight taken by two, node-3 is free.
    for (const [allocationId, gpuCount] of [
      ['alloc_a', 4],
      ['alloc_b', 4],
      ['alloc_c', 4],
      ['alloc_d', 2],
    ] as const) {
      await backend.services.database.transaction(tx =>
        backend.services.fleet.reserve(tx, {
          allocationId,
          organizationId: 'org_1',
          gpuModel: 'H200',
          shape: 'gpu_slice',
          gpuCount,
          gpuFractionMilli: 1000,
          vcpus: 0,
          memoryBytes: 0,
          regions: null,
        }),
      );
    }
  }, 60_000);
  afterAll(() => backend?.stop());

  const held = () =>
    backend.services.database.read.all(
      'SELECT slot_id, status, allocation_id FROM fleet_slots WHERE allocation_id IS NOT NULL ORDER BY slot_id',
    );

  test('what fits, and where', async () => {
    const before = await held();
    expect(await backend.call(whatIfPlacement, { token: admin, body: { demand } })).toEqual({
      fits: true,
      placements: [{ node_id: nodeIds['node-3'], node_name: 'node-3', count: 1 }],
      node_count: 1,
      refusal: null,
    });
    const two = { demand: { ...demand, gpu_count: 2 }, copies: 5 };
    const packed = await backend.call(whatIfPlacement, { token: admin, body: two });
    expect(packed.placements.map(({ node_name, count }) => [node_name, count])).toEqual([
      ['node-2', 1],
      ['node-3', 4],
    ]);
    expect(await held()).toEqual(before);
  });

  test('what does not fit says what would, and names the node that is nearest', async () => {
    const body = await backend.call(whatIfPlacement, { token: admin, body: { demand, copies: 2 } });
    expect(body).toMatchObject({
      fits: false,
      placements: [{ node_name: 'node-3', count: 1 }],
      refusal: { reason: 'not_all_copies', fitting_copies: 1, message: 'Some of them fit, but not all at once.' },
    });
    const drained = [nodeIds['node-3'] as string];
    const refused = await backend.call(whatIfPlacement, { token: admin, body: { demand, drained_node_ids: drained } });
    expect(refused).toMatchObject({
      fits: false,
      placements: [],
      refusal: {
        reason: 'no_single_node_fits',
        largest_fitting_count: 2,
        alternative: '2 × H200 fit now; 8 would fit on node-3, which is draining.',
      },
    });
  });

  test('with allocations gone there is room where they were', async () => {
    const freed = { demand, copies: 2, freed_allocation_ids: ['alloc_c', 'alloc_d'] };
    const body = await backend.call(whatIfPlacement, { token: admin, body: freed });
    expect(body.placements.map(({ node_name, count }) => [node_name, count])).toEqual([
      ['node-2', 1],
      ['node-3', 1],
    ]);
    const one = { ...freed, freed_allocation_ids: ['alloc_c'] };
    expect((await backend.call(whatIfPlacement, { token: admin, body: one })).fits).toBe(false);
  });

  test('a drain says for each allocation whether it could go elsewhere, all of them beside each other', async () => {
    const before = await held();
    const params = { node_id: nodeIds['node-1'] as string };
    expect(await backend.call(previewDrain, { token: admin, params })).toEqual({
      allocations: ['alloc_a', 'alloc_b'].map(allocation_id => ({
        allocation_id,
        gpu_model: 'H200',
        gpu_count: 4,
        gpu_fraction_milli: 1000,
        elsewhere: { node_id: nodeIds['node-3'], node_name: 'node-3' },
        refusal: null,
      })),
      placeable: 2,
      not_placeable: 0,
    });
    await backend.services.database.transaction(tx =>
      tx.run(`UPDATE fleet_nodes SET status = 'draining' WHERE name = 'node-3'`),
    );
    const worse = await backend.call(previewDrain, { token: admin, params });
    expect(worse).toMatchObject({ placeable: 0, not_placeable: 2 });
    expect(worse.allocations[0]?.refusal?.alternative).toContain('node-3, which is draining');
    expect(await held()).toEqual(before);
  });

  test('nodes that are not there are not found', async () => {
    const ask = async (path: string, body: object | undefined) =>
      (await backend.request('POST', path, { token: admin, body })).status;
    expect(await ask('admin/nodes/node_gone/drain-preview', undefined)).toBe(404);
    expect(await ask('admin/placement/what-if', { demand, drained_node_ids: ['node_gone'] })).toBe(404);
    expect(await ask('admin/placement/what-if', { demand, copies: 0 })).toBe(400);
  });
});
