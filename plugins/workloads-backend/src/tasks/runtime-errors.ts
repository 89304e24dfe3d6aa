import { RuntimeError, runtimeErrorCodes } from '@portico/plugin-fleet/port';
import type { RuntimeErrorCode } from '@portico/plugin-fleet/port';
import { PermanentStepError, type TaskError } from '@portico/plugin-kit/backend';
import { type FailureReason, failureReasons } from '@portico/plugin-workloads/contract';

/** Said in place of what the fleet says of a connection, which names addresses and logins of nodes: a task is read by those whose workload it is. */
const connectionTrouble: Partial<Record<RuntimeErrorCode, string>> = {
  node_unreachable: 'The node could not be reached, or did not answer in time.',
  host_key_changed:
    'The node shows another host key than before. Until an administrator has looked, it is not talked to.',
  access_denied: 'The node does not let the portal in. An administrator has to look.',
};

/** Calls a runtime from a step: what no retry will mend ends the step at once. */
export async function callRuntime<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    const { code } = error;
    if (!runtimeErrorCodes[code].retryable) throw new PermanentStepError(code, error.message, { cause: error });
    const said = connectionTrouble[code];
    throw said === undefined ? error : new RuntimeError(code, said, { cause: error });
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
