import { eachDatabase } from '@portico/plugin-kit/testing';
import { openFleet, simulatedNode } from './testing/fleet-under-test';
import type { FleetUnderTest } from './testing/fleet-under-test';

const PARALLEL = 200;

eachDatabase(db => {
  let fleet: FleetUnderTest;
  afterEach(() => fleet.close());

  describe('reserving', () => {
    test('gives slots of one NUMA domain with all that belongs to them, and a runtime to work with', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
      const reservation = await fleet.reserve(4, { allocationId: 'alloc_a' });
      expect(reservation).toMatchObject({ fits: true, nodeName: 'node-1', isolation: 'sandbox' });
      expect(
        reservation.fits &&
          reservation.slots.map(slot => [slot.gpu.index, slot.gpu.numaNode, slot.gpu.simulated, slot.nvme]),
      ).toEqual([
        [0, 0, true, 'nvme0n1'],
        [1, 0, true, 'nvme1n1'],
        [2, 0, true, 'nvme2n1'],
        [3, 0, true, 'nvme3n1'],
      ]);
      expect(await fleet.port.reservation(fleet.database.read, 'alloc_a')).toEqual(reservation);
      const served = await fleet.port.runtimeOf(fleet.database.read, 'alloc_a');
      expect(served?.runtime).toBe(fleet.runtime);
      expect(served?.instance).toMatchObject({ allocationId: 'alloc_a', node: { name: 'node-1' } });
    });

    test('is idempotent per allocation, even after its node left the configuration', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
      const first = await fleet.reserve(2, { allocationId: 'alloc_a' });
      expect(await fleet.reserve(2, { allocationId: 'alloc_a' })).toEqual(first);
      await fleet.configure([simulatedNode('node-2')]);
      expect(await fleet.reserve(2, { allocationId: 'alloc_a' })).toEqual(first);
    });

    test('freeing gives back exactly what was held, twice as well as once', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      await fleet.reserve(3, { allocationId: 'alloc_a' });
      await fleet.reserve(1, { allocationId: 'alloc_b' });
      expect(await fleet.picture()).toEqual(['node-1 ready: xxxx....']);
      await fleet.free('alloc_a');
      await fleet.free('alloc_a');
      expect(await fleet.picture()).toEqual(['node-1 ready: ...x....']);
      expect(await fleet.port.reservation(fleet.database.read, 'alloc_a')).toBeUndefined();
      expect(await fleet.port.runtimeOf(fleet.database.read, 'alloc_a')).toBeUndefined();
    });

    test('a transaction that rolls back holds nothing', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      const request = {
        allocationId: 'alloc_a',
        organizationId: 'org_1',
        gpuModel: 'H200',
        shape: 'gpu_slice',
        gpuCount: 8,
        gpuFractionMilli: 1000,
        vcpus: 16,
        memoryBytes: 64 * 1024 ** 3,
        regions: null,
      } as const;
      const launch = fleet.database.transaction(async tx => {
        expect((await fleet.port.reserve(tx, request)).fits).toBe(true);
        throw new Error('no money');
      });
      await expect(launch).rejects.toThrow('no money');
      expect(await fleet.picture()).toEqual(['node-1 ready: ........']);
    });

    test('says why not, as the question without holding does', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      await fleet.reserve(6);
      const refusal = {
        fits: false,
        reason: 'no_single_node_fits',
        largestFittingCount: 2,
        fittingCopies: 0,
        alternative: {
          forUsers: '2 × H200 fit now.',
          forAdministrators: '2 × H200 fit now; 4 would fit on node-1 with 2 × H200 of it given back.',
        },
      };
      expect(await fleet.reserve(4)).toEqual(refusal);
      const request = {
        gpuModel: 'H200',
        shape: 'gpu_slice',
        gpuFractionMilli: 1000,
        vcpus: 16,
        memoryBytes: 64 * 1024 ** 3,
        regions: null,
      } as const;
      expect(await fleet.port.wouldFit(fleet.database.read, { ...request, gpuCount: 4 })).toEqual(refusal);
      expect(await fleet.port.wouldFit(fleet.database.read, { ...request, gpuCount: 2 })).toEqual({ fits: true });
      expect(await fleet.reserve(1, { gpuModel: 'B200' })).toMatchObject({ fits: false, reason: 'no_capacity' });
      expect(await fleet.picture()).toEqual(['node-1 ready: xxxxxx..']);
    });
  });

  describe('in parallel', () => {
    test(`${PARALLEL} launches for the last slot: one wins`, async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      await fleet.reserve(7);
      const outcomes = await Promise.all(Array.from({ length: PARALLEL }, () => fleet.reserve(1)));
      expect(outcomes.filter(outcome => outcome.fits)).toHaveLength(1);
      expect(outcomes.filter(outcome => !outcome.fits && outcome.reason === 'no_capacity')).toHaveLength(PARALLEL - 1);
      expect(await fleet.picture()).toEqual(['node-1 ready: xxxxxxxx']);
    });

    test('a fleet is given out to the last slot, none twice and none refused while one is free', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2'), simulatedNode('node-3')]);
      const outcomes = await Promise.all(
        Array.from({ length: 30 }, (_, place) => fleet.reserve(1, { allocationId: `alloc_p${place}` })),
      );
      const given = outcomes.flatMap(outcome => (outcome.fits ? outcome.slots.map(slot => slot.slotId) : []));
      expect(given).toHaveLength(24);
      expect(new Set(given).size).toBe(24);
    });

    test('the same allocation many times holds once', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => fleet.reserve(2, { allocationId: 'alloc_same' })),
      );
      expect(new Set(outcomes.map(outcome => JSON.stringify(outcome))).size).toBe(1);
      expect(await fleet.picture()).toEqual(['node-1 ready: xx......']);
    });

    test('losers whose winner rolls back are not refused the slot it had', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1', { gpuCount: 1, numaDomains: 1 })]);
      const request = {
        organizationId: 'org_1',
        gpuModel: 'H200',
        shape: 'gpu_slice',
        gpuCount: 1,
        gpuFractionMilli: 1000,
        vcpus: 16,
        memoryBytes: 64 * 1024 ** 3,
        regions: null,
      } as const;
      const launches = Array.from({ length: 10 }, (_, place) =>
        fleet.database.transaction(async tx => {
          const outcome = await fleet.port.reserve(tx, { ...request, allocationId: `alloc_r${place}` });
          if (outcome.fits && place < 9) throw new Error('no money');
          return outcome.fits;
        }),
      );
      await Promise.allSettled(launches);
      expect(await launches[9]).toBe(true);
    });
  });

  describe('capacity', () => {
    test('counts what is free where it can be had', async () => {
      fleet = await openFleet(db, [
        simulatedNode('node-1'),
        simulatedNode('node-2'),
        simulatedNode('l40s-1', { gpuModel: 'L40S', gpuCount: 4, numaDomains: 1 }),
      ]);
      await fleet.reserve(3);
      expect(await fleet.port.capacity(fleet.database.read)).toEqual([
        {
          gpuModel: 'H200',
          region: 'default',
          totalGpus: 16,
          freeGpus: 13,
          largestFreeOnOneNode: 8,
          wholeNodesFreeBySize: new Map([[8, 1]]),
          readyNodes: 2,
          parts: [],
        },
        {
          gpuModel: 'L40S',
          region: 'default',
          totalGpus: 4,
          freeGpus: 4,
          largestFreeOnOneNode: 4,
          wholeNodesFreeBySize: new Map([[4, 1]]),
          readyNodes: 1,
          parts: [],
        },
      ]);
      expect(await fleet.port.totals(fleet.database.read)).toEqual({
        gpus: { total: 20, free: 17, held: 3, blocked: 0 },
        nodes: { total: 3, free: 2, draining: 0, unreachable: 0 },
      });
    });

    test('counts each region by itself', async () => {
      fleet = await openFleet(
        db,
        ['node-1', 'node-2', 'node-3'].map(name => simulatedNode(name)),
      );
      await fleet.database.transaction(tx =>
        tx.run(`UPDATE fleet_nodes SET region = 'basement' WHERE name = 'node-3'`, []),
      );
      await fleet.reserve(3, { regions: ['basement'] });
      expect(await fleet.port.capacity(fleet.database.read)).toMatchObject([
        { gpuModel: 'H200', region: 'basement', totalGpus: 8, freeGpus: 5, wholeNodesFreeBySize: new Map() },
        { gpuModel: 'H200', region: 'default', totalGpus: 16, freeGpus: 16, wholeNodesFreeBySize: new Map([[8, 2]]) },
      ]);
    });

    test('a node that is lost takes its free GPUs with it, and brings them back', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
      fleet.runtime.silent.add('node-2');
      fleet.clock.set(fleet.clock.now() + 60_000);
      await fleet.heartbeat();
      const [lost] = await fleet.port.capacity(fleet.database.read);
      expect(lost).toMatchObject({ totalGpus: 16, freeGpus: 8, readyNodes: 1 });
      expect((await fleet.port.totals(fleet.database.read)).nodes).toEqual({
        total: 2,
        free: 1,
        draining: 0,
        unreachable: 1,
      });
      fleet.runtime.silent.clear();
      await fleet.heartbeat();
      expect((await fleet.port.capacity(fleet.database.read))[0]).toMatchObject({ freeGpus: 16, readyNodes: 2 });
    });
  });
});
