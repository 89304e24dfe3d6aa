import { eachDatabase } from '@portico/plugin-kit/testing';
import { openFleet, simulatedNode } from '../testing/fleet-under-test';
import type { FleetUnderTest } from '../testing/fleet-under-test';

eachDatabase(db => {
  let fleet: FleetUnderTest;
  afterEach(() => fleet.close());
  const rows = () => fleet.database.read.all('SELECT * FROM fleet_slots ORDER BY slot_id');

  test('a second start changes nothing', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
    await fleet.reserve(3);
    const before = await rows();
    const told = [...fleet.told.audit];
    await fleet.configure([simulatedNode('node-1'), simulatedNode('node-2')]);
    expect(await rows()).toEqual(before);
    expect(fleet.told.audit).toEqual(told);
  });

  test('several starts at once make one fleet', async () => {
    fleet = await openFleet(db, []);
    await Promise.all(
      Array.from({ length: 5 }, () => fleet.configure([simulatedNode('node-1'), simulatedNode('node-2')])),
    );
    expect(await fleet.picture()).toEqual(['node-1 enrolled: ........', 'node-2 enrolled: ........']);
  });

  test('free slots follow the configuration: more, fewer, another model', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1')]);
    await fleet.configure([simulatedNode('node-1', { gpuCount: 4 })]);
    expect(await fleet.picture()).toEqual(['node-1 ready: ....']);
    await fleet.configure([simulatedNode('node-1', { gpuModel: 'L40S' })]);
    expect(await fleet.picture()).toEqual(['node-1 ready: ........']);
    expect(await fleet.reserve(1)).toMatchObject({ fits: false });
    expect(await fleet.reserve(8, { gpuModel: 'L40S' })).toMatchObject({ fits: true });
  });

  test('a held slot that the configuration drops is kept, not offered again, and gone at the start after it was freed', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1')]);
    await fleet.reserve(8, { allocationId: 'alloc_a' });
    await fleet.configure([simulatedNode('node-1', { gpuCount: 4 })]);
    expect(await fleet.picture()).toEqual(['node-1 ready: xxxxwwww']);
    expect(await fleet.port.reservation(fleet.database.read, 'alloc_a')).toMatchObject({ slots: { length: 8 } });
    await fleet.free('alloc_a');
    expect(await fleet.port.capacity(fleet.database.read)).toMatchObject([{ totalGpus: 4, freeGpus: 4 }]);
    expect(await fleet.reserve(5)).toMatchObject({ fits: false, reason: 'topology_unsatisfiable' });
    await fleet.configure([simulatedNode('node-1', { gpuCount: 4 })]);
    expect(await fleet.picture()).toEqual(['node-1 ready: ....']);
  });

  test('a node that the configuration drops drains while something runs there, and comes back when listed again', async () => {
    fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
    await fleet.reserve(1, { allocationId: 'alloc_a' });
    await fleet.configure([simulatedNode('node-2')]);
    expect(await fleet.picture()).toEqual(['node-1 draining: w', 'node-2 ready: ........']);
    expect(await fleet.port.runtimeOf(fleet.database.read, 'alloc_a')).toBeDefined();
    await fleet.configure([simulatedNode('node-1'), simulatedNode('node-2')]);
    expect(await fleet.picture()).toEqual(['node-1 ready: x.......', 'node-2 ready: ........']);
    await fleet.free('alloc_a');
    await fleet.configure([simulatedNode('node-2')]);
    expect(await fleet.picture()).toEqual(['node-2 ready: ........']);
    expect(fleet.told.audit.filter(action => action !== 'fleet.node.answered')).toEqual([
      'fleet.node.registered',
      'fleet.node.enrolled',
      'fleet.node.registered',
      'fleet.node.enrolled',
      'fleet.node.drained',
      'fleet.node.resumed',
      'fleet.node.removed',
    ]);
  });
});
