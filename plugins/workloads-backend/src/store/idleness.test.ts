import type { Database } from '@portico/plugin-kit/backend';
import { eachDatabase } from '@portico/plugin-kit/testing';
import { migrations } from '../../migrations';
import { beginIdleness, claimLooks, endIdleness, idlenessOf, noteConnectionActivity, recordUse } from './idleness';

const MINUTE = 60_000;

eachDatabase(db => {
  let database: Database;
  beforeEach(async () => {
    ({ database } = await db.open());
    await database.migrate('workloads', migrations);
    await database.transaction(async tx => {
      for (const allocationId of ['alloc_1', 'alloc_2', 'alloc_3']) await beginIdleness(tx, { allocationId, at: 100 });
    });
  });
  const claim = (at: number, limit = 10) => database.transaction(tx => claimLooks(tx, { at, nextAt: at + 50, limit }));
  const known = () => idlenessOf(database.read, 'alloc_1');

  it('shares what is due between those who ask at once', async () => {
    const claimed = (await Promise.all([claim(100, 2), claim(100, 2)])).flat();
    expect(claimed.map(({ allocationId }) => allocationId).sort()).toEqual(['alloc_1', 'alloc_2', 'alloc_3']);
    expect(await claim(149)).toEqual([]);
    expect(await claim(150)).toHaveLength(3);
  });

  it('keeps the later of two looks, whichever is written last', async () => {
    const record = (watchedUntil: number, quietSince: number | null) =>
      database.transaction(tx => recordUse(tx, [{ allocationId: 'alloc_1', watchedUntil, quietSince }]));
    await record(900, null);
    await record(800, 200);
    expect(await known()).toMatchObject({ watchedUntil: 900, quietSince: null });
  });

  it('notes the use of connections at most once a minute, however many there are', async () => {
    const note = (at: number) =>
      database.transaction(tx => noteConnectionActivity(tx, { allocationId: 'alloc_1', at }));
    await note(MINUTE);
    await note(2 * MINUTE - 1);
    expect(await known()).toMatchObject({ connectionActiveAt: MINUTE });
    await note(2 * MINUTE);
    await note(MINUTE);
    expect(await known()).toMatchObject({ connectionActiveAt: 2 * MINUTE });
  });

  it('forgets what is no longer active, and is not told of it again', async () => {
    await database.transaction(tx => endIdleness(tx, 'alloc_1'));
    await database.transaction(tx => noteConnectionActivity(tx, { allocationId: 'alloc_1', at: MINUTE }));
    expect(await known()).toBeUndefined();
  });
});
