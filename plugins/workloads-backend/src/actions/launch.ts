import type { OsImage, Sku } from '@portico/plugin-catalog/port';
import type { Reservation } from '@portico/plugin-fleet/port';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { type Micros, newId, type Tags } from '@portico/plugin-kit/contract';
import { allocationAudit, auditedFields, auditedBatch, batchAudit } from '../allocation-audit';
import type { Allocation, Machine } from '../domain/allocation';
import { type Batch, memberNames } from '../domain/batch';
import {
  launchFailure,
  type LaunchFacts,
  type LaunchRefusal,
  launchRefusals,
  type LaunchRequest,
  limitObjections,
  placementRefusal,
} from '../domain/launch-checks';
import type { Services } from '../services';
import { insertAllocation } from '../store/allocations';
import { insertBatch } from '../store/batches';
import { allocationEvent } from './allocation-events';
import { enqueueBatchTask, enqueueTask, PROVISION_KIND } from './allocation-tasks';
import { type FactSources, launchFacts, launchUsage, placementOf } from './launch-facts';
import { warnOfSpending } from './spend-warning';

export interface Launch extends LaunchRequest {
  readonly name: string | undefined;
  readonly networkMode: 'egress' | 'isolated';
  readonly spread: boolean;
  readonly tags: Tags;
}

/** What a launch made: one allocation, or a batch of several. */
export interface Launched {
  readonly batch: Batch | null;
  readonly allocations: readonly [Allocation, ...Allocation[]];
}

const FIRST_VERSION = 1;

export type LaunchServices = FactSources & Pick<Services, 'audit' | 'outbox' | 'tasks'>;

/**
 * Checks, holds the money, reserves the GPUs and writes allocations, task, audit and events, in the one transaction it is given. A
 * refusal throws, and with the transaction everything before it is undone: of several alike there are all or none. Locks are taken account first, then slots: launches
 * of one organization queue at its account, those of many meet only at the slots, and none waits for another in a circle.
 */
export async function launch(
  tx: Transaction,
  services: LaunchServices,
  context: RequestContext,
  wanted: Launch,
): Promise<Launched> {
  const facts = await launchFacts(tx, services, { caller: context.caller, request: wanted, now: tx.now });
  const [refusal] = launchRefusals(wanted, facts);
  if (refusal) throw refused(refusal);
  const established = establish(facts);
  const name = wanted.name ?? `${established.sku.name} × ${wanted.gpuCount}`;
  const names = memberNames(name, wanted.count);
  const allocationIds = names.map(() => newId('alloc', tx.now)).sort();
  await holdMoney(tx, services, context, { wanted, established, names, allocationIds });

  // Read under the lock of the account: of two launches at once the second sees the first here.
  const of = { caller: context.caller, request: wanted, facts, isHeld: true, now: tx.now };
  const limits = limitObjections(wanted, facts, await launchUsage(tx, services, of));
  const [exceeded] = limits.refusals;
  if (exceeded) throw refused(exceeded);

  const reservations = await reserve(tx, services, context, {
    wanted,
    sku: established.sku,
    policies: facts.policies,
    allocationIds,
  });
  const { batch, taskId } = await begin(tx, services, context, { wanted, name, allocationIds });
  const allocations = reservations.map((reservation, place) =>
    newAllocation({
      ...established,
      allocationId: allocationIds[place] as string,
      name: names[place] as string,
      context,
      wanted,
      reservation,
      taskId,
      batchId: batch?.batchId ?? null,
      currency: facts.currency,
      at: tx.now,
    }),
  );
  for (const allocation of allocations) await record(tx, services, context, allocation);
  const [first, ...others] = allocations;
  if (!first) throw new Error('a launch made no allocation');
  for (const warning of limits.warnings) await warnOfSpending(tx, services, { allocation: first, warning, context });
  return { batch, allocations: [first, ...others] };
}

function refused(refusal: LaunchRefusal): Error {
  return launchFailure.fail(refusal.code, { details: refusal.details });
}

interface Established {
  readonly sku: Sku;
  readonly image: OsImage;
  readonly departmentId: string;
  readonly pricePerHour: Micros;
}

/** What is certain once nothing was refused. */
function establish(facts: LaunchFacts): Established {
  const { sku, image, departmentId, pricePerHour } = facts;
  if (!sku || !image || departmentId === null || pricePerHour === undefined)
    throw new Error('a launch without refusals lacks a fact');
  return { sku, image, departmentId, pricePerHour };
}

/** A hold for each, so that each is settled by itself. */
async function holdMoney(
  tx: Transaction,
  services: LaunchServices,
  { caller, correlationId }: RequestContext,
  launching: {
    wanted: Launch;
    established: Established;
    names: readonly string[];
    allocationIds: readonly string[];
  },
): Promise<void> {
  const { wanted, established } = launching;
  const { departmentId, pricePerHour, sku } = established;
  const { organizationId, userId } = caller;
  const { projectId, gpuCount, tags } = wanted;
  for (const [place, allocationId] of launching.allocationIds.entries()) {
    const name = launching.names[place] as string;
    const scope = { organizationId, departmentId, projectId, userId, allocationId };
    await services.billing.hold(tx, { scope, name, pricePerHour, skuId: sku.skuId, gpuCount, tags, correlationId });
  }
}

async function reserve(
  tx: Transaction,
  services: LaunchServices,
  { caller }: RequestContext,
  {
    wanted,
    sku,
    policies,
    allocationIds,
  }: { wanted: Launch; sku: Sku; policies: LaunchFacts['policies']; allocationIds: readonly string[] },
): Promise<readonly Reservation[]> {
  const demand = { organizationId: caller.organizationId, ...placementOf(sku, wanted, policies) };
  const requests = allocationIds.map(allocationId => ({ allocationId, ...demand }));
  const [alone, ...others] = requests;
  const reserved =
    alone && others.length === 0
      ? await services.fleet.reserve(tx, alone)
      : await services.fleet.reserveBatch(tx, { requests, spread: wanted.spread });
  if ('fits' in reserved) {
    if (!reserved.fits) throw refused(placementRefusal(reserved, wanted));
    return [reserved];
  }
  return reserved;
}

/** The one task that launches all of them, and the batch where there are several. */
async function begin(
  tx: Transaction,
  services: LaunchServices,
  context: RequestContext,
  { wanted, name, allocationIds }: { wanted: Launch; name: string; allocationIds: readonly string[] },
): Promise<{ batch: Batch | null; taskId: string }> {
  const { caller, correlationId } = context;
  const { organizationId, userId } = caller;
  const { projectId, count, spread } = wanted;
  const [allocationId, ...others] = allocationIds;
  if (allocationId !== undefined && others.length === 0) {
    const allocation = { allocationId, organizationId, projectId, userId };
    const task = { kind: PROVISION_KIND, allocation, epoch: FIRST_VERSION, correlationId } as const;
    return { batch: null, taskId: await enqueueTask(tx, services, task) };
  }
  const owned = { batchId: newId('batch', tx.now), organizationId, projectId, userId };
  const task = { batch: owned, allocationIds, epoch: FIRST_VERSION, correlationId };
  const taskId = await enqueueBatchTask(tx, services, task);
  const batch: Batch = { ...owned, name, count, spread, taskId, createdAt: tx.now };
  await insertBatch(tx, batch);
  await services.audit.record(tx, {
    action: 'workloads.allocation_batch.launch',
    actor: context.actor,
    organizationId,
    projectId,
    resource: batchAudit,
    targetId: batch.batchId,
    correlationId,
    after: auditedBatch(batch, allocationIds),
  });
  return { batch, taskId };
}

async function record(
  tx: Transaction,
  services: LaunchServices,
  { actor, correlationId }: RequestContext,
  allocation: Allocation,
): Promise<void> {
  const { allocationId, organizationId, projectId } = allocation;
  await insertAllocation(tx, allocation, {
    allocationId,
    version: allocation.version,
    from: null,
    to: allocation.status,
    at: tx.now,
    reason: null,
    actor,
  });
  await services.audit.record(tx, {
    action: 'workloads.allocation.launch',
    actor,
    organizationId,
    projectId,
    resource: allocationAudit,
    targetId: allocationId,
    correlationId,
    after: auditedFields(allocation),
  });
  await services.outbox.append(tx, allocationEvent('provisioning.requested', allocation, correlationId));
}

function newAllocation(
  made: Established & {
    allocationId: string;
    name: string;
    context: RequestContext;
    wanted: Launch;
    reservation: Reservation;
    currency: string;
    taskId: string;
    batchId: string | null;
    at: number;
  },
): Allocation {
  const { sku, wanted, reservation } = made;
  const { organizationId, userId } = made.context.caller;
  return {
    allocationId: made.allocationId,
    organizationId,
    departmentId: made.departmentId,
    projectId: wanted.projectId,
    userId,
    name: made.name,
    skuId: sku.skuId,
    gpuCount: wanted.gpuCount,
    imageId: made.image.imageId,
    status: 'requested',
    version: FIRST_VERSION,
    isolation: reservation.isolation,
    networkMode: wanted.networkMode,
    publishedPorts: wanted.publishedPorts,
    nodeId: reservation.nodeId,
    slots: reservation.slots,
    machine: machineOf(sku, made.image, wanted.gpuCount),
    sshKeyIds: wanted.sshKeyIds ?? null,
    pricePerHour: made.pricePerHour,
    currency: made.currency,
    failureReason: null,
    releaseFailedReason: null,
    billingStartedAt: null,
    billingStoppedAt: null,
    createdAt: made.at,
    updatedAt: made.at,
    taskId: made.taskId,
    batchId: made.batchId,
    tags: wanted.tags,
  };
}

function machineOf(sku: Sku, image: OsImage, gpuCount: number): Machine {
  return {
    image,
    vcpus: sku.vcpusPerGpu * gpuCount,
    memoryBytes: sku.memoryBytesPerGpu * gpuCount,
    diskBytes: sku.diskBytesPerGpu * gpuCount,
  };
}
