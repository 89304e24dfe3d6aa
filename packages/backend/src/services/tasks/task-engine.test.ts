import { PermanentStepError } from '@portico/plugin-kit/backend';
import { eachDatabase, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { listAttention } from '../attention/attention-service';
import { definition, newTask, openTasks, retry, RunningClock, settled, step } from './testing/tasks-under-test';
import type { Log } from './testing/tasks-under-test';

eachDatabase(db => {
  const open = () => openTasks(db, { clock: new RunningClock() });

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
});
