import { eachDatabase } from '@portico/plugin-kit/testing';
import { lifeOfAnAllocation } from '../testing/crash-points';
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
});
