import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { getFleetTopology, listNodes } from '@portico/plugin-fleet/contract';
import { fleetPortRef } from '@portico/plugin-fleet/port';
import type { InstanceRef, Reservation } from '@portico/plugin-fleet/port';
import { createTestDatabase, startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import { localRuntimeRef } from './local-runtime';

/** Backend, fleet and the real local runtime together, through two starts. */
const GRACE_SECONDS = 1;
const settings = {
  fleet: { heartbeat: { intervalSeconds: 1 }, orphans: { intervalSeconds: 1, graceSeconds: GRACE_SECONDS } },
};

beforeAll(() => void execFileSync(process.execPath, [path.join(__dirname, '../build-runtime.mjs')]));

async function start(
  on: Awaited<ReturnType<typeof createTestDatabase>>,
  given: Readonly<Record<string, object>> = settings,
) {
  const backend = await startTestBackend({
    plugins: ['fleet'],
    on,
    settings: given,
    expose: { fleet: fleetPortRef, runtime: localRuntimeRef },
  });
  const { token } = backend.signInAs({ permissions: ['fleet.node.read', 'catalog.sku.read'] });
  const nodes = async () => (await backend.call(listNodes, { token })).items;
  await waitFor(async () => (await nodes()).every(node => node.status === 'ready'), 'every node to be ready');
  return { ...backend, token, nodes };
}

async function provision(backend: Awaited<ReturnType<typeof start>>, allocationId: string): Promise<InstanceRef> {
  const { fleet, database, runtime } = backend.services;
  const request = {
    allocationId,
    organizationId: 'org_1',
    gpuModel: 'H200',
    shape: 'gpu_slice',
    gpuFractionMilli: 1000,
    vcpus: 16,
    memoryBytes: 64 * 1024 ** 3,
    regions: null,
    gpuCount: 1,
  } as const;
  const reservation = (await database.transaction(tx => fleet.reserve(tx, request))) as Reservation;
  const served = await fleet.runtimeOf(database.read, allocationId);
  if (served === undefined) throw new Error('nothing serves the reservation');
  expect(served.runtime).toBe(runtime);
  await runtime.provision({
    ...served.instance,
    fencingToken: 1,
    hostname: 'box',
    image: { imageId: 'img_1', name: 'Portico base', version: '1', source: null, digest: null, defaultUser: 'user' },
    nvme: [],
    vfs: [],
    gpus: reservation.slots.map(slot => slot.gpu),
    vcpus: 1,
    memoryBytes: 512 * 1024 ** 2,
    diskBytes: 512 * 1024 ** 2,
    network: { mode: 'isolated' },
    authorizedKeys: [],
    environment: {},
  });
  return served.instance;
}

test('the embedded fleet comes up by itself; what is paid for outlives a restart, what nobody holds is removed', async () => {
  const data = await createTestDatabase('sqlite');
  let backend = await start(data);
  try {
    const nodes = await backend.nodes();
    expect(nodes.map(node => [node.name, node.isolation, node.simulated, node.slots.total])).toEqual([
      ['node-2', 'sandbox', true, 8],
      ['node-1', 'sandbox', true, 8],
    ]);
    const paid = await provision(backend, 'alloc_paid');
    const orphan = await provision(backend, 'alloc_orphan');
    await backend.stop({ keep: true });

    backend = await start(data);
    const { fleet, database, runtime } = backend.services;
    expect(await runtime.observe(paid)).toMatchObject({ state: 'running' });
    expect(await runtime.observe(orphan)).toMatchObject({ state: 'running' });
    await database.transaction(tx => fleet.free(tx, 'alloc_orphan'));
    await waitFor(async () => (await runtime.observe(orphan)).state === 'absent', 'the orphan to be removed');
    expect(await runtime.observe(paid)).toMatchObject({ state: 'running' });
    const map = await backend.call(getFleetTopology, { token: backend.token, query: { gpu_model: 'H200' } });
    expect(
      map.nodes.flatMap(node => node.numa_domains.flatMap(domain => domain.gpus)).filter(gpu => gpu.state === 'held'),
    ).toHaveLength(1);
  } finally {
    const { runtime } = backend.services;
    for (const { node_id: nodeId, name } of await backend.nodes()) {
      for (const { allocationId } of await runtime.list({ nodeId, name })) {
        await runtime.release({ allocationId, node: { nodeId, name }, fencingToken: Number.MAX_SAFE_INTEGER });
      }
    }
    await backend.stop();
  }
});

test('no isolation is refused while others may sign up, with a sentence that says what to change', async () => {
  const plugins = ['access', 'billing', 'fleet'] as const;
  const refused = startTestBackend({ plugins, settings: { fleet: { isolation: 'none' }, access: { signUp: 'open' } } });
  await expect(refused).rejects.toThrow('"access.signUp" is "closed"');
});
