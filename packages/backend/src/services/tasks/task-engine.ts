import { randomUUID } from 'node:crypto';
import { WakeableLoop } from '@portico/plugin-kit/backend';
import type {
  NewTask,
  Queries,
  TaskDefinition,
  TaskEvent,
  TaskRecord,
  Tasks,
  Transaction,
} from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { TaskExecution } from './task-execution';
import type { ExecutionServices } from './task-execution';
import { turnBack } from './task-progress';
import {
  announce,
  claim,
  DUE_AHEAD_MILLISECONDS_MAX,
  extendLease,
  insertEvents,
  insertTask,
  LeaseLostError,
  lockTask,
  nextDueAt,
  readDurations,
  readEvents,
  readTask,
  reclaimAll,
  saveTask,
} from './task-store';
import { toRecord } from './task-tables';

/** Tasks one replica works on at once. They mostly wait for the outside world; the number bounds memory and the outside world's load. */
const CONCURRENT_TASKS_MAX = 64;
/** A dead replica's tasks go on after this long. Three heartbeats fit, so one lost to a slow database costs nothing. */
const LEASE_MILLISECONDS = 15_000;
const HEARTBEAT_MILLISECONDS = 5_000;
/** How soon a task enqueued by another replica is found; one's own wake the loop. */
const POLL_MILLISECONDS = { sqlite: 5_000, postgres: 500 } as const;
/** History that `expectedSeconds` looks at, and how little of it says nothing. */
const HISTORY_MAX = 100;
const HISTORY_MIN = 3;

export interface TaskEngineOptions extends Omit<ExecutionServices, 'onReport' | 'random'> {
  readonly random?: () => number;
  /** This process is the only one on the database: what is leased at the start was leased by one that died. */
  readonly alone: boolean;
}

export class TaskEngine implements Tasks {
  readonly #services: ExecutionServices;
  readonly #alone: boolean;
  readonly #owner = `worker_${randomUUID()}`;
  readonly #definitions = new Map<string, TaskDefinition<object>>();
  readonly #running = new Map<TaskExecution, Promise<void>>();
  readonly #claims: WakeableLoop;
  readonly #heartbeats: WakeableLoop;
  readonly #reports: WakeableLoop;
  #stopping = false;

  constructor(options: TaskEngineOptions) {
    this.#alone = options.alone;
    this.#services = { ...options, random: options.random ?? Math.random, onReport: () => this.#reports.wake() };
    const { clock, logger, database } = options;
    const loop = (name: string, pollMilliseconds: number, work: () => Promise<boolean | number>) =>
      new WakeableLoop({ name, clock, logger, pollMilliseconds, work });
    this.#claims = loop('task claims', POLL_MILLISECONDS[database.dialect], () => this.#claimNext());
    this.#heartbeats = loop('task heartbeats', HEARTBEAT_MILLISECONDS, () => this.#extendLeases());
    this.#reports = loop('task reports', HEARTBEAT_MILLISECONDS, () => this.#writeReports());
  }

  define<Input extends object>(definition: TaskDefinition<Input>): void {
    if (this.#definitions.has(definition.kind)) throw new Error(`two task definitions are called ${definition.kind}`);
    const names = definition.steps.map(step => step.name);
    if (names.length === 0 || new Set(names).size !== names.length)
      throw new Error(`task ${definition.kind} needs steps, each with a name of its own`);
    // What went in as Input comes out as Input: it passes through JSON alone, under this definition's kind.
    this.#definitions.set(definition.kind, definition as unknown as TaskDefinition<object>);
  }

  async enqueue(tx: Transaction, task: NewTask): Promise<string> {
    const definition = this.#definitions.get(task.kind);
    if (definition === undefined) throw new Error(`no task is defined as ${task.kind}`);
    const taskId = newId('task', tx.now);
    const row = {
      task_id: taskId,
      kind: task.kind,
      status: 'pending',
      resource_type: task.resource.type,
      resource_id: task.resource.id,
      organization_id: task.organizationId,
      project_id: task.projectId,
      user_id: task.userId,
      correlation_id: task.correlationId,
      input_json: JSON.stringify(task.input),
      due_at: tx.now,
      created_at: tx.now,
      updated_at: tx.now,
    } as const;
    await insertTask(
      tx,
      row,
      definition.steps.map(step => step.name),
    );
    await insertEvents(tx, taskId, [
      { at: tx.now, step: null, kind: 'created', message: 'The task is waiting to begin' },
    ]);
    await announce(tx, this.#services.outbox, row as never);
    tx.afterCommit(() => this.#claims.wake());
    return taskId;
  }

  async cancel(tx: Transaction, taskId: string): Promise<'accepted' | 'final'> {
    const state = await lockTask(tx, taskId);
    if (state === undefined || state.task.finished_at !== null) return 'final';
    const { task, steps } = state;
    const definition = this.#definitions.get(task.kind);
    if (task.cancel_requested === 1 || task.outcome !== null) return 'accepted';
    task.cancel_requested = 1;
    await insertEvents(tx, taskId, [
      { at: tx.now, step: null, kind: 'cancel_requested', message: 'Somebody asked to cancel' },
    ]);
    if (task.status === 'pending' && definition !== undefined) {
      // Nobody has begun: there is nothing to stop and nothing to undo.
      turnBack(task, steps, { outcome: 'cancelled', error: null, now: tx.now });
      Object.assign(task, { status: 'cancelled', due_at: null, finished_at: tx.now });
      await insertEvents(tx, taskId, [{ at: tx.now, step: null, kind: 'finished', message: 'The task is cancelled' }]);
      await definition.finished(tx, {
        task: toRecord(task, steps),
        input: JSON.parse(task.input_json) as object,
        outcome: 'cancelled',
        error: null,
      });
    } else {
      task.status = 'cancelling';
      if (task.lease_owner === null) task.due_at = tx.now;
      tx.afterCommit(() => {
        for (const execution of this.#running.keys()) if (execution.lease.taskId === taskId) execution.stop('cancel');
        this.#claims.wake();
      });
    }
    await saveTask(tx, state);
    await announce(tx, this.#services.outbox, task);
    return 'accepted';
  }

  async get(queries: Queries, taskId: string): Promise<TaskRecord | undefined> {
    const state = await readTask(queries, taskId);
    return state && toRecord(state.task, state.steps);
  }

  events(queries: Queries, options: { taskId: string; before?: number; limit: number }): Promise<readonly TaskEvent[]> {
    return readEvents(queries, options);
  }

  async expectedSeconds(queries: Queries, kind: string): Promise<{ p50: number; p95: number } | null> {
    const durations = (await readDurations(queries, kind, HISTORY_MAX)).toSorted((a, b) => a - b);
    if (durations.length < HISTORY_MIN) return null;
    // Nearest rank: a duration that really occurred.
    const rank = (share: number) => (durations[Math.ceil(share * durations.length) - 1] as number) / 1000;
    return { p50: rank(0.5), p95: rank(0.95) };
  }

  async start(): Promise<void> {
    if (this.#alone) await this.#services.database.transaction(reclaimAll);
    for (const loop of [this.#claims, this.#heartbeats, this.#reports]) loop.start();
  }

  /** Claims nothing more, stops the steps under way and hands their leases back, so that another replica goes on at once. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#claims.stop();
    for (const execution of this.#running.keys()) execution.stop('shutdown');
    await Promise.all(this.#running.values());
    await Promise.all([this.#heartbeats.stop(), this.#reports.stop()]);
  }

  async #claimNext(): Promise<boolean | number> {
    const { database, clock } = this.#services;
    if (this.#stopping || this.#definitions.size === 0 || this.#running.size >= CONCURRENT_TASKS_MAX) return false;
    const dueAt = await nextDueAt(database.read);
    if (dueAt === null) return false;
    const poll = POLL_MILLISECONDS[database.dialect];
    const wait = dueAt - clock.now();
    if (wait > 0 && wait <= DUE_AHEAD_MILLISECONDS_MAX) return Math.min(wait, poll);
    const claimed = await database.transaction(tx =>
      claim(tx, { owner: this.#owner, leaseUntil: tx.now + LEASE_MILLISECONDS, kinds: [...this.#definitions.keys()] }),
    );
    // What is due is another's: taken this moment, or of a kind this version does not know.
    if (claimed === undefined) return poll;
    const execution = new TaskExecution({
      services: this.#services,
      definition: this.#definitions.get(claimed.kind) as TaskDefinition<object>,
      lease: { taskId: claimed.task_id, owner: this.#owner, token: claimed.fencing_token },
    });
    this.#running.set(execution, this.#execute(execution));
    return true;
  }

  async #execute(execution: TaskExecution): Promise<void> {
    try {
      await execution.run();
    } catch (error) {
      this.#services.logger.warn(`task ${execution.lease.taskId} failed outside its steps`, error as Error);
      // When even that cannot be written, the lease runs out by itself.
      await execution.handBackStuck(error).catch(() => {});
    } finally {
      this.#running.delete(execution);
      if (!this.#stopping) this.#claims.wake();
    }
  }

  async #extendLeases(): Promise<false> {
    if (this.#running.size === 0) return false;
    const executions = [...this.#running.keys()];
    await this.#services.database.transaction(async tx => {
      for (const execution of executions) {
        const { lease } = execution;
        const extended = await extendLease(tx, lease, tx.now + LEASE_MILLISECONDS);
        // A token renewed since is no loss.
        if (extended === undefined && execution.lease === lease && this.#running.has(execution))
          tx.afterCommit(() => execution.stop('lost'));
        if (extended?.cancelRequested) tx.afterCommit(() => execution.stop('cancel'));
      }
    });
    return false;
  }

  async #writeReports(): Promise<false> {
    for (const execution of [...this.#running.keys()]) {
      await execution.writeReports().catch((error: unknown) => {
        if (!(error instanceof LeaseLostError)) throw error;
      });
    }
    return false;
  }
}
