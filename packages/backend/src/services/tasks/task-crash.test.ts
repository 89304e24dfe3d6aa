import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { createTestDatabase, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { attention } from '../attention/attention-service';
import { DatabaseOutbox } from '../outbox/outbox';
import { crashTask } from './crash-task.fixture';
import { TaskEngine } from './task-engine';

/** Where the process is killed, and what must have come of the task in the end. */
const points = [
  ...['a', 'b', 'c']
    .flatMap(name => [`run:${name}:before`, `run:${name}:after`, `commit:${name}`])
    .map(point => [point, 'completed'] as const),
  ['finished', 'completed'],
  ...['c', 'b', 'a']
    .flatMap(name => [`undo:${name}:before`, `undo:${name}:after`])
    .map(point => [point, 'failed'] as const),
] as const;

const folder = mkdtempSync(path.join(tmpdir(), 'portico-crash-'));
const worker = path.join(folder, 'worker.cjs');
const modules = path.resolve(__dirname, '../../../../../node_modules');
beforeAll(async () => {
  await build({
    entryPoints: [path.join(__dirname, 'crash-worker.fixture.ts')],
    outfile: worker,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
    external: ['better-sqlite3', 'pg', 'knex', '@backstage/*'],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['sqlite', 'postgres'] as const)('a process killed on %s', dialect => {
  // One child at a time per core would be slow; each has a database and a world of its own.
  test('at any point of a task: another finishes or undoes it, each effect once, nothing left over', async () => {
    const BATCH = 4;
    for (let from = 0; from < points.length; from += BATCH) {
      await Promise.all(
        points.slice(from, from + BATCH).map(([point, outcome]) => dieAndResume(dialect, point, outcome)),
      );
    }
  }, 90_000);
});

async function dieAndResume(
  dialect: 'sqlite' | 'postgres',
  point: string,
  outcome: 'completed' | 'failed',
): Promise<void> {
  const store = await createTestDatabase(dialect, { durable: true });
  const child = spawn(process.execPath, [worker, JSON.stringify(store.location), store.dataDirectory, point], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_PATH: modules },
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect({ point, signal }).toEqual({ point, signal: 'SIGKILL' });

  // On SQLite the survivor is alone and takes the task at once; on PostgreSQL it waits until the lease of the dead one is over.
  const clock = new TestClock(Date.now());
  const database = store.connect(clock);
  const outbox = new DatabaseOutbox({ database, clock, attention, logger: { warn: () => {} } });
  const engine = new TaskEngine({
    database,
    clock,
    outbox,
    attention,
    logger: { warn: () => {} },
    alone: dialect === 'sqlite',
  });
  engine.define(crashTask(store.dataDirectory, () => {}));
  await engine.start();
  const task = await waitFor(async () => {
    if (dialect === 'postgres') await clock.advance(1_000);
    return database.read.first<{ task_id: string; status: string }>(
      "SELECT task_id, status FROM platform_tasks WHERE status IN ('completed', 'failed')",
    );
  }, `the task that died at ${point} to end`);
  expect({ point, status: task.status }).toEqual({ point, status: outcome });
  const effects = await database.read.all<{ effect: string }>('SELECT effect FROM test_effects');
  expect({ point, effects: effects.map(row => row.effect) }).toEqual({
    point,
    effects: outcome === 'completed' ? ['a', 'b', 'c', 'completed'] : ['a', 'b', 'failed'],
  });
  const made = readdirSync(store.dataDirectory).filter(file => file.startsWith(task.task_id));
  expect({ point, made: made.toSorted() }).toEqual({
    point,
    made: outcome === 'completed' ? ['a', 'b', 'c'].map(name => `${task.task_id}.${name}`) : [],
  });
  await engine.stop();
  await database.close();
  await store.drop();
}
