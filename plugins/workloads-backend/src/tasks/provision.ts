import type { TaskDefinition } from '@portico/plugin-kit/backend';
import {
  type AllocationTaskInput,
  type BatchTaskInput,
  PROVISION_BATCH_KIND,
  PROVISION_KIND,
} from '../actions/allocation-tasks';
import { endLaunch } from './end-launch';
import { patienceOf } from './instance-steps';
import { type LaunchSteps, launchSteps, type ProvisionServices } from './launch-steps';

/** The steps of a batch take all its members along, some at a time: one attempt may take as many rounds as a full batch needs. */
const BATCH_ROUNDS = 4;

/** Launches one allocation. */
export function provisionTask(services: ProvisionServices): TaskDefinition<AllocationTaskInput> {
  const of: LaunchSteps<AllocationTaskInput> = {
    idsOf: ({ allocationId }) => [allocationId],
    patience: patienceOf(services.workloads),
  };
  return {
    kind: PROVISION_KIND,
    steps: launchSteps(services, of),
    finished: (tx, end) => endLaunch(tx, services, { ...end, allocationIds: of.idsOf(end.input) }),
  };
}

/** Launches all allocations of a batch, or none. */
export function provisionBatchTask(services: ProvisionServices): TaskDefinition<BatchTaskInput> {
  const { deadlineSeconds, retry } = patienceOf(services.workloads);
  const of: LaunchSteps<BatchTaskInput> = {
    idsOf: ({ allocationIds }) => allocationIds,
    patience: { deadlineSeconds: deadlineSeconds * BATCH_ROUNDS, retry },
  };
  return {
    kind: PROVISION_BATCH_KIND,
    steps: launchSteps(services, of),
    finished: (tx, end) => endLaunch(tx, services, { ...end, allocationIds: of.idsOf(end.input) }),
  };
}
