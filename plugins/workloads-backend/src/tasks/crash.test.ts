import { spawn } from 'node:child_process';
import path from 'node:path';
import { eachDatabase, type OpenTestDatabase } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { transitionsOf } from '../store/allocations';
import type { CrashOutcome, CrashRun } from '../testing/crash-child';
import { type CrashPoint, lifeOfAFailure, lifeOfAnAllocation } from '../testing/crash-points';
import { processesMentioning } from '../testing/processes';

/** Some twenty starts of a whole backend, one after the other, on a slow machine. */
const CHAIN_MILLISECONDS = 300_000;
const child = path.join(__dirname, '../testing/crash-child.ts');

/** One backend in a process of its own, until it ends or is killed. */
function runBackend(run: CrashRun): Promise<{ signal: NodeJS.Signals | null; output: string }> {
  return new Promise((resolve, reject) => {
    const backend = spawn(process.execPath, ['--import', 'tsx', child, JSON.stringify(run)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    backend.stdout.on('data', chunk => (output += String(chunk)));
    backend.stderr.on('data', chunk => (output += String(chunk)));
    backend.on('error', reject);
    backend.on('close', (_code, signal) => resolve({ signal, output }));
  });
}

eachDatabase(db => {
  let opened: OpenTestDatabase;
  beforeEach(async () => {
    opened = await db.open({ durable: true });
  });

  /** Dies at every point, one after the other, over the same data; then runs to the end. */
  async function survive(points: readonly CrashPoint[], runtime: CrashRun['runtime']): Promise<CrashOutcome> {
    await dieAtEach(points, runtime);
    const { output } = await runBackend(runOf(runtime));
    const outcome = /^OUTCOME (.*)$/m.exec(output)?.[1];
    if (outcome === undefined) throw new Error(`the backend did not come to an end:\n${output}`);
    return JSON.parse(outcome) as CrashOutcome;
  }

  async function dieAtEach(points: readonly CrashPoint[], runtime: CrashRun['runtime']): Promise<void> {
    for (const dieAt of points) {
      const { signal, output } = await runBackend({ ...runOf(runtime), dieAt });
      if (signal !== 'SIGKILL') throw new Error(`the backend never came by "${dieAt}":\n${output}`);
      // With others on the database a dead worker's lease has to run out first; that time has passed.
      if (db.dialect === 'postgres') await expireLeases();
    }
  }

  function runOf(runtime: CrashRun['runtime']): CrashRun {
    const { location, dataDirectory } = opened.store;
    return {
      database: db.dialect,
      data: { location, dataDirectory },
      world: path.join(dataDirectory, 'world'),
      runtime,
    };
  }

  async function expireLeases(): Promise<void> {
    await opened.database.transaction(async tx => {
      const { tables } = (await tx.first<{ tables: number }>(
        "SELECT count(*) AS tables FROM pg_tables WHERE tablename = 'platform_tasks'",
      ))!;
      if (tables === 1) await tx.run('UPDATE platform_tasks SET due_at = 0 WHERE lease_owner IS NOT NULL');
    });
  }

  const states = async (id: string) => (await transitionsOf(opened.database.read, id)).map(({ to }) => to);

  it(
    'killed at every step of launch and release, it ends with one workload that is gone, and books that balance',
    async () => {
      const outcome = await survive(lifeOfAnAllocation, 'fake');
      expect(outcome.allocations).toEqual([{ id: expect.any(String), status: 'released', starts: 1 }]);
      expect(await states(outcome.allocations[0]!.id)).toEqual([
        'requested',
        'provisioning',
        'active',
        'releasing',
        'released',
      ]);
      expect([outcome.running, outcome.held, outcome.freeGpus]).toEqual([[], '0', 16]);
      await assertBooksBalance(opened.database.read);
    },
    CHAIN_MILLISECONDS,
  );

  it(
    'killed at every step of undoing a launch that failed, it charges nothing and gives everything back',
    async () => {
      const outcome = await survive(lifeOfAFailure, 'refuses');
      expect(outcome.allocations).toEqual([{ id: expect.any(String), status: 'failed', starts: 0 }]);
      expect(await states(outcome.allocations[0]!.id)).toEqual(['requested', 'provisioning', 'failed']);
      expect([outcome.running, outcome.held, outcome.freeGpus]).toEqual([[], '0', 16]);
      await assertBooksBalance(opened.database.read);
    },
    CHAIN_MILLISECONDS,
  );

  it(
    'killed on both sides of every commit over real sandboxes, it leaves no process behind',
    async () => {
      const commits = lifeOfAnAllocation.filter(point => point.includes('commit'));
      const begun = commits.indexOf('after commit of active') + 1;
      const { dataDirectory } = opened.store;
      await dieAtEach(commits.slice(0, begun), 'local');
      expect(processesMentioning(dataDirectory)).not.toEqual([]);
      const outcome = await survive(commits.slice(begun), 'local');
      expect(processesMentioning(dataDirectory)).toEqual([]);
      expect(outcome.allocations.map(({ status }) => status)).toEqual(['released']);
      expect(await states(outcome.allocations[0]!.id)).toEqual([
        'requested',
        'provisioning',
        'active',
        'releasing',
        'released',
      ]);
      expect([outcome.running, outcome.held, outcome.freeGpus]).toEqual([[], '0', 16]);
      await assertBooksBalance(opened.database.read);
    },
    CHAIN_MILLISECONDS,
  );
});
