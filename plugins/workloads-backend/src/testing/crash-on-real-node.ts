import type { Dialect } from '@portico/plugin-kit/backend';
import type { OpenTestDatabase, TestBackend } from '@portico/plugin-kit/testing';
import { startRealNode } from '../../../fleet-backend/src/testing/real-nodes';
import type { CrashPoint } from './crash-points';
import { CrashRehearsal } from './crash-rehearsal';
import { leftOn, startPortalOnRealNode } from './portal-on-real-node';

const GPUS = 2;

/** Backends that die over a real node, one after the other: while the workload runs there is one container, made once, and in the end nothing. */
export async function surviveOnRealNode(
  opened: Omit<OpenTestDatabase, 'close'>,
  { dialect, points }: { dialect: Dialect; points: readonly CrashPoint[] },
): Promise<void> {
  const node = await startRealNode({ name: 'crash', gpus: GPUS });
  try {
    const portal = await startPortalOnRealNode({ database: dialect, on: opened.store as TestBackend['data'] });
    await portal.enrol(node).finally(() => portal.stop({ keep: true }));
    const rehearsal = new CrashRehearsal(opened, dialect, { runtime: 'ssh', gpus: GPUS });
    const begun = points.indexOf('after commit of active') + 1;
    await rehearsal.dieAtEach(points.slice(0, begun));
    const containers = await node.containers();
    expect(containers).toEqual([expect.stringMatching(/^portico-alloc_/)]);
    const outcome = await rehearsal.survive(points.slice(begun));
    expect(outcome.allocations.map(({ id, status }) => [`portico-${id}`, status])).toEqual([
      [containers[0], 'released'],
    ]);
    expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'active', 'releasing', 'released']);
    expect(
      await leftOn(
        node,
        outcome.allocations.map(({ id }) => id),
      ),
    ).toEqual([]);
  } finally {
    await node.stop();
  }
}
