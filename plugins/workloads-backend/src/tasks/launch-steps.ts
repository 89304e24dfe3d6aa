import { RuntimeError } from '@portico/plugin-fleet/port';
import type { StepContext, TaskStep, Transaction } from '@portico/plugin-kit/backend';
import { changeState } from '../actions/change-state';
import type { Allocation } from '../domain/allocation';
import { hostnameOf } from '../domain/hostname';
import type { Services } from '../services';
import { findAllocation, lockAllocation } from '../store/allocations';
import { forEachMember } from './each-member';
import { fencingToken } from './fencing';
import { endInstanceOf, placedInstance } from './instance-steps';
import { callRuntime } from './runtime-errors';

export type ProvisionServices = Pick<
  Services,
  'access' | 'billing' | 'database' | 'fleet' | 'outbox' | 'tasks' | 'workloads'
>;

/** What differs between the launch of one allocation and that of several. */
export interface LaunchSteps<Input extends LaunchInput> {
  /** Ascending: the order in which they are locked. */
  idsOf(input: Input): readonly string[];
  readonly patience: Pick<TaskStep<Input>, 'deadlineSeconds' | 'retry'>;
}

interface LaunchInput {
  readonly epoch: number;
}

/**
 * From reserved capacity to something a person can work in. Money is held and slots are taken before it begins; it starts the meters as
 * its last act, all in one transaction: until then nothing of a batch is billed and all of it can be undone, from then on it is done. Undone, nothing runs, and only
 * then the slots are given back.
 */
export function launchSteps<Input extends LaunchInput>(
  services: ProvisionServices,
  { idsOf, patience }: LaunchSteps<Input>,
): readonly TaskStep<Input>[] {
  type Context = StepContext<Input>;
  const each = (context: Context, work: (member: Member<Input>) => Promise<void>) =>
    forEachMember(services, { context, allocationIds: idsOf(context.input), doing: 'making' }, work);
  return [
    {
      name: 'prepare_node',
      ...patience,
      run: context => each(context, member => prepareNode(services, member)),
      commit: (tx, context) => advanceAll(tx, services, { context, ids: idsOf(context.input), to: 'provisioning' }),
    },
    {
      name: 'start_instance',
      ...patience,
      run: context => each(context, member => startInstance(services, member)),
      compensate: context =>
        forEachMember(services, { context, allocationIds: idsOf(context.input), doing: 'undoing' }, member =>
          undoInstance(services, member),
        ),
    },
    {
      name: 'verify_access',
      ...patience,
      run: context => each(context, member => verifyAccess(services, member)),
    },
    {
      name: 'activate',
      ...patience,
      async run() {},
      commit: (tx, context) => advanceAll(tx, services, { context, ids: idsOf(context.input), to: 'active' }),
    },
  ];
}

/** One allocation of the launch, and the step's context with what it tells put under the allocation's name. */
interface Member<Input extends LaunchInput> {
  readonly allocation: Allocation;
  readonly context: StepContext<Input>;
}

async function prepareNode(services: ProvisionServices, { allocation, context }: Member<LaunchInput>): Promise<void> {
  const { runtime, instance } = await placedInstance(services, allocation.allocationId);
  const report = await callRuntime(() => runtime.probe(instance.node));
  context.report(`Node ${instance.node.name} answers and isolates by ${report.isolationDetail}.`);
}

async function startInstance(services: ProvisionServices, { allocation, context }: Member<LaunchInput>): Promise<void> {
  const { allocationId, machine, sshKeyIds: chosen } = allocation;
  const { runtime, instance } = await placedInstance(services, allocationId);
  const keys =
    (await services.access.sshKeys(services.database.read, {
      userId: allocation.userId,
      organizationId: allocation.organizationId,
    })) ?? [];
  await callRuntime(() =>
    runtime.provision({
      ...instance,
      fencingToken: fencingToken({ epoch: context.input.epoch, lease: context.fencingToken, purpose: 'start' }),
      hostname: hostnameOf(allocation.name, allocationId),
      image: machine.image,
      gpus: allocation.slots.map(slot => slot.gpu),
      nvme: allocation.slots.flatMap(slot => slot.nvme ?? []),
      vfs: allocation.slots.flatMap(slot => slot.vf ?? []),
      vcpus: machine.vcpus,
      memoryBytes: machine.memoryBytes,
      diskBytes: machine.diskBytes,
      network: { mode: allocation.networkMode },
      authorizedKeys: keys.filter(key => chosen === null || chosen.includes(key.keyId)).map(key => key.publicKey),
      environment: { PORTICO_ALLOCATION_ID: allocationId },
      signal: context.signal,
      report: context.report,
    }),
  );
  context.report(
    `Started ${machine.image.name} ${machine.image.version} with ${allocation.gpuCount === 1 ? '1 GPU' : `${allocation.gpuCount} GPUs`}.`,
  );
}

async function verifyAccess(services: ProvisionServices, { allocation, context }: Member<LaunchInput>): Promise<void> {
  const { runtime, instance } = await placedInstance(services, allocation.allocationId);
  const { state } = await callRuntime(() => runtime.observe(instance));
  if (state !== 'running') throw new RuntimeError('runtime_failed', `The instance is ${state}, not running.`);
  context.report('A shell can be opened.');
}

/** What somebody has vouched for is not asked for again, and what another task has taken over is that one's. */
async function undoInstance(services: ProvisionServices, { allocation, context }: Member<LaunchInput>): Promise<void> {
  const { allocationId } = allocation;
  const now = await findAllocation(services.database.read, allocationId);
  if (!now || now.status === 'released' || now.status === 'failed' || now.taskId !== context.taskId) return;
  await endInstanceOf(services, { allocationId, epoch: context.input.epoch, lease: context.fencingToken });
}

/** One state further, all in one transaction. An allocation whose release was asked for meanwhile stays as it is: the end of the task sees to it. */
async function advanceAll<Input extends LaunchInput>(
  tx: Transaction,
  services: ProvisionServices,
  { context, ids, to }: { context: StepContext<Input>; ids: readonly string[]; to: 'provisioning' | 'active' },
): Promise<void> {
  const members: Allocation[] = [];
  for (const id of ids) {
    const allocation = await lockAllocation(tx, id);
    if (allocation) members.push(allocation);
  }
  for (const allocation of members) {
    await changeState(tx, services, {
      allocation,
      change: { to, at: tx.now, actor: { type: 'task', id: context.taskId } },
      correlationId: context.correlationId,
    });
  }
}
