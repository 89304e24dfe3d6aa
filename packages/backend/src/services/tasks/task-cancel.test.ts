import fc from 'fast-check';
import { PermanentStepError } from '@portico/plugin-kit/backend';
import type { StepContext } from '@portico/plugin-kit/backend';
import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import { definition, newTask, openTasks, RunningClock, settled, step } from './testing/tasks-under-test';
import type { Log } from './testing/tasks-under-test';

eachDatabase(db => {
  const open = () => openTasks(db, { clock: new RunningClock() });

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
