/**
 * Tasks: work that survives. A task is rows (task, steps, events). A worker claims a due task by a lease, runs one step outside any transaction, then commits the
 * step's result, its domain effect and the beginning of the next step together, provided its lease still carries the newest fencing token. A crash
 * anywhere leaves a lease that runs out (or, where the process is alone on its database, is taken back at the start), and the step that had not
 * committed runs again. Failing or cancelling turns back: every step that was begun is compensated, latest first, until that succeeds.
 *
 * Wake-ups after commit make it quick, the poll makes it certain. Each change is an outbox event `task.updated`.
 */
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import { attentionRef, clockRef, databaseRef, outboxRef, tasksRef } from '@portico/plugin-kit/backend';
import { TaskEngine } from './task-engine';
import { taskMigrations } from './task-tables';

export const tasksServiceFactory = createServiceFactory({
  service: tasksRef,
  deps: {
    database: databaseRef,
    clock: clockRef,
    outbox: outboxRef,
    attention: attentionRef,
    logger: coreServices.rootLogger,
    lifecycle: coreServices.rootLifecycle,
  },
  async factory({ database, clock, outbox, attention, logger, lifecycle }) {
    await database.migrate('platform_tasks', taskMigrations);
    const engine = new TaskEngine({ database, clock, outbox, attention, logger, alone: database.dialect === 'sqlite' });
    lifecycle.addStartupHook(() => engine.start());
    lifecycle.addBeforeShutdownHook(() => engine.stop());
    return engine;
  },
});
