import type { Database } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '../../migrations';
import { activeAllocationIds, beginLiveness, claimDue, endLiveness, lastAliveAt, recordAlive } from './liveness';

eachDatabase(db => {
  let database: Database;
  beforeEach(async () => {
    ({ database } = await db.open());
    await database.migrate('workloads', migrations);
    await database.transaction(async tx => {
      for (const allocationId of ['alloc_1', 'alloc_2', 'alloc_3']) await beginLiveness(tx, { allocationId, at: 100 });
    });
  });
  const claim = (at: number, limit = 10) => database.transaction(tx => claimDue(tx, { at, nextAt: at + 50, limit }));

  it('shares what is due between those who ask at once', async () => {
    const claimed = await Promise.all([claim(100, 2), claim(100, 2)]);
    expect(claimed.flat().sort()).toEqual(['alloc_1', 'alloc_2', 'alloc_3']);
    expect(await claim(149)).toEqual([]);
    expect(await claim(150)).toHaveLength(3);
  });

  it('never moves a sign of life backwards', async () => {
    await database.transaction(tx =>
      recordAlive(tx, [
        { allocationId: 'alloc_1', at: 300 },
        { allocationId: 'alloc_1', at: 200 },
      ]),
    );
    expect(await lastAliveAt(database.read, 'alloc_1')).toBe(300);
  });

  it('forgets what is not active any more', async () => {
    await database.transaction(tx => endLiveness(tx, 'alloc_2'));
    expect(await activeAllocationIds(database.read, { after: '', limit: 10 })).toEqual(['alloc_1', 'alloc_3']);
    expect(await activeAllocationIds(database.read, { after: 'alloc_1', limit: 10 })).toEqual(['alloc_3']);
    expect(await lastAliveAt(database.read, 'alloc_2')).toBeNull();
  });
});
