import type { LoggerService } from '@backstage/backend-plugin-api';
import { PermanentStepError } from '@portico/plugin-kit/backend';
import type {
  Attention,
  Clock,
  Database,
  Outbox,
  StepContext,
  TaskDefinition,
  TaskError,
  TaskStep,
  Transaction,
} from '@portico/plugin-kit/backend';
import { StepAttempt } from './step-attempt';
import type { AbortReason, AttemptEnd } from './step-attempt';
import { backoffMilliseconds, nextMove, turnBack } from './task-progress';
import { announce, insertEvents, LeaseLostError, lockLeased, MESSAGE_CHARACTERS_MAX, saveTask } from './task-store';
import type { Lease, NewTaskEvent, TaskState } from './task-store';
import { errorOf, toRecord } from './task-tables';
import type { StepRow } from './task-tables';

/** Lines a step may report between two writes; further ones are counted and dropped. */
const REPORTS_BUFFERED_MAX = 1_000;
/** A compensation that failed this often is told to a person, and goes on being tried. */
const COMPENSATION_FAILURES_BEFORE_ATTENTION = 2;
/** A step that was begun so often beyond its failures takes the process down with it each time; it is failed instead of tried for ever. */
const CRASHES_MAX = 20;
/** Waits between attempts to write while the database is away; what the step did is kept meanwhile. */
const WRITE_RETRY_MILLISECONDS = 200;
const WRITE_RETRY_MILLISECONDS_MAX = 5_000;
/** When `finished` itself fails there is no step to blame: the task comes back after this long. */
const STUCK_SECONDS = { backoffSeconds: 5, backoffSecondsMax: 60 };
const COMPENSATION_ATTENTION = 'task.compensation_failing';
const STUCK_ATTENTION = 'task.stuck';

export interface ExecutionServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly outbox: Outbox;
  readonly attention: Attention;
  readonly logger: Pick<LoggerService, 'warn'>;
  readonly random: () => number;
  /** Lines wait to be written. */
  readonly onReport: () => void;
}

type Definition = TaskDefinition<object>;
/** What the worker does next outside a transaction; `leave` when it has nothing more to do with the task. */
type Next =
  | { readonly kind: 'leave' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'run' | 'compensate'; readonly step: StepRow; readonly state: TaskState };
/** Decides in the transaction: go on, or hand the lease back until an instant. */
type Change = (tx: Transaction, state: TaskState) => Promise<{ backAt: number } | void> | { backAt: number } | void;
const nothing: Change = () => {};

/** One claimed task on one worker: from the claim until it ends, waits or is lost. All writes pass the fence in `#settle`. */
export class TaskExecution {
  readonly #services: ExecutionServices;
  readonly #definition: Definition;
  #lease: Lease;
  #attempt: StepAttempt | undefined;
  #stepName: string | null = null;
  #running: 'run' | 'compensate' | undefined;
  #stop: AbortReason | undefined;
  #reports: NewTaskEvent[] = [];
  #reportsWritten: Promise<void> = Promise.resolve();
  #reportsDropped = 0;

  constructor(options: { services: ExecutionServices; definition: Definition; lease: Lease }) {
    this.#services = options.services;
    this.#definition = options.definition;
    this.#lease = options.lease;
  }

  get lease(): Lease {
    return this.#lease;
  }

  /** Tells the step under way to stop, or the next one not to start. A task that already undoes cannot be cancelled. */
  stop(reason: Exclude<AbortReason, 'deadline'>): void {
    if (reason === 'cancel' && this.#running === 'compensate') return;
    if (this.#stop !== 'lost') this.#stop = reason;
    this.#attempt?.abort(reason);
  }

  async run(): Promise<void> {
    try {
      let next = await this.#settle(nothing);
      while (next.kind !== 'leave') {
        if (next.kind === 'finish') next = await this.#settle(nothing);
        else next = next.kind === 'run' ? await this.#runStep(next) : await this.#compensate(next);
      }
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
    }
  }

  /** Writes what steps reported, as long as the lease is good. */
  async writeReports(): Promise<void> {
    if (this.#reports.length === 0) return;
    const writing = this.#writeReports();
    this.#reportsWritten = writing.catch(() => {});
    await writing;
  }

  async #writeReports(): Promise<void> {
    const reports = this.#takeReports();
    try {
      await this.#services.database.transaction(async tx => {
        const { task } = await lockLeased(tx, this.#lease);
        await insertEvents(tx, task.task_id, reports);
        await announce(tx, this.#services.outbox, task);
      });
    } catch (error) {
      this.#reports.unshift(...reports);
      throw error;
    }
  }

  async #runStep({ step: row, state }: { step: StepRow; state: TaskState }): Promise<Next> {
    const step = this.#stepOf(row);
    if (step === undefined)
      return this.#fail(row, { code: 'step_unknown', message: `this version does not know the step ${row.name}` });
    if (row.attempt > row.failures + CRASHES_MAX) {
      return this.#fail(row, {
        code: 'step_crashes',
        message: `the step ${row.name} was begun ${row.attempt} times and never came to an end`,
      });
    }
    const { end, context } = await this.#perform('run', row, state, step, step.run.bind(step));
    if (end.kind === 'threw') return this.#failedAttempt(row, step, end.error);
    if (end.kind === 'done') return this.#complete(row, step, context, end.result);
    if (end.reason === 'lost') return { kind: 'leave' };
    if (end.reason === 'deadline') {
      return this.#failedAttempt(row, step, deadlineError(step), end.rest === 'abandoned');
    }
    // What was asked to stop and finished all the same has finished; cancelling looks again inside the transaction.
    if (end.rest === 'done') return this.#complete(row, step, context, end.result);
    return this.#settle((tx, { steps }) => {
      const own = find(steps, row);
      if (end.reason === 'shutdown') {
        own.attempt -= 1;
        return { backAt: tx.now };
      }
    }, end.rest === 'abandoned');
  }

  async #complete(
    row: StepRow,
    step: TaskStep<object>,
    context: StepContext<object>,
    result: object | void,
  ): Promise<Next> {
    try {
      return await this.#settle(async (tx, { steps }) => {
        await step.commit?.(tx, context, result);
        const own = find(steps, row);
        own.status = 'completed';
        own.finished_at = tx.now;
        own.result_json = result === undefined ? null : JSON.stringify(result);
        own.error_code = null;
        own.error_message = null;
        await this.#event(tx, 'step_completed', row.name, `${row.name} is done`);
      });
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      return this.#failedAttempt(row, step, error);
    }
  }

  #failedAttempt(row: StepRow, step: TaskStep<object>, thrown: unknown, abandoned = false): Promise<Next> {
    const error = toTaskError(thrown);
    if (thrown instanceof PermanentStepError || row.failures + 1 >= step.retry.attemptsMax)
      return this.#fail(row, error, abandoned);
    return this.#settle(async (tx, { steps }) => {
      const own = find(steps, row);
      own.failures += 1;
      own.error_code = error.code;
      own.error_message = error.message;
      const wait = backoffMilliseconds(step.retry, own.failures, this.#services.random);
      await this.#event(
        tx,
        'retry',
        row.name,
        `${row.name} failed (${error.code}: ${error.message}); next attempt in ${(wait / 1000).toFixed(1)} s`,
      );
      return { backAt: tx.now + wait };
    }, abandoned);
  }

  #fail(row: StepRow, error: TaskError, abandoned = false): Promise<Next> {
    return this.#settle(async (tx, { task, steps }) => {
      find(steps, row).failures += 1;
      turnBack(task, steps, { outcome: 'failed', error, now: tx.now });
      await this.#event(tx, 'step_failed', row.name, `${row.name} failed: ${error.message}`);
    }, abandoned);
  }

  async #compensate({ step: row, state }: { step: StepRow; state: TaskState }): Promise<Next> {
    const step = this.#stepOf(row);
    const compensate = step?.compensate?.bind(step);
    if (step === undefined || compensate === undefined)
      return this.#settle((_tx, { steps }) => void (find(steps, row).compensated = 1));
    const { end } = await this.#perform('compensate', row, state, step, compensate);
    if (end.kind === 'aborted' && end.reason === 'lost') return { kind: 'leave' };
    const attentionItem = { kind: COMPENSATION_ATTENTION, resource: { type: 'task', id: this.#lease.taskId } };
    if (end.kind === 'done' || (end.kind === 'aborted' && end.rest === 'done')) {
      return this.#settle(async (tx, { steps }) => {
        const own = find(steps, row);
        own.compensated = 1;
        if (own.compensation_failures > 0) await this.#services.attention.clear(tx, attentionItem);
        await this.#event(tx, 'compensated', row.name, `${row.name} is undone`);
      });
    }
    if (end.kind === 'aborted' && end.reason === 'shutdown')
      return this.#settle(tx => ({ backAt: tx.now }), end.rest === 'abandoned');
    const error = toTaskError(end.kind === 'threw' ? end.error : deadlineError(step));
    return this.#settle(
      async (tx, { task, steps }) => {
        const own = find(steps, row);
        own.compensation_failures += 1;
        const message = `Undoing ${row.name} of ${task.kind} (${task.resource_type} ${task.resource_id}) has failed ${own.compensation_failures} times: ${error.message}`;
        if (own.compensation_failures >= COMPENSATION_FAILURES_BEFORE_ATTENTION) {
          await this.#services.attention.raise(tx, { ...attentionItem, organizationId: task.organization_id, message });
        }
        await this.#event(tx, 'retry', row.name, message);
        return { backAt: tx.now + backoffMilliseconds(step.retry, own.compensation_failures, this.#services.random) };
      },
      end.kind === 'aborted' && end.rest === 'abandoned',
    );
  }

  async #perform(
    running: 'run' | 'compensate',
    row: StepRow,
    { task, steps }: TaskState,
    step: TaskStep<object>,
    work: (context: StepContext<object>) => Promise<object | void>,
  ): Promise<{ end: AttemptEnd; context: StepContext<object> }> {
    const attempt = new StepAttempt(this.#services.clock);
    const context: StepContext<object> = {
      taskId: task.task_id,
      resource: { type: task.resource_type, id: task.resource_id },
      correlationId: task.correlation_id,
      input: JSON.parse(task.input_json) as object,
      results: Object.fromEntries(
        steps.map(({ name, result_json: json }) => [name, json === null ? undefined : (JSON.parse(json) as object)]),
      ),
      attempt: running === 'run' ? row.attempt : row.compensation_failures + 1,
      fencingToken: this.#lease.token,
      signal: attempt.signal,
      report: message => this.#report(row.name, message),
    };
    this.#attempt = attempt;
    this.#stepName = row.name;
    this.#running = running;
    if (this.#stop !== undefined && !(this.#stop === 'cancel' && running === 'compensate')) attempt.abort(this.#stop);
    const end = await attempt.run(() => work(context), step.deadlineSeconds * 1000);
    this.#attempt = undefined;
    return { end, context };
  }

  /**
   * The one way a worker writes. In one transaction: the fence, the change, what follows from it (the next step begins, or the task ends), the
   * event to the pages. A cancellation that was committed before wins over the change. `renew` takes a higher fencing token, for when something of
   * the old attempt may still be running.
   */
  async #settle(change: Change, renew = false): Promise<Next> {
    // What was said during a step stands before the line that says it is done.
    await this.#reportsWritten;
    for (let failures = 0; ; failures += 1) {
      const reports = this.#takeReports();
      try {
        const { next, token } = await this.#services.database.transaction(async tx => {
          const state = await lockLeased(tx, this.#lease);
          if (renew) state.task.fencing_token += 1;
          await insertEvents(tx, state.task.task_id, reports);
          const settled = await this.#decide(tx, state, change);
          await saveTask(tx, state);
          await announce(tx, this.#services.outbox, state.task);
          return { next: settled, token: state.task.fencing_token };
        });
        this.#lease = { ...this.#lease, token };
        return next;
      } catch (error) {
        this.#reports.unshift(...reports);
        const { code } = error as { code?: unknown };
        if (code !== 'service_unavailable' && code !== 'storage_full') throw error;
        const wait = Math.min(WRITE_RETRY_MILLISECONDS * 2 ** failures, WRITE_RETRY_MILLISECONDS_MAX);
        this.#services.logger.warn(
          `task ${this.#lease.taskId} cannot be written (${code}) and is tried again in ${wait} ms`,
        );
        if (this.#stop === 'shutdown') throw new LeaseLostError(this.#lease);
        await this.#services.clock.sleep(wait);
      }
    }
  }

  async #decide(tx: Transaction, state: TaskState, change: Change): Promise<Next> {
    const { task, steps } = state;
    if (task.cancel_requested === 1 && task.outcome === null) {
      turnBack(task, steps, { outcome: 'cancelled', error: null, now: tx.now });
    } else {
      const wait = await change(tx, state);
      if (wait !== undefined) return handBack(state, wait.backAt);
    }
    const move = nextMove(task, steps);
    if (move.kind === 'finish') {
      // In a transaction of its own: should `finished` throw, the last step and the last undoing are not done again for it.
      if (change !== nothing) return { kind: 'finish' };
      await this.#finish(tx, state, move.outcome);
      return { kind: 'leave' };
    }
    if (this.#stop === 'shutdown') return handBack(state, tx.now);
    if (move.kind === 'run') {
      move.step.status = 'active';
      move.step.attempt += 1;
      move.step.started_at ??= tx.now;
      if (move.step.attempt === 1) await this.#event(tx, 'step_started', move.step.name, `${move.step.name} begins`);
    }
    return { kind: move.kind, step: { ...move.step }, state };
  }

  async #finish(
    tx: Transaction,
    { task, steps }: TaskState,
    outcome: 'completed' | 'failed' | 'cancelled',
  ): Promise<void> {
    Object.assign(task, { status: outcome, outcome, due_at: null, lease_owner: null, finished_at: tx.now });
    await this.#event(tx, 'finished', null, `The task is ${outcome}`);
    const input = JSON.parse(task.input_json) as object;
    await this.#definition.finished(tx, { task: toRecord(task, steps), input, outcome, error: errorOf(task) });
    await this.#services.attention.clear(tx, { kind: STUCK_ATTENTION, resource: { type: 'task', id: task.task_id } });
  }

  /** After an error nobody foresaw (`finished` threw): the lease goes back, and a person is told. */
  async handBackStuck(error: unknown): Promise<void> {
    await this.#services.database.transaction(async tx => {
      const state = await lockLeased(tx, this.#lease);
      const message = `${state.task.kind} (${state.task.resource_type} ${state.task.resource_id}) cannot go on: ${toTaskError(error).message}`;
      await this.#services.attention.raise(tx, {
        kind: STUCK_ATTENTION,
        resource: { type: 'task', id: state.task.task_id },
        organizationId: state.task.organization_id,
        message,
      });
      handBack(state, tx.now + backoffMilliseconds(STUCK_SECONDS, state.task.fencing_token, this.#services.random));
      await saveTask(tx, state);
    });
  }

  #stepOf(row: StepRow): TaskStep<object> | undefined {
    return this.#definition.steps.find(step => step.name === row.name);
  }

  #report(step: string, message: string): void {
    if (this.#reports.length >= REPORTS_BUFFERED_MAX) {
      this.#reportsDropped += 1;
      return;
    }
    this.#reports.push({ at: this.#services.clock.now(), step, kind: 'report', message });
    this.#services.onReport();
  }

  #takeReports(): NewTaskEvent[] {
    const reports = this.#reports;
    this.#reports = [];
    if (this.#reportsDropped > 0) {
      const message = `(${this.#reportsDropped} further lines were not kept)`;
      reports.push({ at: this.#services.clock.now(), step: this.#stepName, kind: 'report', message });
      this.#reportsDropped = 0;
    }
    return reports;
  }

  #event(tx: Transaction, kind: NewTaskEvent['kind'], step: string | null, message: string): Promise<void> {
    return insertEvents(tx, this.#lease.taskId, [{ at: tx.now, step, kind, message }]);
  }
}

function handBack({ task }: TaskState, dueAt: number): Next {
  task.lease_owner = null;
  task.due_at = dueAt;
  return { kind: 'leave' };
}

function find(steps: readonly StepRow[], row: StepRow): StepRow {
  return steps[row.place] as StepRow;
}

function deadlineError(step: TaskStep<object>): Error {
  return Object.assign(new Error(`${step.name} took longer than ${step.deadlineSeconds} s`), {
    code: 'deadline_exceeded',
  });
}

function toTaskError(thrown: unknown): TaskError {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'step_failed',
    message: (typeof message === 'string' ? message : String(thrown)).slice(0, MESSAGE_CHARACTERS_MAX),
  };
}
