/**
 * A worker in a process of its own that kills itself at one point of a task. Arguments: the database's location (JSON), a folder that is the outside
 * world, and where to die: `run:b:before`, `run:b:after`, `commit:b`, `undo:b:before`, `undo:b:after`, `finished`, or `never`.
 */
import type { DatabaseLocation } from '../database/open-database';
import { openDatabase } from '../database/open-database';
import { attention, attentionMigrations } from '../attention/attention-service';
import { systemClock } from '../clock/system-clock';
import { DatabaseOutbox } from '../outbox/outbox';
import { outboxMigrations } from '../outbox/outbox-tables';
import { crashTask } from './crash-task.fixture';
import { TaskEngine } from './task-engine';
import { taskMigrations } from './task-tables';

async function work(location: DatabaseLocation, world: string, dieAt: string): Promise<void> {
  const database = openDatabase(location, systemClock);
  await database.migrate('platform_outbox', outboxMigrations);
  await database.migrate('platform_attention', attentionMigrations);
  await database.migrate('platform_tasks', taskMigrations);
  await database.transaction(tx => tx.run('CREATE TABLE IF NOT EXISTS test_effects (task_id text, effect text)'));
  const logger = { warn: (message: string) => process.stderr.write(`${message}\n`) };
  const outbox = new DatabaseOutbox({ database, clock: systemClock, attention, logger });
  const engine = new TaskEngine({ database, clock: systemClock, outbox, attention, logger, alone: true });
  engine.define(
    crashTask(world, point => {
      if (point === dieAt) process.kill(process.pid, 'SIGKILL');
    }),
  );
  await engine.start();
  const fails = dieAt.startsWith('undo');
  await database.transaction(tx =>
    engine.enqueue(tx, {
      kind: 'test.crash',
      resource: { type: 'test', id: 'res' },
      organizationId: null,
      projectId: null,
      userId: null,
      correlationId: 'corr',
      input: { fails },
    }),
  );
}

const [location, world, dieAt] = process.argv.slice(2) as [string, string, string];
void work(JSON.parse(location) as DatabaseLocation, world, dieAt);
