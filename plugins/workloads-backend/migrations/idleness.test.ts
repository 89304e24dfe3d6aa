import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '.';
import { insertAllocation } from '../src/store/allocations';
import { allocationOf } from '../src/testing/allocations';

const before = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0004_idleness'),
);

eachDatabase(db => {
  test('what is active already is watched, and is not idle', async () => {
    const { database, close } = await db.open();
    await database.migrate('workloads', before);
    await database.transaction(async tx => {
      for (const [allocationId, status] of [
        ['alloc_1', 'active'],
        ['alloc_2', 'provisioning'],
        ['alloc_3', 'released'],
      ] as const) {
        const allocation = allocationOf({ allocationId, status, updatedAt: 700 });
        const actor = { type: 'system', id: 'test' } as const;
        await insertAllocation(tx, allocation, {
          allocationId,
          version: 1,
          from: null,
          to: status,
          at: 700,
          reason: null,
          actor,
        });
      }
    });
    await database.migrate('workloads', migrations);
    expect(await database.read.all('SELECT * FROM workloads_idleness')).toEqual([
      {
        allocation_id: 'alloc_1',
        watched_until: 700,
        quiet_since: null,
        connection_active_at: null,
        warned_at: null,
        warned_idle_since: null,
        next_look_at: 0,
      },
    ]);
    await close();
  });
});
