import { eachDatabase } from '@portico/plugin-kit/testing';
import { lifeOfAFailure, lifeOfAnAllocation } from '../testing/crash-points';
import { CHAIN_MILLISECONDS, CrashRehearsal, surviveWithSandboxes } from '../testing/crash-rehearsal';

eachDatabase(db => {
  it(
    'killed on both sides of every commit over real sandboxes, it leaves no process behind',
    async () => {
      const opened = await db.open({ durable: true });
      await surviveWithSandboxes(
        new CrashRehearsal(opened, db.dialect, { runtime: 'local' }),
        lifeOfAnAllocation.filter(point => point.includes('commit')),
      );
    },
    CHAIN_MILLISECONDS,
  );

  it(
    'killed at every step of launch and release of a batch, it ends with workloads that are gone, each started once, and books that balance',
    async () => {
      const rehearsal = new CrashRehearsal(await db.open({ durable: true }), db.dialect, { runtime: 'fake', count: 2 });
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
      const rehearsal = new CrashRehearsal(await db.open({ durable: true }), db.dialect, {
        runtime: 'refuses',
        count: 2,
      });
      const outcome = await rehearsal.survive(lifeOfAFailure);
      expect(outcome.allocations.map(({ status, starts }) => [status, starts])).toEqual([
        ['failed', 0],
        ['failed', 0],
      ]);
      expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'failed']);
    },
    CHAIN_MILLISECONDS,
  );
});
