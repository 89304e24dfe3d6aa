import { placeholders } from '@portico/plugin-kit/backend';
import type { Outbox, Queries, TaskEvent, Transaction } from '@portico/plugin-kit/backend';
import type { StepRow, TaskRow } from './task-tables';

/** What a worker knows itself by when it writes: another worker's claim makes it void. */
export interface Lease {
  readonly taskId: string;
  readonly owner: string;
  readonly token: number;
}

/** Another worker has the task now; nothing this one writes is accepted any more. */
export class LeaseLostError extends Error {
  constructor(lease: Lease) {
    super(`the lease on ${lease.taskId} (token ${lease.token}) is lost`);
    this.name = 'LeaseLostError';
  }
}

export interface TaskState {
  readonly task: TaskRow;
  readonly steps: StepRow[];
}

/** Longest line kept of a report or an error. */
export const MESSAGE_CHARACTERS_MAX = 2_000;
/**
 * No lease and no retry is set further ahead than this. A task that seems to be due later was written before the clock was set back, and is due
 * now: the worst that follows is an early retry.
 */
export const DUE_AHEAD_MILLISECONDS_MAX = 15 * 60 * 1000;

const TASK_COLUMNS = [
  'status',
  'outcome',
  'cancel_requested',
  'due_at',
  'lease_owner',
  'fencing_token',
  'error_code',
  'error_message',
  'updated_at',
  'finished_at',
] as const;
const STEP_COLUMNS = [
  'status',
  'attempt',
  'failures',
  'compensated',
  'compensation_failures',
  'result_json',
  'error_code',
  'error_message',
  'started_at',
  'finished_at',
] as const;
const SAVE_TASK = `UPDATE platform_tasks SET ${TASK_COLUMNS.map(column => `${column} = ?`).join(', ')} WHERE task_id = ?`;
const SAVE_STEP = `UPDATE platform_task_steps SET ${STEP_COLUMNS.map(column => `${column} = ?`).join(', ')} WHERE task_id = ? AND place = ?`;
const NEW_TASK_COLUMNS = [
  'task_id',
  'kind',
  'status',
  'resource_type',
  'resource_id',
  'organization_id',
  'project_id',
  'user_id',
  'correlation_id',
  'input_json',
  'due_at',
  'created_at',
  'updated_at',
] as const;

export async function insertTask(
  tx: Transaction,
  task: Pick<TaskRow, (typeof NEW_TASK_COLUMNS)[number]>,
  stepNames: readonly string[],
): Promise<void> {
  await tx.run(
    `INSERT INTO platform_tasks (${NEW_TASK_COLUMNS.join(', ')}) VALUES (${placeholders(NEW_TASK_COLUMNS.length)})`,
    NEW_TASK_COLUMNS.map(column => task[column]),
  );
  await tx.run(
    `INSERT INTO platform_task_steps (task_id, place, name, status, attempt, failures, compensated, compensation_failures)
     VALUES ${stepNames.map(() => "(?, ?, ?, 'pending', 0, 0, 0, 0)").join(', ')}`,
    stepNames.flatMap((name, place) => [task.task_id, place, name]),
  );
}

export async function readTask(queries: Queries, taskId: string): Promise<TaskState | undefined> {
  const task = await queries.first<TaskRow>('SELECT * FROM platform_tasks WHERE task_id = ?', [taskId]);
  return task === undefined ? undefined : { task, steps: await readSteps(queries, taskId) };
}

/** The task with its row locked, for whoever changes it without a lease. */
export async function lockTask(tx: Transaction, taskId: string): Promise<TaskState | undefined> {
  const task = await tx.first<TaskRow>(`SELECT * FROM platform_tasks WHERE task_id = ?${tx.forUpdate}`, [taskId]);
  return task === undefined ? undefined : { task, steps: await readSteps(tx, taskId) };
}

/** The task with its row locked, as long as the lease is good. Everything a worker writes goes through here: this is the fence. */
export async function lockLeased(tx: Transaction, lease: Lease): Promise<TaskState> {
  const task = await tx.first<TaskRow>(
    `SELECT * FROM platform_tasks WHERE task_id = ? AND lease_owner = ? AND fencing_token = ?${tx.forUpdate}`,
    [lease.taskId, lease.owner, lease.token],
  );
  if (task === undefined) throw new LeaseLostError(lease);
  return { task, steps: await readSteps(tx, lease.taskId) };
}

function readSteps(queries: Queries, taskId: string): Promise<StepRow[]> {
  return queries.all<StepRow>('SELECT * FROM platform_task_steps WHERE task_id = ? ORDER BY place', [taskId]);
}

export async function saveTask(tx: Transaction, { task, steps }: TaskState): Promise<void> {
  task.updated_at = tx.now;
  await tx.run(SAVE_TASK, [...TASK_COLUMNS.map(column => task[column]), task.task_id]);
  for (const step of steps)
    await tx.run(SAVE_STEP, [...STEP_COLUMNS.map(column => step[column]), step.task_id, step.place]);
}

/** Takes the task that is due longest, in one statement; on PostgreSQL workers pass over what another is taking. */
export function claim(
  tx: Transaction,
  options: { owner: string; leaseUntil: number; kinds: readonly string[] },
): Promise<TaskRow | undefined> {
  return tx.first<TaskRow>(
    `UPDATE platform_tasks
     SET lease_owner = ?, due_at = ?, fencing_token = fencing_token + 1, status = CASE status WHEN 'pending' THEN 'running' ELSE status END, updated_at = ?
     WHERE task_id = (
       SELECT task_id FROM platform_tasks
       WHERE (due_at <= ? OR due_at > ?) AND kind IN (${placeholders(options.kinds.length)})
       ORDER BY due_at, task_id LIMIT 1${tx.dialect === 'postgres' ? ' FOR UPDATE SKIP LOCKED' : ''}
     )
     RETURNING *`,
    [options.owner, options.leaseUntil, tx.now, tx.now, tx.now + DUE_AHEAD_MILLISECONDS_MAX, ...options.kinds],
  );
}

/** Extends a lease. Undefined when it is lost, else whether the task was asked to stop. */
export async function extendLease(
  tx: Transaction,
  lease: Lease,
  until: number,
): Promise<{ cancelRequested: boolean } | undefined> {
  const row = await tx.first<{ cancel_requested: number }>(
    'UPDATE platform_tasks SET due_at = ? WHERE task_id = ? AND lease_owner = ? AND fencing_token = ? RETURNING cancel_requested',
    [until, lease.taskId, lease.owner, lease.token],
  );
  return row === undefined ? undefined : { cancelRequested: row.cancel_requested === 1 };
}

/** For a process that knows it is alone: whatever is leased was leased by one that is dead. */
export function reclaimAll(tx: Transaction): Promise<number> {
  return tx.run('UPDATE platform_tasks SET due_at = ?, lease_owner = NULL WHERE lease_owner IS NOT NULL', [tx.now]);
}

export async function nextDueAt(queries: Queries): Promise<number | null> {
  const row = await queries.first<{ due_at: number | null }>(
    'SELECT min(due_at) AS due_at FROM platform_tasks WHERE due_at IS NOT NULL',
  );
  return row?.due_at ?? null;
}

export type NewTaskEvent = Omit<TaskEvent, 'position'>;

export async function insertEvents(tx: Transaction, taskId: string, events: readonly NewTaskEvent[]): Promise<void> {
  for (const event of events) {
    await tx.run('INSERT INTO platform_task_events (task_id, at, step, kind, message) VALUES (?, ?, ?, ?, ?)', [
      taskId,
      event.at,
      event.step,
      event.kind,
      event.message.slice(0, MESSAGE_CHARACTERS_MAX),
    ]);
  }
}

export function readEvents(
  queries: Queries,
  options: { taskId: string; before?: number; limit: number },
): Promise<TaskEvent[]> {
  return queries.all<TaskEvent>(
    'SELECT position, at, step, kind, message FROM platform_task_events WHERE task_id = ? AND position < ? ORDER BY position DESC LIMIT ?',
    [options.taskId, options.before ?? Number.MAX_SAFE_INTEGER, options.limit],
  );
}

/** How long the latest completed tasks of a kind took, in milliseconds. */
export async function readDurations(queries: Queries, kind: string, limit: number): Promise<number[]> {
  const rows = await queries.all<{ duration: number }>(
    "SELECT finished_at - created_at AS duration FROM platform_tasks WHERE kind = ? AND status = 'completed' ORDER BY finished_at DESC LIMIT ?",
    [kind, limit],
  );
  return rows.map(row => row.duration);
}

/** Tells pages that show the task. */
export function announce(tx: Transaction, outbox: Outbox, task: TaskRow): Promise<void> {
  return outbox.append(tx, {
    eventType: 'task.updated',
    correlationId: task.correlation_id,
    organizationId: task.organization_id,
    resource: { type: 'task', id: task.task_id },
    payload: {
      task_id: task.task_id,
      project_id: task.project_id,
      kind: task.kind,
      status: task.status,
      resource: { type: task.resource_type, id: task.resource_id },
    },
  });
}
