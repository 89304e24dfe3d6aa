import { RuntimeError } from '@portico/plugin-fleet/port';
import type { StepContext, TaskDefinition, TaskError, TaskStep, Transaction } from '@portico/plugin-kit/backend';
import { type AllocationTaskInput, enqueueTask, PROVISION_KIND, RELEASE_KIND } from '../actions/allocation-tasks';
import { changeState } from '../actions/change-state';
import type { Allocation } from '../domain/allocation';
import { hostnameOf } from '../domain/hostname';
import type { Services } from '../services';
import { findAllocation, handToTask, lockAllocation } from '../store/allocations';
import { fencingToken } from './fencing';
import { endInstanceOf, patienceOf, placedInstance } from './instance-steps';
import { callRuntime, failureReasonOf } from './runtime-errors';

type Context = StepContext<AllocationTaskInput>;

export type ProvisionServices = Pick<
  Services,
  'access' | 'billing' | 'database' | 'fleet' | 'outbox' | 'tasks' | 'workloads'
>;

/**
 * From reserved capacity to something a person can work in. Money is held and slots are taken before it begins; it starts the meter as
 * its last act. Undone, nothing runs, and only then the slots are given back.
 */
export function provisionTask(services: ProvisionServices): TaskDefinition<AllocationTaskInput> {
  const step = patienceOf(services.workloads);
  const steps: readonly TaskStep<AllocationTaskInput>[] = [
    {
      name: 'prepare_node',
      ...step,
      async run(context) {
        const { runtime, instance } = await placedInstance(services, context.input.allocationId);
        const report = await callRuntime(() => runtime.probe(instance.node));
        context.report(`Node ${instance.node.name} answers and isolates by ${report.isolationDetail}.`);
      },
      commit: (tx, context) => advance(tx, services, context, 'provisioning'),
    },
    {
      name: 'start_instance',
      ...step,
      run: context => startInstance(services, context),
      compensate: context => endInstanceOf(services, context),
    },
    {
      name: 'verify_access',
      ...step,
      async run(context) {
        const { runtime, instance } = await placedInstance(services, context.input.allocationId);
        const { state } = await callRuntime(() => runtime.observe(instance));
        if (state !== 'running') throw new RuntimeError('runtime_failed', `The instance is ${state}, not running.`);
        context.report('A shell can be opened.');
      },
    },
    {
      name: 'activate',
      ...step,
      async run() {},
      commit: (tx, context) => advance(tx, services, context, 'active'),
    },
  ];
  return {
    kind: PROVISION_KIND,
    steps,
    async finished(tx, { input, outcome, error, task }) {
      const end = { actor: { type: 'task', id: task.taskId } as const, correlationId: task.correlationId, error };
      const allocation = await lockAllocation(tx, input.allocationId);
      if (!allocation) return;
      // Cancelled before it began: whoever cancels does the rest, in this very transaction.
      if (outcome === 'cancelled' && allocation.status !== 'releasing') return;
      if (outcome === 'completed') await releaseIfAskedMeanwhile(tx, services, allocation, end);
      else await undone(tx, services, allocation, end);
    },
  };
}

async function startInstance(services: ProvisionServices, context: Context): Promise<object> {
  const { allocationId, epoch } = context.input;
  const allocation = await findAllocation(services.database.read, allocationId);
  if (!allocation) throw new Error(`task ${context.taskId} is about an allocation that does not exist`);
  const { runtime, instance } = await placedInstance(services, allocationId);
  const keys =
    (await services.access.sshKeys(services.database.read, {
      userId: allocation.userId,
      organizationId: allocation.organizationId,
    })) ?? [];
  const chosen = allocation.sshKeyIds;
  const started = await callRuntime(() =>
    runtime.provision({
      ...instance,
      fencingToken: fencingToken({ epoch, lease: context.fencingToken, purpose: 'start' }),
      hostname: hostnameOf(allocation.name, allocationId),
      image: allocation.machine.image,
      gpus: allocation.slots.map(slot => slot.gpu),
      nvme: allocation.slots.flatMap(slot => slot.nvme ?? []),
      vfs: allocation.slots.flatMap(slot => slot.vf ?? []),
      vcpus: allocation.machine.vcpus,
      memoryBytes: allocation.machine.memoryBytes,
      diskBytes: allocation.machine.diskBytes,
      network: { mode: allocation.networkMode },
      authorizedKeys: keys.filter(key => chosen === null || chosen.includes(key.keyId)).map(key => key.publicKey),
      environment: { PORTICO_ALLOCATION_ID: allocationId },
      signal: context.signal,
      report: context.report,
    }),
  );
  context.report(
    `Started ${allocation.machine.image.name} ${allocation.machine.image.version} with ${allocation.gpuCount} GPUs.`,
  );
  return { username: started.username, startedAt: started.startedAt };
}

/** One state further. An allocation whose release was asked for meanwhile stays as it is: the end of the task sees to it. */
async function advance(
  tx: Transaction,
  services: ProvisionServices,
  context: Context,
  to: 'provisioning' | 'active',
): Promise<void> {
  const allocation = await lockAllocation(tx, context.input.allocationId);
  if (!allocation) return;
  await changeState(tx, services, {
    allocation,
    change: { to, at: tx.now, actor: { type: 'task', id: context.taskId } },
    correlationId: context.correlationId,
  });
}

interface End {
  readonly actor: { readonly type: 'task'; readonly id: string };
  readonly correlationId: string;
  readonly error: TaskError | null;
}

/** A cancel that came too late to stop the task finds a complete instance: it is released like any other. */
async function releaseIfAskedMeanwhile(
  tx: Transaction,
  services: ProvisionServices,
  allocation: Allocation,
  end: End,
): Promise<void> {
  if (allocation.status !== 'releasing') return;
  const taskId = await enqueueTask(tx, services, {
    kind: RELEASE_KIND,
    allocation,
    epoch: allocation.version,
    correlationId: end.correlationId,
  });
  await handToTask(tx, { allocationId: allocation.allocationId, taskId });
}

/** Everything was compensated, so nothing runs: the slots go back, and the allocation ends as cancelled or failed. */
async function undone(tx: Transaction, services: ProvisionServices, allocation: Allocation, end: End): Promise<void> {
  const { actor, correlationId } = end;
  const released = { to: 'released', at: tx.now, actor } as const;
  const failed = { to: 'failed', at: tx.now, actor, reason: failureReasonOf(end.error), lastAliveAt: null } as const;
  await changeState(tx, services, {
    allocation,
    correlationId,
    change: allocation.status === 'releasing' ? released : failed,
  });
  await services.fleet.free(tx, allocation.allocationId);
}
