import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '.';
import { insertAsOf0001 } from '../src/testing/allocations';

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
        await insertAsOf0001(tx, { allocationId, status, updatedAt: 700 });
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
