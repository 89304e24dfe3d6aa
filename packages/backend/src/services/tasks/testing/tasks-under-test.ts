import type { Clock, Database, NewTask, TaskDefinition, TaskRecord, TaskStep } from '@portico/plugin-kit/backend';
import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { DatabaseUnderTest } from '@portico/plugin-kit/testing';
import { attention, attentionMigrations } from '../../attention/attention-service';
import { systemClock } from '../../clock/system-clock';
import { DatabaseOutbox } from '../../outbox/outbox';
import { outboxMigrations } from '../../outbox/outbox-tables';
import { TaskEngine } from '../task-engine';
import { taskMigrations } from '../task-tables';

const logger = { warn: () => {} };
export const retry = { attemptsMax: 3, backoffSeconds: 0.01, backoffSecondsMax: 0.02 };

export interface Log {
  readonly lines: string[];
  readonly ends: { outcome: string; error: string | null; record: TaskRecord }[];
}

export function newTask(kind: string, input: object = {}): NewTask {
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
export function step(name: string, log: Log, more: Partial<TaskStep<object>> = {}): TaskStep<object> {
  return {
    name,
    deadlineSeconds: 30,
    retry,
    run: async () => void log.lines.push(`run ${name}`),
    compensate: async () => void log.lines.push(`undo ${name}`),
    ...more,
  };
}

export function definition(kind: string, log: Log, steps: readonly TaskStep<object>[]): TaskDefinition<object> {
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

export async function openTasks(db: DatabaseUnderTest, options: { clock?: TestClock } = {}) {
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
export class RunningClock extends TestClock {
  override now(): number {
    return Date.now();
  }
}
/** Waits until the task is over, whichever way, and gives it. */
export function settled(database: Database, engine: TaskEngine, taskId: string) {
  return waitFor(async () => {
    const task = await engine.get(database.read, taskId);
    return task !== undefined && ['completed', 'failed', 'cancelled'].includes(task.status) && task;
  }, `${taskId} to end`);
}
