import { PermanentStepError } from '@portico/plugin-kit/backend';
import type { Database, StepContext } from '@portico/plugin-kit/backend';
import { eachDatabase, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { listAttention } from '../attention/attention-service';
import { systemClock } from '../clock/system-clock';
import type { TaskEngine } from './task-engine';
import { definition, newTask, openTasks, retry, RunningClock, settled, step } from './testing/tasks-under-test';
import type { Log } from './testing/tasks-under-test';

eachDatabase(db => {
  const open = () => openTasks(db, { clock: new RunningClock() });

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
});
