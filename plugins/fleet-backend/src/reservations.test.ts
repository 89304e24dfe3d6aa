import { eachDatabase } from '@portico/plugin-kit/testing';
import type { PlacementRequest } from '@portico/plugin-fleet/port';
import { openFleet, simulatedNode } from './testing/fleet-under-test';
import type { FleetUnderTest } from './testing/fleet-under-test';

const GIB = 1024 ** 3;

function request(allocationId: string, more: Partial<PlacementRequest> = {}): PlacementRequest {
  return {
    allocationId,
    organizationId: 'org_1',
    gpuModel: 'H200',
    shape: 'gpu_slice',
    gpuCount: 2,
    gpuFractionMilli: 1000,
    vcpus: 16,
    memoryBytes: 64 * GIB,
    regions: null,
    ...more,
  };
}

eachDatabase(db => {
  let fleet: FleetUnderTest;
  afterEach(() => fleet.close());

  const reserveBatch = (requests: readonly PlacementRequest[], spread = false) =>
    fleet.database.transaction(tx => fleet.port.reserveBatch(tx, { requests, spread }));
  const batch = (name: string, copies: number, more: Partial<PlacementRequest> = {}) =>
    Array.from({ length: copies }, (_, place) => request(`alloc_${name}${place + 1}`, more));
  const change = (sql: string) => fleet.database.transaction(tx => tx.run(sql));
  const holds = async () =>
    (await fleet.database.read.all<{ allocation_id: string }>('SELECT allocation_id FROM fleet_holds ORDER BY 1')).map(
      row => row.allocation_id,
    );

  describe('batches', () => {
    test('are packed, in the order of their requests', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
      const outcome = await reserveBatch(batch('a', 5));
      if ('reason' in outcome) throw new Error(outcome.reason);
      expect(outcome.map(({ nodeName }) => nodeName)).toEqual(['node-1', 'node-1', 'node-1', 'node-1', 'node-2']);
      expect(new Set(outcome.flatMap(({ slots }) => slots.map(slot => slot.slotId))).size).toBe(10);
      const third = await fleet.port.reservation(fleet.database.read, 'alloc_a3');
      expect(third).toEqual(outcome[2]);
      expect(await reserveBatch(batch('a', 5))).toEqual(outcome);
    });

    test('are spread: no node has more of them than it must', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2'), simulatedNode('node-3')]);
      await fleet.reserve(6);
      await reserveBatch(batch('a', 5), true);
      expect(await fleet.picture()).toEqual([
        'node-1 ready: xxxxxxxx',
        'node-2 ready: xxxx....',
        'node-3 ready: xxxx....',
      ]);
    });

    test('hold all or nothing, and say how many would fit', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
      await fleet.reserve(1);
      for (const spread of [false, true]) {
        expect(await reserveBatch(batch('a', 8), spread)).toEqual({
          fits: false,
          reason: 'not_all_copies',
          largestFittingCount: 8,
          fittingCopies: 7,
          alternative: {
            forUsers: '7 of 8 fit now.',
            forAdministrators: '7 of 8 fit now.',
          },
        });
      }
      const { allocationId: _, organizationId: __, ...demand } = request('');
      expect(await fleet.port.wouldFit(fleet.database.read, { ...demand, copies: 7 })).toEqual({ fits: true });
      expect(await fleet.port.wouldFit(fleet.database.read, { ...demand, copies: 8 })).toMatchObject({ fits: false });
      expect(await fleet.picture()).toEqual(['node-1 ready: x.......', 'node-2 ready: ........']);
      expect(await holds()).toEqual(['alloc_1']);
    });

    test('of two for the last slots one wins, whole', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
      const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map(name => reserveBatch(batch(name, 5))));
      expect(outcomes.filter(outcome => !('reason' in outcome))).toHaveLength(1);
      expect(await holds()).toHaveLength(5);
    });
  });

  describe('CPU and memory', () => {
    const realNode = () => change(`UPDATE fleet_nodes SET simulated = 0, cpu_count = 40, memory_bytes = ${300 * GIB}`);

    test('of a real node are given out once, and come back', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      await realNode();
      expect(await fleet.reserve(2, { allocationId: 'alloc_a' })).toMatchObject({ fits: true });
      expect(await fleet.reserve(2, { allocationId: 'alloc_b' })).toMatchObject({ fits: true });
      // Eight of forty CPUs are left, and four GPUs.
      expect(await fleet.reserve(2)).toMatchObject({ fits: false, reason: 'no_cpu_or_memory', largestFittingCount: 1 });
      expect(await fleet.reserve(1, { vcpus: 8, memoryBytes: 173 * GIB })).toMatchObject({
        reason: 'no_cpu_or_memory',
      });
      expect(await fleet.reserve(1, { vcpus: 8, memoryBytes: 172 * GIB })).toMatchObject({ fits: true });
      await fleet.free('alloc_a');
      expect(await fleet.reserve(2, { allocationId: 'alloc_c', memoryBytes: 64 * GIB })).toMatchObject({ fits: true });
      expect(await holds()).toHaveLength(3);
    });

    test('of a simulated node, or one that does not say, limit nothing', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
      await change(`UPDATE fleet_nodes SET simulated = 0, cpu_count = NULL, memory_bytes = NULL WHERE name = 'node-2'`);
      const outcome = await reserveBatch(batch('a', 8, { vcpus: 512, memoryBytes: 8192 * GIB }));
      expect('reason' in outcome).toBe(false);
    });

    test('are given out once although the GPUs are of several models, whose launches do not wait for each other', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      await realNode();
      await change(`UPDATE fleet_slots SET gpu_model = 'L40S' WHERE gpu_index >= 4`);
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, place) =>
          fleet.reserve(1, { gpuModel: place % 2 === 0 ? 'H200' : 'L40S', vcpus: 10, memoryBytes: GIB }),
        ),
      );
      expect(outcomes.filter(outcome => outcome.fits)).toHaveLength(4);
    });

    test('stay held while a blocked slot names the allocation, and end with it', async () => {
      fleet = await openFleet(db, [simulatedNode('node-1')]);
      await realNode();
      await fleet.reserve(2, { allocationId: 'alloc_a', vcpus: 40 });
      await fleet.database.transaction(tx => fleet.port.block(tx, { allocationId: 'alloc_a', reason: 'destroyed' }));
      expect(await fleet.reserve(1)).toMatchObject({ fits: false, reason: 'no_cpu_or_memory' });
      await change(`UPDATE fleet_slots SET status = 'free', allocation_id = NULL WHERE allocation_id = 'alloc_a'`);
      expect(await fleet.reserve(1, { allocationId: 'alloc_b' })).toMatchObject({ fits: true });
      expect(await holds()).toEqual(['alloc_b']);
    });
  });

  test('regions are kept to', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
    await change(`UPDATE fleet_nodes SET region = 'west' WHERE name = 'node-2'`);
    expect(await fleet.reserve(1, { regions: ['west'] })).toMatchObject({ fits: true, nodeName: 'node-2' });
    expect(await fleet.reserve(1, { regions: ['north'] })).toMatchObject({
      fits: false,
      reason: 'no_region',
      alternative: { forUsers: '1 × H200 fits now in region default.' },
    });
  });

  test('parts of GPUs are given out as parts, and counted as such', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1', { gpuCount: 2, numaDomains: 1 }), simulatedNode('node-2')]);
    await change(
      `UPDATE fleet_slots SET fraction_milli = 500 WHERE node_id = (SELECT node_id FROM fleet_nodes WHERE name = 'node-1')`,
    );
    const half = { gpuFractionMilli: 500 };
    expect(await fleet.reserve(1, half)).toMatchObject({ fits: true, nodeName: 'node-1' });
    expect(await fleet.port.capacity(fleet.database.read)).toMatchObject([
      {
        gpuModel: 'H200',
        totalGpus: 8,
        freeGpus: 8,
        parts: [{ fractionMilli: 500, total: 2, free: 1, largestFreeOnOneNode: 1 }],
      },
    ]);
    expect(await fleet.reserve(1, half)).toMatchObject({ fits: true });
    expect(await fleet.reserve(1, half)).toMatchObject({ fits: false, reason: 'no_capacity' });
    expect(await fleet.reserve(1)).toMatchObject({ fits: true, nodeName: 'node-2' });
  });
});
