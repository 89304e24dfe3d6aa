import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PermanentStepError } from '@portico/plugin-kit/backend';
import type { TaskDefinition } from '@portico/plugin-kit/backend';

/**
 * Three steps, each of which makes one file in the outside world (looking before it creates, as steps must) and one row of ours; with `fails` the last
 * one refuses and all is undone. `reach` is told every point it passes.
 */
export function crashTask(world: string, reach: (point: string) => void): TaskDefinition<{ fails: boolean }> {
  return {
    kind: 'test.crash',
    steps: ['a', 'b', 'c'].map(name => ({
      name,
      deadlineSeconds: 30,
      // One attempt: a crash must not count as one.
      retry: { attemptsMax: 1, backoffSeconds: 0.01, backoffSecondsMax: 0.01 },
      async run(context) {
        reach(`run:${name}:before`);
        const file = path.join(world, `${context.taskId}.${name}`);
        if (!existsSync(file)) writeFileSync(file, '');
        reach(`run:${name}:after`);
        if (name === 'c' && context.input.fails) throw new PermanentStepError('refused', 'the last step refuses');
        return { file };
      },
      async commit(tx, context) {
        await tx.run('INSERT INTO test_effects (task_id, effect) VALUES (?, ?)', [context.taskId, name]);
        reach(`commit:${name}`);
      },
      async compensate(context) {
        reach(`undo:${name}:before`);
        rmSync(path.join(world, `${context.taskId}.${name}`), { force: true });
        reach(`undo:${name}:after`);
      },
    })),
    async finished(tx, { task, outcome }) {
      await tx.run('INSERT INTO test_effects (task_id, effect) VALUES (?, ?)', [task.taskId, outcome]);
      reach('finished');
    },
  };
}
