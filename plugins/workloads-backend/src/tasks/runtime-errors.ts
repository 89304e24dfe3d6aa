import { RuntimeError, runtimeErrorCodes } from '@portico/plugin-fleet/port';
import { PermanentStepError, type TaskError } from '@portico/plugin-kit/backend';
import { type FailureReason, failureReasons } from '@portico/plugin-workloads/contract';

/** Calls a runtime from a step: what no retry will mend ends the step at once. */
export async function callRuntime<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RuntimeError && !runtimeErrorCodes[error.code].retryable) {
      throw new PermanentStepError(error.code, error.message, { cause: error });
    }
    throw error;
  }
}

/** Ends an instance. One that the runtime does not know any more is as gone as one it has just ended. */
export async function endInstance(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (error instanceof RuntimeError && error.code === 'instance_missing') return;
    throw error;
  }
}

/** The closed set that people and programs see. Runtime codes are words of it, save the one of a worker that was overtaken. */
export function failureReasonOf(error: TaskError | null): FailureReason {
  if (error?.code === 'stale_fencing_token') return 'superseded';
  return failureReasons.find(reason => reason === error?.code) ?? 'internal_error';
}
