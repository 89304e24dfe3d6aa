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
      const rehearsal = new CrashRehearsal(opened, db.dialect, 'fake');
      const outcome = await rehearsal.survive(lifeOfAnAllocation);
      expect(outcome.allocations).toEqual([{ id: expect.any(String), status: 'released', starts: 1 }]);
      expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'active', 'releasing', 'released']);
    },
    CHAIN_MILLISECONDS,
  );

  it(
    'killed at every step of undoing a launch that failed, it charges nothing and gives everything back',
    async () => {
      const rehearsal = new CrashRehearsal(opened, db.dialect, 'refuses');
      const outcome = await rehearsal.survive(lifeOfAFailure);
      expect(outcome.allocations).toEqual([{ id: expect.any(String), status: 'failed', starts: 0 }]);
      expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'failed']);
    },
    CHAIN_MILLISECONDS,
  );

  // Every commit: crash.soak.ts. Here those that leave a sandbox behind for the next backend to find.
  it(
    'killed over real sandboxes, it leaves no process behind',
    () =>
      surviveWithSandboxes(new CrashRehearsal(opened, db.dialect, 'local'), [
        'before commit of active',
        'after commit of active',
        'before commit of released',
      ]),
    CHAIN_MILLISECONDS,
  );
});
