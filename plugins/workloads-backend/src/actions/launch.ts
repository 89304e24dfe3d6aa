import type { OsImage, Sku } from '@portico/plugin-catalog/port';
import type { Reservation } from '@portico/plugin-fleet/port';
import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { type Micros, newId } from '@portico/plugin-kit/contract';
import { allocationAudit, auditedFields } from '../allocation-audit';
import type { Allocation, Machine } from '../domain/allocation';
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
import { allocationEvent } from './allocation-events';
import { enqueueTask, PROVISION_KIND } from './allocation-tasks';
import { type FactSources, launchFacts, launchUsage, placementOf } from './launch-facts';
import { warnOfSpending } from './spend-warning';

export interface Launch extends LaunchRequest {
  readonly name: string | undefined;
  readonly networkMode: 'egress' | 'isolated';
}

const FIRST_VERSION = 1;

export type LaunchServices = FactSources & Pick<Services, 'audit' | 'outbox' | 'tasks'>;

/**
 * Checks, holds the money, reserves the GPUs and writes allocation, task, audit and event, in the one transaction it is given. A
 * refusal throws, and with the transaction everything before it is undone. Locks are taken account first, then slots: launches of
 * one organization queue at its account, those of many meet only at the slots, and none waits for another in a circle.
 */
export async function launch(
  tx: Transaction,
  services: LaunchServices,
  context: RequestContext,
  wanted: Launch,
): Promise<Allocation> {
  const facts = await launchFacts(tx, services, { caller: context.caller, request: wanted, now: tx.now });
  const [refusal] = launchRefusals(wanted, facts);
  if (refusal) throw refused(refusal);
  const { sku, image, departmentId, pricePerHour } = established(facts);

  const { organizationId, userId } = context.caller;
  const allocationId = newId('alloc', tx.now);
  const scope = { organizationId, departmentId, projectId: wanted.projectId, userId, allocationId };
  const name = wanted.name ?? `${sku.name} × ${wanted.gpuCount}`;
  await services.billing.hold(tx, {
    scope,
    name,
    pricePerHour,
    skuId: sku.skuId,
    gpuCount: wanted.gpuCount,
    correlationId: context.correlationId,
  });

  // Read under the lock of the account: of two launches at once the second sees the first here.
  const of = { caller: context.caller, request: wanted, facts, isHeld: true, now: tx.now };
  const limits = limitObjections(wanted, facts, await launchUsage(tx, services, of));
  const [exceeded] = limits.refusals;
  if (exceeded) throw refused(exceeded);

  const reservation = await services.fleet.reserve(tx, {
    allocationId,
    organizationId,
    ...placementOf(sku, wanted.gpuCount),
  });
  if (!reservation.fits) throw refused(placementRefusal(reservation, wanted));

  const taskId = await enqueueTask(tx, services, {
    kind: PROVISION_KIND,
    allocation: { allocationId, organizationId, projectId: wanted.projectId, userId },
    epoch: FIRST_VERSION,
    correlationId: context.correlationId,
  });
  const allocation = newAllocation({
    allocationId,
    name,
    departmentId,
    organizationId,
    userId,
    sku,
    image,
    wanted,
    reservation,
    pricePerHour,
    taskId,
    currency: facts.currency,
    at: tx.now,
  });
  await insertAllocation(tx, allocation, {
    allocationId,
    version: allocation.version,
    from: null,
    to: allocation.status,
    at: tx.now,
    reason: null,
    actor: context.actor,
  });
  await services.audit.record(tx, {
    action: 'workloads.allocation.launch',
    actor: context.actor,
    organizationId,
    projectId: allocation.projectId,
    resource: allocationAudit,
    targetId: allocationId,
    correlationId: context.correlationId,
    after: auditedFields(allocation),
  });
  await services.outbox.append(tx, allocationEvent('provisioning.requested', allocation, context.correlationId));
  for (const warning of limits.warnings) await warnOfSpending(tx, services, { allocation, warning, context });
  return allocation;
}

function refused(refusal: LaunchRefusal): Error {
  return launchFailure.fail(refusal.code, { details: refusal.details });
}

/** What is certain once nothing was refused. */
function established(facts: LaunchFacts): { sku: Sku; image: OsImage; departmentId: string; pricePerHour: Micros } {
  const { sku, image, departmentId, pricePerHour } = facts;
  if (!sku || !image || departmentId === null || pricePerHour === undefined)
    throw new Error('a launch without refusals lacks a fact');
  return { sku, image, departmentId, pricePerHour };
}

function newAllocation(made: {
  allocationId: string;
  name: string;
  organizationId: string;
  departmentId: string;
  userId: string;
  sku: Sku;
  image: OsImage;
  wanted: Launch;
  reservation: Reservation;
  pricePerHour: Micros;
  currency: string;
  taskId: string;
  at: number;
}): Allocation {
  const { sku, wanted, reservation } = made;
  return {
    allocationId: made.allocationId,
    organizationId: made.organizationId,
    departmentId: made.departmentId,
    projectId: wanted.projectId,
    userId: made.userId,
    name: made.name,
    skuId: sku.skuId,
    gpuCount: wanted.gpuCount,
    imageId: made.image.imageId,
    status: 'requested',
    version: FIRST_VERSION,
    isolation: reservation.isolation,
    networkMode: wanted.networkMode,
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
