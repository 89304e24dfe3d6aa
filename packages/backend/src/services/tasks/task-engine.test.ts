import fc from 'fast-check';
import { PermanentStepError } from '@portico/plugin-kit/backend';
import type {
  Clock,
  Database,
  NewTask,
  StepContext,
  TaskDefinition,
  TaskRecord,
  TaskStep,
} from '@portico/plugin-kit/backend';
import { eachDatabase, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import { attention, attentionMigrations, listAttention } from '../attention/attention-service';
import { systemClock } from '../clock/system-clock';
import { DatabaseOutbox } from '../outbox/outbox';
import { outboxMigrations } from '../outbox/outbox-tables';
import { TaskEngine } from './task-engine';
import { taskMigrations } from './task-tables';

const logger = { warn: () => {} };
const retry = { attemptsMax: 3, backoffSeconds: 0.01, backoffSecondsMax: 0.02 };

interface Log {
  readonly lines: string[];
  readonly ends: { outcome: string; error: string | null; record: TaskRecord }[];
}

function newTask(kind: string, input: object = {}): NewTask {
  return {
    kind,
    resource: { type: 'test', id: 'res_1' },
    organizationId: 'org_1',
    projectId: null,
    userId: null,
    correlationId: 'corr_1',
    input,
  };
}

/** A step that writes down what happened to it. */
function step(name: string, log: Log, more: Partial<TaskStep<object>> = {}): TaskStep<object> {
  return {
    name,
    deadlineSeconds: 30,
    retry,
    run: async () => void log.lines.push(`run ${name}`),
    compensate: async () => void log.lines.push(`undo ${name}`),
    ...more,
  };
}

function definition(kind: string, log: Log, steps: readonly TaskStep<object>[]): TaskDefinition<object> {
  return {
    kind,
    steps,
    finished: async (_tx, end) =>
      void log.ends.push({ outcome: end.outcome, error: end.error?.code ?? null, record: end.task }),
  };
}

/** Engines of the test that runs; a test that fails must not leave one working. */
let started: TaskEngine[] = [];
afterEach(async () => {
  await Promise.all(started.map(engine => engine.stop()));
  started = [];
});

async function openTasks(db: DatabaseUnderTest, options: { clock?: TestClock } = {}) {
  const opened = await db.open(options);
  const { database } = opened;
  await database.migrate('platform_outbox', outboxMigrations);
  await database.migrate('platform_attention', attentionMigrations);
  await database.migrate('platform_tasks', taskMigrations);
  const engine = (clock: Clock = systemClock, on: Database = database) => {
    const outbox = new DatabaseOutbox({ database: on, clock, attention, logger });
    const made = new TaskEngine({ database: on, clock, outbox, attention, logger, alone: false });
    started.push(made);
    return made;
  };
  return {
    ...opened,
    engine,
    async end() {
      for (const made of started) await made.stop();
      await opened.close();
    },
  };
}

/** The database's clock runs with the machine's. */
class RunningClock extends TestClock {
  override now(): number {
    return Date.now();
  }
}

eachDatabase(db => {
  const open = () => openTasks(db, { clock: new RunningClock() });
  const settled = (database: Database, engine: TaskEngine, taskId: string) =>
    waitFor(async () => {
      const task = await engine.get(database.read, taskId);
      return task !== undefined && ['completed', 'failed', 'cancelled'].includes(task.status) && task;
    }, `${taskId} to end`);

  test('runs its steps in order, hands results on, commits effects with each step and ends in one transaction', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const tasks = engine();
    await database.transaction(tx => tx.run('CREATE TABLE test_effects (name text)'));
    tasks.define(
      definition('test.ordered', log, [
        step('first', log, {
          run: async context => (context.report('working'), { made: (context.input as { size: number }).size }),
          commit: async (tx, _context, result) =>
            void (await tx.run('INSERT INTO test_effects (name) VALUES (?)', [`first ${JSON.stringify(result)}`])),
        }),
        step('second', log, {
          run: async context =>
            void log.lines.push(`saw ${JSON.stringify(context.results['first'])} token ${context.fencingToken}`),
        }),
      ]),
    );
    await tasks.start();
    const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.ordered', { size: 7 })));
    const task = await settled(database, tasks, taskId);
    expect(task.steps.map(({ name, status, error }) => ({ name, status, error }))).toEqual([
      { name: 'first', status: 'completed', error: null },
      { name: 'second', status: 'completed', error: null },
    ]);
    expect(log.lines).toEqual(['saw {"made":7} token 1']);
    expect(log.ends.map(({ outcome }) => outcome)).toEqual(['completed']);
    expect(await database.read.all('SELECT name FROM test_effects')).toEqual([{ name: 'first {"made":7}' }]);
    const events = await tasks.events(database.read, { taskId, limit: 50 });
    expect(events.map(event => event.kind).toReversed()).toEqual([
      'created',
      'step_started',
      'report',
      'step_completed',
      'step_started',
      'step_completed',
      'finished',
    ]);
    const [newest, ...rest] = events;
    expect(await tasks.events(database.read, { taskId, limit: 2, before: newest?.position as number })).toEqual(
      rest.slice(0, 2),
    );
    const told = await database.read.all<{ payload_json: string }>(
      "SELECT payload_json FROM platform_outbox WHERE event_type = 'task.updated' ORDER BY sequence",
    );
    const statuses = told.map(row => (JSON.parse(row.payload_json) as { status: string }).status);
    expect([statuses[0], statuses.at(-1)]).toEqual(['pending', 'completed']);
    await end();
  });

  test('an enqueued task of a transaction that rolled back does not exist', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const tasks = engine();
    tasks.define(definition('test.none', log, [step('a', log)]));
    await database
      .transaction(async tx => (await tasks.enqueue(tx, newTask('test.none')), Promise.reject(new Error('no'))))
      .catch(() => {});
    expect(await database.read.all('SELECT task_id FROM platform_tasks')).toEqual([]);
    await expect(database.transaction(tx => tasks.enqueue(tx, newTask('test.unknown')))).rejects.toThrow(
      'no task is defined',
    );
    await end();
  });

  test('retries with waits while attempts last, then undoes what was begun, latest first', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const tasks = engine();
    tasks.define(
      definition('test.failing', log, [
        step('a', log),
        step('b', log, {
          run: async context => (
            log.lines.push(`run b ${context.attempt}`),
            Promise.reject(Object.assign(new Error('no luck'), { code: 'unlucky' }))
          ),
        }),
        step('c', log),
      ]),
    );
    await tasks.start();
    const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.failing')));
    const task = await settled(database, tasks, taskId);
    expect(log.lines).toEqual(['run a', 'run b 1', 'run b 2', 'run b 3', 'undo b', 'undo a']);
    expect(task.status).toBe('failed');
    expect(task.steps.map(one => one.status)).toEqual(['completed', 'failed', 'skipped']);
    expect(task.steps[1]?.error).toEqual({ code: 'unlucky', message: 'no luck' });
    expect(log.ends.map(({ outcome, error }) => ({ outcome, error }))).toEqual([
      { outcome: 'failed', error: 'unlucky' },
    ]);
    await end();
  });

  test('a permanent error is not retried; a commit that throws is', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const tasks = engine();
    let refusals = 1;
    tasks.define(
      definition('test.permanent', log, [
        step('a', log, { commit: async () => (refusals-- > 0 ? Promise.reject(new Error('not yet')) : undefined) }),
        step('b', log, { run: async () => Promise.reject(new PermanentStepError('impossible', 'it cannot be')) }),
      ]),
    );
    await tasks.start();
    const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.permanent')));
    await settled(database, tasks, taskId);
    expect(log.lines).toEqual(['run a', 'run a', 'undo b', 'undo a']);
    expect(log.ends.map(({ error }) => error)).toEqual(['impossible']);
    await end();
  });

  test('an attempt past its deadline is aborted and counts as failed, also when it does not listen', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const tokens: number[] = [];
    const clock = new TestClock();
    const tasks = engine(clock);
    tasks.define(
      definition('test.hanging', log, [
        step('a', log, {
          deadlineSeconds: 60,
          retry: { ...retry, attemptsMax: 2 },
          run: context => {
            tokens.push(context.fencingToken);
            return new Promise((_resolve, reject) => {
              if (context.attempt === 1)
                context.signal.addEventListener('abort', () => reject(context.signal.reason as Error));
            });
          },
          compensate: async context => void tokens.push(context.fencingToken),
        }),
      ]),
    );
    await tasks.start();
    const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.hanging')));
    await waitFor(async () => {
      await clock.advance(1_000);
      return log.ends.length > 0;
    }, 'both attempts to be given up');
    expect(log.ends.map(({ error }) => error)).toEqual(['deadline_exceeded']);
    // The second attempt never came to rest, so its undoing has a token that outranks it.
    expect(tokens.toSorted((a, b) => a - b)).toEqual(tokens);
    expect(tokens[2]).toBeGreaterThan(tokens[1] as number);
    expect((await tasks.get(database.read, taskId))?.status).toBe('failed');
    await end();
  });

  test('an undoing that fails is tried until it works, and a person is told meanwhile', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const tasks = engine();
    let broken = true;
    tasks.define(
      definition('test.stubborn', log, [
        step('a', log, { compensate: async () => (broken ? Promise.reject(new Error('node is away')) : undefined) }),
        step('b', log, { run: async () => Promise.reject(new PermanentStepError('no', 'no')) }),
      ]),
    );
    await tasks.start();
    const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.stubborn')));
    const raised = await waitFor(async () => (await listAttention(database.read, { limit: 1 }))[0], 'attention');
    expect(raised).toMatchObject({
      kind: 'task.compensation_failing',
      resource: { type: 'task', id: taskId },
      organizationId: 'org_1',
    });
    expect(raised.message).toContain('node is away');
    expect(log.ends).toEqual([]);
    broken = false;
    await settled(database, tasks, taskId);
    expect(await listAttention(database.read, { limit: 1 })).toEqual([]);
    expect(log.ends.map(({ outcome }) => outcome)).toEqual(['failed']);
    await end();
  });

  describe('cancel', () => {
    test('before it began: over at once, nothing ran', async () => {
      const { database, engine, end } = await open();
      const log: Log = { lines: [], ends: [] };
      const tasks = engine();
      tasks.define(definition('test.cancel', log, [step('a', log)]));
      const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.cancel')));
      expect(await database.transaction(tx => tasks.cancel(tx, taskId))).toBe('accepted');
      expect((await tasks.get(database.read, taskId))?.status).toBe('cancelled');
      expect(await database.transaction(tx => tasks.cancel(tx, taskId))).toBe('final');
      await tasks.start();
      const other = await database.transaction(tx => tasks.enqueue(tx, newTask('test.cancel')));
      await settled(database, tasks, other);
      expect(log.lines).toEqual(['run a']);
      expect(log.ends.map(({ outcome }) => outcome)).toEqual(['cancelled', 'completed']);
      await end();
    });

    test.each(['listens', 'finishes all the same'])(
      'while a step runs that %s: it is undone with those before it',
      async manner => {
        const { database, engine, end } = await open();
        const log: Log = { lines: [], ends: [] };
        const tasks = engine();
        let begun = () => {};
        const hasBegun = new Promise<void>(resolve => (begun = resolve));
        tasks.define(
          definition('test.cancel', log, [
            step('a', log),
            step('b', log, {
              run: context =>
                new Promise((resolve, reject) => {
                  context.signal.addEventListener('abort', () =>
                    manner === 'listens' ? reject(new Error('stopped')) : resolve({ made: 1 }),
                  );
                  begun();
                }),
              commit: async () => void log.lines.push('commit b'),
            }),
            step('c', log),
          ]),
        );
        await tasks.start();
        const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.cancel')));
        await hasBegun;
        const during = await database.transaction(async tx => {
          expect(await tasks.cancel(tx, taskId)).toBe('accepted');
          return tasks.get(tx, taskId);
        });
        expect(during?.status).toBe('cancelling');
        const task = await settled(database, tasks, taskId);
        expect(task.status).toBe('cancelled');
        expect(task.steps.map(one => one.status)).toEqual(['completed', 'cancelled', 'cancelled']);
        expect(log.lines).toEqual(['run a', 'undo b', 'undo a']);
        await end();
      },
    );

    test('while it waits to retry: no further attempt', async () => {
      const { database, engine, end } = await open();
      const log: Log = { lines: [], ends: [] };
      const tasks = engine();
      tasks.define(
        definition('test.cancel', log, [
          step('a', log, {
            retry: { attemptsMax: 9, backoffSeconds: 600, backoffSecondsMax: 600 },
            run: async () => (log.lines.push('run a'), Promise.reject(new Error('no'))),
          }),
        ]),
      );
      await tasks.start();
      const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.cancel')));
      await waitFor(async () => (await tasks.events(database.read, { taskId, limit: 1 }))[0]?.kind === 'retry');
      await database.transaction(tx => tasks.cancel(tx, taskId));
      await settled(database, tasks, taskId);
      expect(log.lines).toEqual(['run a', 'undo a']);
      await end();
    });
  });

  test('a stalled worker’s late write is refused, and what it drives can tell by the token', async () => {
    const clock = new TestClock();
    const { database, engine, end } = await openTasks(db, { clock });
    const log: Log = { lines: [], ends: [] };
    // The first worker's own time stands still: it never renews its lease, as a process that was suspended.
    const stalled = engine(new TestClock());
    const healthy = engine(clock);
    let release = () => {};
    const tokens: number[] = [];
    const define = (tasks: TaskEngine, name: string) =>
      tasks.define(
        definition('test.fenced', log, [
          step('a', log, {
            run: async context => {
              tokens.push(context.fencingToken);
              if (name === 'stalled') await new Promise<void>(resolve => (release = resolve));
              return { by: name };
            },
            commit: async () => void log.lines.push(`commit ${name}`),
          }),
        ]),
      );
    define(stalled, 'stalled');
    define(healthy, 'healthy');
    await stalled.start();
    const taskId = await database.transaction(tx => stalled.enqueue(tx, newTask('test.fenced')));
    await waitFor(() => tokens.length === 1);
    await healthy.start();
    await waitFor(async () => {
      await clock.advance(1_000);
      return log.ends.length > 0;
    }, 'the other worker to take over');
    release();
    await stalled.stop();
    expect(log.lines).toEqual(['commit healthy']);
    expect(log.ends.length).toBe(1);
    expect(tokens).toEqual([1, 2]);
    expect(
      await database.read.first('SELECT result_json FROM platform_task_steps WHERE task_id = ?', [taskId]),
    ).toEqual({ result_json: '{"by":"healthy"}' });
    await end();
  });

  test('a long step keeps its lease by heartbeats', async () => {
    const clock = new TestClock();
    const { database, engine, end } = await openTasks(db, { clock });
    const log: Log = { lines: [], ends: [] };
    let release = () => {};
    const define = (tasks: TaskEngine) =>
      tasks.define(
        definition('test.long', log, [
          step('a', log, {
            deadlineSeconds: 600,
            run: () => (log.lines.push('run a'), new Promise(resolve => (release = () => resolve()))),
          }),
        ]),
      );
    const [owner, other] = [engine(clock), engine(clock)];
    define(owner);
    define(other);
    await owner.start();
    await database.transaction(tx => owner.enqueue(tx, newTask('test.long')));
    await waitFor(() => log.lines.length === 1);
    await other.start();
    for (let second = 0; second < 60; second += 1) {
      const { due_at: before } = (await database.read.first<{ due_at: number }>(
        'SELECT due_at FROM platform_tasks',
      )) as { due_at: number };
      await clock.advance(1_000);
      // The worker of the lease gets as long as it needs to extend it; virtual time does not run away from real work.
      if (before - clock.now() <= 10_000) {
        await waitFor(
          async () =>
            ((await database.read.first<{ due_at: number }>('SELECT due_at FROM platform_tasks'))?.due_at ?? 0) >
            before,
          'the lease to be extended',
        );
      }
    }
    expect(log.lines).toEqual(['run a']);
    release();
    await waitFor(() => log.ends.length === 1);
    await end();
  });

  test('two workers never run one step at once, and every task ends once', async () => {
    const { database, store, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const second = db.dialect === 'postgres' ? store.connect(systemClock) : database;
    const busy = new Set<string>();
    const workers = [engine(), engine(systemClock, second)];
    const work = async (context: StepContext<object>) => {
      expect(busy.has(context.taskId)).toBe(false);
      busy.add(context.taskId);
      await new Promise(resolve => setTimeout(resolve, 2));
      log.lines.push(`${context.taskId} ${Object.values(context.results).filter(Boolean).length}`);
      busy.delete(context.taskId);
      return {};
    };
    for (const worker of workers) {
      worker.define(
        definition('test.shared', log, [
          step('a', log, { run: work }),
          step('b', log, { run: work }),
          step('c', log, { run: work }),
        ]),
      );
      await worker.start();
    }
    const TASKS = 20;
    const first = workers[0] as TaskEngine;
    const ids = await Promise.all(
      Array.from({ length: TASKS }, () => database.transaction(tx => first.enqueue(tx, newTask('test.shared')))),
    );
    await waitFor(() => log.ends.length === TASKS, 'all tasks to end');
    expect(log.lines.toSorted()).toEqual(ids.flatMap(id => [0, 1, 2].map(done => `${id} ${done}`)).toSorted());
    expect(log.ends.every(({ outcome }) => outcome === 'completed')).toBe(true);
    for (const worker of workers) await worker.stop();
    if (second !== database) await (second as { close(): Promise<void> } & Database).close();
    await end();
  });

  test('a shutdown stops the step and hands the lease back; the next worker goes on at once and no attempt is lost', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const define = (tasks: TaskEngine, hang: boolean) =>
      tasks.define(
        definition('test.handover', log, [
          step('a', log, {
            retry: { ...retry, attemptsMax: 1 },
            run: context => {
              log.lines.push(`attempt ${context.attempt}`);
              return hang
                ? new Promise((_resolve, reject) =>
                    context.signal.addEventListener('abort', () => reject(new Error('stopped'))),
                  )
                : Promise.resolve();
            },
          }),
        ]),
      );
    const [old, young] = [engine(), engine()];
    define(old, true);
    define(young, false);
    await old.start();
    const taskId = await database.transaction(tx => old.enqueue(tx, newTask('test.handover')));
    await waitFor(() => log.lines.length === 1);
    await old.stop();
    expect(await database.read.first('SELECT lease_owner FROM platform_tasks')).toEqual({ lease_owner: null });
    await young.start();
    const task = await settled(database, young, taskId);
    expect(task.status).toBe('completed');
    expect(log.lines).toEqual(['attempt 1', 'attempt 1']);
    await end();
  });

  test('when the end itself cannot be written, a person is told and the task comes back', async () => {
    const clock = new TestClock();
    const { database, engine, end } = await openTasks(db, { clock });
    const log: Log = { lines: [], ends: [] };
    const tasks = engine(clock);
    let broken = true;
    tasks.define({
      ...definition('test.stuck', log, [
        step('a', log, { run: async () => Promise.reject(new PermanentStepError('no', 'no')) }),
      ]),
      finished: async (_tx, { outcome }) =>
        broken ? Promise.reject(new Error('ledger is upset')) : void log.lines.push(outcome),
    });
    await tasks.start();
    await database.transaction(tx => tasks.enqueue(tx, newTask('test.stuck')));
    const raised = await waitFor(async () => (await listAttention(database.read, { limit: 1 }))[0], 'attention');
    expect(raised).toMatchObject({ kind: 'task.stuck', message: expect.stringContaining('ledger is upset') as string });
    broken = false;
    await waitFor(async () => {
      await clock.advance(1_000);
      return log.lines.includes('failed');
    }, 'the task to come back');
    expect(log.lines).toEqual(['undo a', 'failed']);
    expect(await listAttention(database.read, { limit: 1 })).toEqual([]);
    await end();
  });

  test('a clock set back an hour does not put waiting tasks to sleep', async () => {
    const clock = new TestClock();
    const { database, engine, end } = await openTasks(db, { clock });
    const log: Log = { lines: [], ends: [] };
    const tasks = engine(clock);
    tasks.define(definition('test.back', log, [step('a', log)]));
    await database.transaction(tx => tasks.enqueue(tx, newTask('test.back')));
    clock.set(clock.now() - 3_600_000);
    await tasks.start();
    await waitFor(() => log.ends.length === 1);
    await end();
  });

  test('a step reports more than is kept: the rest is counted', async () => {
    const { database, engine, end } = await open();
    const log: Log = { lines: [], ends: [] };
    const tasks = engine();
    tasks.define(
      definition('test.chatty', log, [
        step('a', log, {
          run: async context => {
            for (let line = 0; line < 1_500; line += 1) context.report(`line ${line}`);
          },
        }),
      ]),
    );
    await tasks.start();
    const taskId = await database.transaction(tx => tasks.enqueue(tx, newTask('test.chatty')));
    await settled(database, tasks, taskId);
    const reports = (await tasks.events(database.read, { taskId, limit: 5_000 }))
      .filter(event => event.kind === 'report')
      .toReversed();
    expect(reports.length).toBe(1_001);
    expect(reports.slice(0, 2).map(event => event.message)).toEqual(['line 0', 'line 1']);
    expect(reports.at(-1)?.message).toBe('(500 further lines were not kept)');
    await end();
  });

  test('expects what history shows', async () => {
    const { database, engine, end } = await open();
    const tasks = engine();
    const insert = (id: number, seconds: number) =>
      database.transaction(tx =>
        tx.run(
          `INSERT INTO platform_tasks (task_id, kind, status, resource_type, resource_id, correlation_id, input_json, created_at, updated_at, finished_at)
           VALUES (?, 'test.timed', 'completed', 'test', 'r', 'c', '{}', ?, ?, ?)`,
          [`task_${id}`, tx.now, tx.now, tx.now + seconds * 1000],
        ),
      );
    await insert(1, 10);
    await insert(2, 20);
    expect(await tasks.expectedSeconds(database.read, 'test.timed')).toBeNull();
    for (let id = 3; id <= 10; id += 1) await insert(id, id * 10);
    expect(await tasks.expectedSeconds(database.read, 'test.timed')).toEqual({ p50: 50, p95: 100 });
    await end();
  });

  test('whatever steps do and whenever somebody cancels: one end, and exactly what was begun is undone in reverse', async () => {
    const { database, engine, end } = await open();
    const tasks = engine();
    const runs = new Map<string, { begun: string[]; undone: string[]; ends: string[] }>();
    const of = (context: { resource: { id: string } }) =>
      runs.get(context.resource.id) as { begun: string[]; undone: string[]; ends: string[] };
    const names = ['a', 'b', 'c'];
    type Plan = { failures: number; permanent: boolean; undoFailures: number; slow: boolean };
    const plan = (context: StepContext<object>, place: number) =>
      (context.input as { plans: Plan[] }).plans[place] as Plan;
    tasks.define({
      kind: 'test.any',
      steps: names.map((name, place) => ({
        name,
        deadlineSeconds: 30,
        retry: { attemptsMax: 2, backoffSeconds: 0.001, backoffSecondsMax: 0.002 },
        async run(context) {
          const { begun } = of(context);
          if (!begun.includes(name)) begun.push(name);
          const { failures, permanent, slow } = plan(context, place);
          if (slow) await new Promise(resolve => setTimeout(resolve, 3));
          if (context.attempt <= failures)
            throw permanent ? new PermanentStepError('no', 'no') : new Error('once more');
        },
        async compensate(context) {
          if (context.attempt <= plan(context, place).undoFailures) throw new Error('not undone yet');
          of(context).undone.push(name);
        },
      })),
      finished: async (tx, { task, outcome }) => tx.afterCommit(() => of(task).ends.push(outcome)),
    });
    await tasks.start();
    const planned = fc.record({
      failures: fc.constantFrom(0, 0, 0, 1, 2),
      permanent: fc.boolean(),
      undoFailures: fc.integer({ min: 0, max: 2 }),
      slow: fc.boolean(),
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(planned, planned, planned),
        fc.option(fc.integer({ min: 0, max: 8 })),
        async (plans, cancelAfter) => {
          const id = `any_${(number += 1)}`;
          const run = { begun: [] as string[], undone: [] as string[], ends: [] as string[] };
          runs.set(id, run);
          const taskId = await database.transaction(tx =>
            tasks.enqueue(tx, { ...newTask('test.any', { plans }), resource: { type: 'test', id } }),
          );
          if (cancelAfter !== null) {
            await new Promise(resolve => setTimeout(resolve, cancelAfter));
            await database.transaction(tx => tasks.cancel(tx, taskId));
          }
          const task = await settled(database, tasks, taskId);
          expect(run.ends).toEqual([task.status]);
          expect(run.begun).toEqual(names.slice(0, run.begun.length));
          expect(run.undone).toEqual(task.status === 'completed' ? [] : run.begun.toReversed());
          const fails = plans.some(({ failures, permanent }) => failures === 2 || (failures === 1 && permanent));
          if (cancelAfter === null) expect(task.status).toBe(fails ? 'failed' : 'completed');
        },
      ),
      { numRuns: db.dialect === 'sqlite' ? 60 : 25 },
    );
    await end();
  });
});
