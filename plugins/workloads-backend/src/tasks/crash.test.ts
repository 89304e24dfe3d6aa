import { eachDatabase, type OpenTestDatabase } from '@portico/plugin-kit/testing';
import { lifeOfAFailure, lifeOfAnAllocation } from '../testing/crash-points';
import { CHAIN_MILLISECONDS, CrashRehearsal, surviveWithSandboxes } from '../testing/crash-rehearsal';

eachDatabase(db => {
  let opened: OpenTestDatabase;
  beforeEach(async () => {
    opened = await db.open({ durable: true });
  });

  it(
    'killed at every step of launch and release, it ends with one workload that is gone, and books that balance',
    async () => {
      const rehearsal = new CrashRehearsal(opened, db.dialect, { runtime: 'fake' });
      const outcome = await rehearsal.survive(lifeOfAnAllocation);
      expect(outcome.allocations).toEqual([{ id: expect.any(String), status: 'released', starts: 1 }]);
      expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'active', 'releasing', 'released']);
    },
    CHAIN_MILLISECONDS,
  );

  it(
    'killed at every step of undoing a launch that failed, it charges nothing and gives everything back',
    async () => {
      const rehearsal = new CrashRehearsal(opened, db.dialect, { runtime: 'refuses' });
      const outcome = await rehearsal.survive(lifeOfAFailure);
      expect(outcome.allocations).toEqual([{ id: expect.any(String), status: 'failed', starts: 0 }]);
      expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'failed']);
    },
    CHAIN_MILLISECONDS,
  );

  // Waiting for the leases of the dead is what takes long on PostgreSQL: there, batches and sandboxes are in crash.soak.ts.
  if (db.dialect === 'postgres') return;

  it(
    'killed at every step of launch and release of a batch, it ends with workloads that are gone, each started once, and books that balance',
    async () => {
      const rehearsal = new CrashRehearsal(opened, db.dialect, { runtime: 'fake', count: 2 });
      const outcome = await rehearsal.survive(lifeOfAnAllocation);
      expect(outcome.allocations.map(({ status, starts }) => [status, starts])).toEqual([
        ['released', 1],
        ['released', 1],
      ]);
      expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'active', 'releasing', 'released']);
    },
    CHAIN_MILLISECONDS,
  );

  it(
    'killed at every step of undoing a batch that failed, it charges nothing and gives everything back',
    async () => {
      const rehearsal = new CrashRehearsal(opened, db.dialect, { runtime: 'refuses', count: 2 });
      const outcome = await rehearsal.survive(lifeOfAFailure);
      expect(outcome.allocations.map(({ status, starts }) => [status, starts])).toEqual([
        ['failed', 0],
        ['failed', 0],
      ]);
      expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'failed']);
    },
    CHAIN_MILLISECONDS,
  );

  // Every commit: crash.soak.ts. Here those that leave a sandbox behind for the next backend to find.
  it(
    'killed over real sandboxes, it leaves no process behind',
    () =>
      surviveWithSandboxes(new CrashRehearsal(opened, db.dialect, { runtime: 'local' }), [
        'before commit of active',
        'after commit of active',
        'before commit of released',
      ]),
    CHAIN_MILLISECONDS,
  );
});
