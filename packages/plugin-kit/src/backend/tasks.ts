import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Queries, Transaction } from './database';

/**
 * Durable tasks. A task is rows: task, steps, events. A worker claims it by lease, runs one step, and commits the step's result, its domain effect
 * (`commit`) and the next step together, all under the lease's fencing token: a worker that lost its lease cannot write. A crash
 * anywhere resumes at the step that had not committed, so `run` must be idempotent against the outside world.
 */
export interface Tasks {
  define<Input extends object>(definition: TaskDefinition<Input>): void;
  /** Returns the task's id. Work begins after commit. */
  enqueue(tx: Transaction, task: NewTask): Promise<string>;
  /** Asks a task to stop: the running step is aborted, what is done is compensated in reverse. `final` when it is over already. */
  cancel(tx: Transaction, taskId: string): Promise<'accepted' | 'final'>;
  get(queries: Queries, taskId: string): Promise<TaskRecord | undefined>;
  /** Newest first, keyset by `before`. */
  events(queries: Queries, options: { taskId: string; before?: number; limit: number }): Promise<readonly TaskEvent[]>;
  /** Median and 95th percentile of completed tasks of that kind, in seconds; null with too little history. */
  expectedSeconds(queries: Queries, kind: string): Promise<{ p50: number; p95: number } | null>;
}

export const tasksRef = createServiceRef<Tasks>({ id: 'portico.tasks', scope: 'root' });

export interface NewTask {
  readonly kind: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly userId: string | null;
  readonly correlationId: string;
  readonly input: object;
}

export interface TaskDefinition<Input extends object> {
  readonly kind: string;
  readonly steps: readonly TaskStep<Input>[];
  /** In the transaction that ends the task, after compensation. `error` is that of the step that failed. */
  finished(
    tx: Transaction,
    end: { task: TaskRecord; input: Input; outcome: 'completed' | 'failed' | 'cancelled'; error: TaskError | null },
  ): Promise<void>;
}

export interface TaskStep<Input extends object> {
  readonly name: string;
  /** One attempt may take so long; then its signal aborts and it counts as failed. */
  readonly deadlineSeconds: number;
  readonly retry: { readonly attemptsMax: number; readonly backoffSeconds: number; readonly backoffSecondsMax: number };
  /** The effect on the outside world, without an open transaction. What it returns is kept as the step's result. */
  run(context: StepContext<Input>): Promise<object | void>;
  /** The effect on our own tables, in the transaction that completes the step. */
  commit?(tx: Transaction, context: StepContext<Input>, result: object | void): Promise<void>;
  /** Undoes `run` as far as it got (it may never have run). Retried until it succeeds; attention is raised meanwhile. */
  compensate?(context: StepContext<Input>): Promise<void>;
}

export interface StepContext<Input extends object> {
  readonly taskId: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly correlationId: string;
  readonly input: Input;
  /** Results of the steps before, by name. */
  readonly results: Readonly<Record<string, object | undefined>>;
  readonly attempt: number;
  /** Grows with every lease of this task. Pass it to whatever can refuse an older one. */
  readonly fencingToken: number;
  /** Aborts on deadline, cancel, lost lease and shutdown. */
  readonly signal: AbortSignal;
  /** Adds a line to the task's events; written in batches. */
  report(message: string): void;
}

export type TaskStatus = 'pending' | 'running' | 'cancelling' | 'completed' | 'failed' | 'cancelled';
export type StepStatus = 'pending' | 'active' | 'completed' | 'failed' | 'skipped' | 'cancelled';

export interface TaskError {
  readonly code: string;
  readonly message: string;
}

export interface TaskRecord extends NewTask {
  readonly taskId: string;
  readonly status: TaskStatus;
  readonly steps: readonly {
    name: string;
    status: StepStatus;
    startedAt: number | null;
    finishedAt: number | null;
    error: TaskError | null;
  }[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface TaskEvent {
  readonly position: number;
  readonly at: number;
  readonly step: string | null;
  readonly kind:
    | 'created'
    | 'step_started'
    | 'step_completed'
    | 'step_failed'
    | 'retry'
    | 'report'
    | 'cancel_requested'
    | 'compensated'
    | 'finished';
  readonly message: string;
}

/** A step throws it to say that no retry will help; any other error is retried while attempts last. */
export class PermanentStepError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'PermanentStepError';
  }
}
