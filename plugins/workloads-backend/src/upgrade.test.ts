import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { Clock, Queries } from '@portico/plugin-kit/backend';
import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../../billing-backend/src/testing/books';
import { FakeRuntime } from './testing/fake-runtime';
import { startPortal } from './testing/portal';

/** How long the earlier portal has been down: longer than it could have leased a task for. */
const DOWN_SECONDS = 120;
/** Which the earlier portals kept beside their databases. */
const secretKeys = {
  sqlite: 'eLHXjwVJC0eux9ArQBsJGBCrDlsvdH7kfXzR1vW0x+w=',
  postgres: 'Ckf5FMf85hxFZfBG1o/EFZ3NK+Yipbl9Bd7CB5gv0Mk=',
} as const;
const FREE_BEFORE = 13;
const FREE_AFTER = 16;

/**
 * All tables and rows of a portal of before there were nodes on other machines, slot maps, batches and an administered catalogue, as `iterdump` and `pg_dump --inserts` tell them.
 * It was killed while one workload with two GPUs was running and another with one was on its way.
 */
function statementsOf(dialect: 'sqlite' | 'postgres'): string[] {
  const file = path.join(__dirname, 'testing/earlier-portal', `${dialect}.sql.gz`);
  return gunzipSync(readFileSync(file)).toString().trim().split(/;\n/);
}

function clockBegunAt(begin: number): Clock {
  const startedAt = Date.now();
  return {
    now: () => begin + Date.now() - startedAt,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => {}),
  };
}

const entriesOf = (queries: Queries) =>
  queries.all<{ created_at: number; seal_position: number | null }>(
    'SELECT created_at, seal_position FROM billing_entries',
  );

eachDatabase(db => {
  test('a portal goes on with what an earlier one ran and had begun, gives everything back in the end and seals the whole ledger', async () => {
    const { database, store } = await db.open();
    await database.transaction(async tx => {
      if (db.dialect === 'sqlite') await tx.run('PRAGMA defer_foreign_keys = ON');
      for (const statement of statementsOf(db.dialect)) await tx.run(statement);
    });
    const workloads = await database.read.all<{
      allocation_id: string;
      name: string;
      organization_id: string;
      department_id: string;
      project_id: string;
      user_id: string;
      updated_at: number;
    }>('SELECT * FROM workloads_allocations ORDER BY updated_at');
    const [running, begun] = workloads;
    if (!running || !begun) throw new Error('the earlier portal had two workloads');
    const clock = clockBegunAt(begun.updated_at + DOWN_SECONDS * 1000);
    const runtime = new FakeRuntime(undefined, () => clock.now());
    runtime.world.write(running.allocation_id, {
      state: 'running',
      highestToken: 0,
      lastAliveAt: clock.now(),
      starts: 1,
    });

    const portal = await startPortal({
      database: db.dialect,
      on: store,
      clock,
      runtime,
      settings: { secrets: { key: secretKeys[db.dialect] } },
    });
    try {
      const { token } = await portal.person({
        units: 0,
        organizationId: running.organization_id,
        departmentId: running.department_id,
        projectId: running.project_id,
        userId: running.user_id,
      });
      await portal.until(token, begun.allocation_id, 'active');
      expect(await portal.allocation(token, running.allocation_id)).toMatchObject({ status: 'active', batch_id: null });
      expect([runtime.starts(running.allocation_id), runtime.starts(begun.allocation_id)]).toEqual([1, 1]);
      expect(await portal.freeGpus()).toBe(FREE_BEFORE);
      for (const { allocation_id: allocationId } of workloads) {
        await portal.release(token, allocationId);
        await portal.until(token, allocationId, 'released');
      }
      expect(await portal.freeGpus()).toBe(FREE_AFTER);
      expect(runtime.running()).toEqual([]);
      expect(await portal.balance(token)).toMatchObject({ held: { amount: '0' }, status: 'healthy' });
      // What the earlier portal wrote had no seals; it is sealed with what came since, from the first entry on.
      await waitFor(async () => (await entriesOf(database.read)).every(entry => entry.seal_position !== null));
      const sealed = await entriesOf(database.read);
      expect(sealed.some(entry => Number(entry.created_at) <= begun.updated_at)).toBe(true);
      expect(sealed.some(entry => Number(entry.created_at) > begun.updated_at)).toBe(true);
      await assertBooksBalance(database.read);
    } finally {
      await portal.stop({ keep: true });
    }
  });
});
