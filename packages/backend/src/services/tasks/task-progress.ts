import type { TaskError } from '@portico/plugin-kit/backend';
import type { StepRow, TaskRow } from './task-tables';

/**
 * How a task moves, without any I/O. Invariants: steps run in their order, one at a time; once an outcome is decided no step runs any more; every
 * step that was begun is compensated exactly when the outcome is not `completed`, latest first; a task ends only when nothing is left to undo.
 */
export type Move =
  | { readonly kind: 'run'; readonly step: StepRow }
  | { readonly kind: 'compensate'; readonly step: StepRow }
  | { readonly kind: 'finish'; readonly outcome: 'completed' | 'failed' | 'cancelled' };

export function nextMove(task: Pick<TaskRow, 'outcome'>, steps: readonly StepRow[]): Move {
  if (task.outcome === null) {
    const step = steps.find(candidate => candidate.status !== 'completed');
    return step === undefined ? { kind: 'finish', outcome: 'completed' } : { kind: 'run', step };
  }
  const undone =
    task.outcome === 'completed' ? undefined : steps.findLast(step => step.attempt > 0 && step.compensated === 0);
  return undone === undefined ? { kind: 'finish', outcome: task.outcome } : { kind: 'compensate', step: undone };
}

/** From here on the task only undoes. The step under way, if any, counts as half-run. */
export function turnBack(
  task: TaskRow,
  steps: readonly StepRow[],
  end: { outcome: 'failed' | 'cancelled'; error: TaskError | null; now: number },
): void {
  task.outcome = end.outcome;
  task.error_code = end.error?.code ?? null;
  task.error_message = end.error?.message ?? null;
  for (const step of steps) {
    if (step.status === 'completed') continue;
    if (step.attempt === 0) {
      step.status = end.outcome === 'failed' ? 'skipped' : 'cancelled';
    } else {
      step.status = end.outcome;
      step.finished_at = end.now;
      step.error_code = end.error?.code ?? null;
      step.error_message = end.error?.message ?? null;
    }
  }
}

/** Exponential with equal jitter: half of the wait is certain, half is chance, so that what failed together does not come back together. */
export function backoffMilliseconds(
  retry: { backoffSeconds: number; backoffSecondsMax: number },
  failures: number,
  random: () => number,
): number {
  const seconds = Math.min(retry.backoffSeconds * 2 ** Math.max(0, failures - 1), retry.backoffSecondsMax);
  return Math.round(seconds * 1000 * (0.5 + random() / 2));
}
