import { inParallel, PermanentStepError, type StepContext } from '@portico/plugin-kit/backend';
import type { Allocation } from '../domain/allocation';
import type { Services } from '../services';
import { findAllocation } from '../store/allocations';

/** Runtimes asked at the same time by one launch: a full batch takes four rounds, and a node is not overrun. */
const MEMBERS_PARALLEL_MAX = 16;

/**
 * Does one step for every allocation of a launch. All are tried, so that the next attempt finds as much as possible done; what no retry will mend ends the step at
 * once, the others are told to stop, and their ends are awaited: nothing of an attempt goes on after it. Undoing stops for nobody.
 */
export async function forEachMember<Input extends object>(
  services: Pick<Services, 'database'>,
  options: { context: StepContext<Input>; allocationIds: readonly string[]; doing: 'making' | 'undoing' },
  work: (member: { allocation: Allocation; context: StepContext<Input> }) => Promise<void>,
): Promise<void> {
  const { context, allocationIds, doing } = options;
  const hopeless = new AbortController();
  const signal = AbortSignal.any([context.signal, hopeless.signal]);
  const failures: unknown[] = [];
  await inParallel(allocationIds, { limit: MEMBERS_PARALLEL_MAX, signal }, async allocationId => {
    const allocation = await findAllocation(services.database.read, allocationId);
    if (!allocation) throw new Error(`task ${context.taskId} is about an allocation that does not exist`);
    const isAlone = allocation.batchId === null;
    const report = isAlone ? context.report : (message: string) => context.report(`${allocation.name}: ${message}`);
    try {
      await work({ allocation, context: { ...context, signal, report } });
    } catch (error) {
      failures.push(isAlone ? error : named(allocation, error));
      if (doing === 'making' && error instanceof PermanentStepError) hopeless.abort();
    }
  });
  const worst = failures.find(error => error instanceof PermanentStepError) ?? failures[0];
  if (worst !== undefined) throw worst;
}

/** The error with the name of the one it happened to before it: of sixty-four alike that is what a person needs to know. */
function named({ name }: Allocation, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = `${name}: ${error.message}`;
  if (error instanceof PermanentStepError) return new PermanentStepError(error.code, message, { cause: error });
  const { code } = error as { code?: unknown };
  return Object.assign(new Error(message, { cause: error }), typeof code === 'string' ? { code } : {});
}
