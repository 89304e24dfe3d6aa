import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import { migrations } from '../migrations';
import { becomeSoleReplica } from './sole-replica';

const logger = { error: () => {} };
const REFUSAL =
  'Another Portico runs the embedded nodes of this PostgreSQL database; stop it, or give this one a database of its own.';

eachDatabase(db => {
  test('embedded nodes have one replica at a time; on SQLite the lock of the data directory sees to it', async () => {
    const { database, clock, close } = await db.open();
    await database.migrate('fleet', migrations);
    const onLost = jest.fn();
    const replica = { database, clock, logger, onLost };
    const letGo = await becomeSoleReplica(replica);
    // Waits as often as it may, without time passing: the first one is alive.
    const impatient = { ...replica, clock: { now: () => clock.now(), sleep: async () => {} } };
    const second = await becomeSoleReplica(impatient).then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(second).toBe(db.dialect === 'sqlite' ? 'started' : REFUSAL);
    await letGo();

    const letGoToo = await becomeSoleReplica(impatient);
    expect(onLost).not.toHaveBeenCalled();
    await letGoToo();
    await close();
  });

  if (db.dialect === 'postgres')
    test('a replica that was overtaken stops', async () => {
      const { database, clock, close } = await db.open();
      await database.migrate('fleet', migrations);
      const onLost = jest.fn();
      const letGo = await becomeSoleReplica({ database, clock, logger, onLost });
      await database.transaction(tx =>
        tx.run("UPDATE fleet_leases SET holder = 'another', expires_at = ?", [tx.now + 60_000]),
      );
      await clock.advance(5_000);
      await waitFor(() => onLost.mock.calls.length > 0, 'the first to notice');
      await letGo();
      await close();
    });
});
