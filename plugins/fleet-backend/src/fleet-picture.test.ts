import fc from 'fast-check';
import { eachDatabase } from '@portico/plugin-kit/testing';
import type { PlacementRequest } from '@portico/plugin-fleet/port';
import { capacityView } from './capacity-view';
import { FleetPictures } from './fleet-picture';
import { createFleetPort } from './fleet-port';
import { openFleet, simulatedNode } from './testing/fleet-under-test';
import type { FleetUnderTest } from './testing/fleet-under-test';

/** Replicas that keep every picture, however small the fleet: each is behind whatever the other one did. */
function replicas(fleet: FleetUnderTest) {
  return [1, 2].map(() => createFleetPort(fleet.runtimes, new FleetPictures(0)));
}

function request(allocationId: string, gpuCount: number): PlacementRequest {
  return {
    allocationId,
    organizationId: 'org_1',
    gpuModel: 'H200',
    shape: 'gpu_slice',
    gpuCount,
    gpuFractionMilli: 1000,
    vcpus: 0,
    memoryBytes: 0,
    regions: null,
  };
}

eachDatabase(db => {
  let fleet: FleetUnderTest;
  afterEach(() => fleet.close());

  const freeByNode = async () =>
    (
      await fleet.database.read.all<{ free: number }>(
        `SELECT sum(CASE WHEN s.status = 'free' AND n.status = 'ready' THEN 1 ELSE 0 END) AS free
         FROM fleet_slots s JOIN fleet_nodes n ON n.node_id = s.node_id GROUP BY n.node_id`,
      )
    ).map(row => Number(row.free));

  test('two replicas give out what is free, whatever the other has done, and refuse nothing else', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2'), simulatedNode('node-3')]);
    const ports = replicas(fleet);
    const step = fc.record({
      replica: fc.integer({ min: 0, max: 1 }),
      kind: fc.constantFrom('launch', 'launch', 'launch', 'undone', 'free', 'ask', 'drain', 'resume'),
      gpuCount: fc.constantFrom(1, 2, 3, 4, 8),
      which: fc.nat(30),
    });
    let launches = 0;
    let running: string[] = [];
    const [steps] = fc.sample(fc.array(step, { minLength: 250, maxLength: 250 }), { numRuns: 1, seed: 4 });
    let refused = 0;
    for (const { replica, kind, gpuCount, which } of steps ?? []) {
      const port = ports[replica] as (typeof ports)[number];
      const most = Math.max(...(await freeByNode()));
      if (kind === 'launch' || kind === 'undone') {
        const allocationId = `alloc_${(launches += 1)}`;
        const launch = fleet.database.transaction(async tx => {
          const outcome = await port.reserve(tx, request(allocationId, gpuCount));
          if (kind === 'undone') throw Object.assign(new Error('no money'), { fits: outcome.fits });
          return outcome;
        });
        const outcome = await launch.catch((error: { fits: boolean }) => error);
        expect([kind, outcome.fits]).toEqual([kind, most >= gpuCount]);
        if (outcome.fits && kind === 'launch') running.push(allocationId);
        if (!outcome.fits) refused += 1;
      } else if (kind === 'free' && running.length > 0) {
        const gone = running[which % running.length] as string;
        running = running.filter(one => one !== gone);
        await fleet.database.transaction(tx => port.free(tx, gone));
      } else if (kind === 'ask') {
        const { allocationId: _, organizationId: __, ...demand } = request('', gpuCount);
        // It promises nothing, but what it refuses cannot be had.
        if (most >= gpuCount) expect(await port.wouldFit(fleet.database.read, demand)).toEqual({ fits: true });
      } else if (kind === 'drain' || kind === 'resume') {
        const [from, to] = kind === 'drain' ? ['ready', 'draining'] : ['draining', 'ready'];
        await fleet.database.transaction(tx =>
          tx.run('UPDATE fleet_nodes SET status = ? WHERE name = ? AND status = ?', [
            to ?? '',
            `node-${1 + (which % 3)}`,
            from ?? '',
          ]),
        );
      }
    }
    expect(refused).toBeGreaterThan(10);
    expect(running.length).toBeGreaterThan(0);
  });

  test('a node that was added since is found before anything is refused', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1')]);
    const port = replicas(fleet)[0] as ReturnType<typeof replicas>[number];
    const reserve = (allocationId: string) =>
      fleet.database.transaction(tx => port.reserve(tx, request(allocationId, 8)));
    expect(await reserve('alloc_a')).toMatchObject({ fits: true, nodeName: 'node-1' });
    expect(await reserve('alloc_b')).toMatchObject({ fits: false });
    await fleet.configure([simulatedNode('node-1'), simulatedNode('node-2')]);
    await fleet.heartbeat();
    expect(await reserve('alloc_c')).toMatchObject({ fits: true, nodeName: 'node-2' });
  });

  test('a large fleet is counted once for the lists of two seconds', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
    let now = 0;
    const [small, large] = [capacityView(), capacityView({ keptAboveNodes: 1, milliseconds: () => now })];
    const free = async (view: typeof small) => (await view(fleet.database.read))[0]?.freeGpus;
    expect([await free(small), await free(large)]).toEqual([16, 16]);
    await fleet.reserve(1);
    now += 1999;
    expect([await free(small), await free(large)]).toEqual([15, 16]);
    now += 1;
    expect(await free(large)).toBe(15);
  });

  test('launches at two replicas at once: a fleet is given out to the last slot, none twice', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2'), simulatedNode('node-3')]);
    const ports = replicas(fleet);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, place) =>
        fleet.database.transaction(async tx => {
          const port = ports[place % 2] as (typeof ports)[number];
          const outcome = await port.reserve(tx, request(`alloc_${place}`, 1));
          return outcome.fits ? outcome.slots.map(slot => slot.slotId) : [];
        }),
      ),
    );
    expect(outcomes.flat()).toHaveLength(24);
    expect(new Set(outcomes.flat()).size).toBe(24);
  });
});
