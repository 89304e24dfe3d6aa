import { RuntimeError } from '@portico/plugin-fleet/port';
import { PermanentStepError, type TaskStep } from '@portico/plugin-kit/backend';
import type { AllocationTaskInput } from '../actions/allocation-tasks';
import type { Services } from '../services';
import { fencingToken } from './fencing';
import { callRuntime, endInstance } from './runtime-errors';

/** How long a step may take and how often it is tried, as the settings have it. */
export function patienceOf({
  tasks,
}: Services['workloads']): Pick<TaskStep<AllocationTaskInput>, 'deadlineSeconds' | 'retry'> {
  const { deadlineSeconds, attemptsMax, backoffSeconds, backoffSecondsMax } = tasks;
  return { deadlineSeconds, retry: { attemptsMax, backoffSeconds, backoffSecondsMax } };
}

export type InstanceServices = Pick<Services, 'database' | 'fleet'>;

export async function placedInstance(services: InstanceServices, allocationId: string) {
  const placed = await services.fleet.runtimeOf(services.database.read, allocationId);
  if (!placed)
    throw new PermanentStepError('node_unreachable', 'The node of this allocation is not part of the fleet any more.');
  return placed;
}

/** Ends what may run and resolves when it is gone; also how a launch is undone. */
export async function endInstanceOf(
  services: InstanceServices,
  { allocationId, epoch, lease }: { allocationId: string; epoch: number; lease: number },
): Promise<void> {
  const { runtime, instance } = await placedInstance(services, allocationId);
  await endInstance(() =>
    runtime.release({
      ...instance,
      fencingToken: fencingToken({ epoch, lease, purpose: 'end' }),
    }),
  );
}

/** The two steps after which capacity may be given to somebody else. */
export function endingSteps(
  services: InstanceServices,
  patience: Pick<TaskStep<AllocationTaskInput>, 'deadlineSeconds' | 'retry'>,
): readonly [TaskStep<AllocationTaskInput>, TaskStep<AllocationTaskInput>] {
  return [
    {
      name: 'end_instance',
      ...patience,
      async run(context) {
        const { allocationId, epoch } = context.input;
        await callRuntime(() => endInstanceOf(services, { allocationId, epoch, lease: context.fencingToken }));
        context.report('Everything that ran has been ended and its home removed.');
      },
    },
    {
      name: 'confirm_gone',
      ...patience,
      async run(context) {
        const { runtime, instance } = await placedInstance(services, context.input.allocationId);
        const { state } = await callRuntime(() => runtime.observe(instance));
        if (state !== 'absent')
          throw new RuntimeError('runtime_failed', `The node still reports the instance as ${state}.`);
        context.report('The node confirms that nothing is left.');
      },
    },
  ];
}
