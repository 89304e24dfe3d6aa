import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Dialect } from '@portico/plugin-kit/backend';
import type { OpenTestDatabase } from '@portico/plugin-kit/testing';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { transitionsOf } from '../store/allocations';
import type { CrashOutcome, CrashRun } from './crash-child';
import type { CrashPoint } from './crash-points';
import { processesMentioning } from './processes';

/** Some twenty starts of a whole backend, one after the other, on a slow machine. */
export const CHAIN_MILLISECONDS = 300_000;

type Opened = Omit<OpenTestDatabase, 'close'>;

const child = path.join(__dirname, 'crash-child.ts');

/** Backends in processes of their own, one after the other over the same data, that die where they are told to. */
export class CrashRehearsal {
  readonly #opened: Opened;
  readonly #dialect: Dialect;
  readonly #runtime: CrashRun['runtime'];
  readonly #count: number;
  readonly #gpus: number;

  constructor(opened: Opened, dialect: Dialect, run: Pick<CrashRun, 'runtime'> & { count?: number; gpus?: number }) {
    this.#opened = opened;
    this.#dialect = dialect;
    this.#runtime = run.runtime;
    this.#count = run.count ?? 1;
    this.#gpus = run.gpus ?? 16;
  }

  /** Dies at every point, one after the other; throws when a backend never came by one. */
  async dieAtEach(points: readonly CrashPoint[]): Promise<void> {
    for (const dieAt of points) {
      const { signal, output } = await runBackend({ ...this.#run(), dieAt });
      if (signal !== 'SIGKILL') throw new Error(`the backend never came by "${dieAt}":\n${output}`);
      // With others on the database a dead worker's lease has to run out first; that time has passed.
      if (this.#dialect === 'postgres') await this.#expireLeases();
    }
  }

  /** Dies at every point, then runs to the end. */
  async survive(points: readonly CrashPoint[]): Promise<CrashOutcome> {
    await this.dieAtEach(points);
    const { output } = await runBackend(this.#run());
    const outcome = /^OUTCOME (.*)$/m.exec(output)?.[1];
    if (outcome === undefined) throw new Error(`the backend did not come to an end:\n${output}`);
    return JSON.parse(outcome) as CrashOutcome;
  }

  /** The states the allocations went through, all alike; throws unless nothing is left of them and the books balance. */
  async pathOf(outcome: CrashOutcome): Promise<string[]> {
    expect([outcome.running, outcome.held, outcome.freeGpus]).toEqual([[], '0', this.#gpus]);
    expect(outcome.allocations).toHaveLength(this.#count);
    const { read } = this.#opened.database;
    await assertBooksBalance(read);
    const paths = await Promise.all(
      outcome.allocations.map(async ({ id }) => (await transitionsOf(read, id)).map(({ to }) => to)),
    );
    for (const path of paths) expect(path).toEqual(paths[0]);
    return paths[0]!;
  }

  /** Processes of the machine that belong to what was started here. */
  processes(): ReturnType<typeof processesMentioning> {
    return processesMentioning(this.#opened.store.dataDirectory);
  }

  #run(): CrashRun {
    const { location, dataDirectory } = this.#opened.store;
    return {
      database: this.#dialect,
      data: { location, dataDirectory },
      world: path.join(dataDirectory, 'world'),
      runtime: this.#runtime,
      count: this.#count,
    };
  }

  async #expireLeases(): Promise<void> {
    await this.#opened.database.transaction(async tx => {
      const { tables } = (await tx.first<{ tables: number }>(
        "SELECT count(*) AS tables FROM pg_tables WHERE tablename = 'platform_tasks'",
      ))!;
      if (tables === 1) await tx.run('UPDATE platform_tasks SET due_at = 0 WHERE lease_owner IS NOT NULL');
    });
  }
}

/** Dies at the points over real sandboxes: while the workload runs there are processes, and in the end none. */
export async function surviveWithSandboxes(rehearsal: CrashRehearsal, points: readonly CrashPoint[]): Promise<void> {
  const begun = points.indexOf('after commit of active') + 1;
  await rehearsal.dieAtEach(points.slice(0, begun));
  expect(rehearsal.processes()).not.toEqual([]);
  const outcome = await rehearsal.survive(points.slice(begun));
  expect(rehearsal.processes()).toEqual([]);
  expect(outcome.allocations.map(({ status }) => status)).toEqual(['released']);
  expect(await rehearsal.pathOf(outcome)).toEqual(['requested', 'provisioning', 'active', 'releasing', 'released']);
}

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
