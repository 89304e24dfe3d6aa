import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '.';
import { findAllocation } from '../src/store/allocations';
import { insertAsOf0001 } from '../src/testing/allocations';

const before = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0008_tags'),
);

eachDatabase(db => {
  test('what was launched before has no tags', async () => {
    const { database, close } = await db.open();
    await database.migrate('workloads', before);
    await database.transaction(tx => insertAsOf0001(tx, { allocationId: 'alloc_1', status: 'active', name: 'old' }));
    await database.migrate('workloads', migrations);
    expect((await findAllocation(database.read, 'alloc_1'))?.tags).toEqual({});
    await close();
  });
});
