import type { Migration, TaskError, TaskRecord, TaskStatus, StepStatus } from '@portico/plugin-kit/backend';

/**
 * `due_at` is when the task may be claimed next: at once after enqueueing, later while it waits to retry, at the end of the lease while a worker holds
 * it (so an expired lease is simply due), null when it is over. `fencing_token` counts the claims.
 */
export const taskMigrations: readonly Migration[] = [
  {
    name: '0001_tasks',
    async up(knex) {
      await knex.schema.createTable('platform_tasks', table => {
        table.string('task_id', 64).primary();
        table.string('kind', 100).notNullable();
        table.string('status', 16).notNullable();
        table.string('outcome', 16);
        table.string('resource_type', 64).notNullable();
        table.string('resource_id', 128).notNullable();
        table.string('organization_id', 64);
        table.string('project_id', 64);
        table.string('user_id', 64);
        table.string('correlation_id', 128).notNullable();
        table.text('input_json').notNullable();
        table.integer('cancel_requested').notNullable().defaultTo(0);
        table.bigInteger('due_at');
        table.string('lease_owner', 64);
        table.bigInteger('fencing_token').notNullable().defaultTo(0);
        table.string('error_code', 100);
        table.text('error_message');
        table.bigInteger('created_at').notNullable();
        table.bigInteger('updated_at').notNullable();
        table.bigInteger('finished_at');
        table.index(['resource_type', 'resource_id']);
        table.index(['kind', 'status', 'finished_at']);
      });
      await knex.schema.raw(
        'CREATE INDEX platform_tasks_due ON platform_tasks (due_at, task_id) WHERE due_at IS NOT NULL',
      );
      await knex.schema.raw(
        'CREATE INDEX platform_tasks_leased ON platform_tasks (lease_owner) WHERE lease_owner IS NOT NULL',
      );
      await knex.schema.createTable('platform_task_steps', table => {
        table.string('task_id', 64).notNullable();
        table.integer('place').notNullable();
        table.string('name', 100).notNullable();
        table.string('status', 16).notNullable();
        table.integer('attempt').notNullable();
        table.integer('failures').notNullable();
        table.integer('compensated').notNullable();
        table.integer('compensation_failures').notNullable();
        table.text('result_json');
        table.string('error_code', 100);
        table.text('error_message');
        table.bigInteger('started_at');
        table.bigInteger('finished_at');
        table.primary(['task_id', 'place']);
      });
      await knex.schema.createTable('platform_task_events', table => {
        table.bigIncrements('position');
        table.string('task_id', 64).notNullable();
        table.bigInteger('at').notNullable();
        table.string('step', 100);
        table.string('kind', 32).notNullable();
        table.text('message').notNullable();
        table.index(['task_id', 'position']);
      });
    },
  },
];

export interface TaskRow {
  task_id: string;
  kind: string;
  status: TaskStatus;
  /** How it will end, once that is decided: while it compensates. */
  outcome: 'failed' | 'cancelled' | 'completed' | null;
  resource_type: string;
  resource_id: string;
  organization_id: string | null;
  project_id: string | null;
  user_id: string | null;
  correlation_id: string;
  input_json: string;
  cancel_requested: 0 | 1;
  due_at: number | null;
  lease_owner: string | null;
  fencing_token: number;
  error_code: string | null;
  error_message: string | null;
  created_at: number;
  updated_at: number;
  finished_at: number | null;
}

export interface StepRow {
  task_id: string;
  place: number;
  name: string;
  status: StepStatus;
  /** How often it was begun, crashes included; `failures` are the attempts that ended in an error. */
  attempt: number;
  failures: number;
  compensated: 0 | 1;
  compensation_failures: number;
  result_json: string | null;
  error_code: string | null;
  error_message: string | null;
  started_at: number | null;
  finished_at: number | null;
}

export function errorOf(row: { error_code: string | null; error_message: string | null }): TaskError | null {
  return row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' };
}

export function toRecord(task: TaskRow, steps: readonly StepRow[]): TaskRecord {
  return {
    taskId: task.task_id,
    kind: task.kind,
    status: task.status,
    resource: { type: task.resource_type, id: task.resource_id },
    organizationId: task.organization_id,
    projectId: task.project_id,
    userId: task.user_id,
    correlationId: task.correlation_id,
    input: JSON.parse(task.input_json) as object,
    steps: steps.map(step => ({
      name: step.name,
      status: step.status,
      startedAt: step.started_at,
      finishedAt: step.finished_at,
      error: errorOf(step),
    })),
    createdAt: task.created_at,
    updatedAt: task.updated_at,
  };
}
