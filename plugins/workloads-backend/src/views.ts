import type { TaskEvent, TaskRecord } from '@portico/plugin-kit/backend';
import { type ReplyOf, toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type {
  getAllocation,
  getAllocationBatch,
  getAllocationMetrics,
  getTask,
  listAdminAllocations,
  listAllocations,
  listTaskEvents,
  quoteLaunch,
} from '@portico/plugin-workloads/contract';
import type { Quoted } from './actions/quote';
import { type Allocation, displayStatusOf, statusGroupOf, type Transition } from './domain/allocation';
import { type BatchWithMembers, statusCounts } from './domain/batch';
import type { Series, Window } from './domain/metrics';
import type { PublishedAddress } from './published-address';
import type { SshAddress } from './ssh-address';

type AllocationView = ReplyOf<typeof listAllocations>['items'][number];
type Connection = AllocationView['connection'];

/** Where people reach what runs. */
export interface Addresses {
  readonly sshAddress: SshAddress;
  readonly publishedAddress: PublishedAddress;
}

export function allocationView(allocation: Allocation, addresses: Addresses): AllocationView {
  const { allocationId } = allocation;
  const { publishedAddress } = addresses;
  return {
    allocation_id: allocation.allocationId,
    name: allocation.name,
    project_id: allocation.projectId,
    department_id: allocation.departmentId,
    user_id: allocation.userId,
    sku_id: allocation.skuId,
    gpu_count: allocation.gpuCount,
    image_id: allocation.imageId,
    status: allocation.status,
    display_status: displayStatusOf(allocation.status),
    status_group: statusGroupOf(allocation.status),
    isolation: allocation.isolation,
    network: {
      mode: allocation.networkMode,
      published_ports: allocation.publishedPorts.map(({ port, name }) => ({
        port,
        name,
        url: allocation.status === 'active' ? publishedAddress.urlOf({ allocationId, port }) : null,
      })),
    },
    node_id: allocation.nodeId,
    slots: allocation.slots.map(({ slotId, gpu, vf, nvme }) => ({
      slot_id: slotId,
      gpu_index: gpu.index,
      gpu_uuid: gpu.uuid,
      gpu_model: gpu.model,
      numa_node: gpu.numaNode,
      vf,
      nvme,
      simulated: gpu.simulated,
    })),
    connection: allocation.status === 'active' ? connectionOf(allocation, addresses.sshAddress) : null,
    price_per_hour: toMoney(allocation.pricePerHour, allocation.currency),
    failure_reason: allocation.failureReason,
    release_failed_reason: allocation.releaseFailedReason,
    billing_started_at: toInstantOrNull(allocation.billingStartedAt),
    billing_stopped_at: toInstantOrNull(allocation.billingStoppedAt),
    created_at: toInstant(allocation.createdAt),
    updated_at: toInstant(allocation.updatedAt),
    task_id: allocation.taskId,
    batch_id: allocation.batchId,
    tags: allocation.tags,
  };
}

export function batchView(
  { batch, members }: BatchWithMembers,
  addresses: Addresses,
): ReplyOf<typeof getAllocationBatch> {
  const price = members.reduce((sum, { pricePerHour }) => sum + pricePerHour, 0n);
  return {
    allocation_batch: {
      batch_id: batch.batchId,
      name: batch.name,
      project_id: batch.projectId,
      user_id: batch.userId,
      count: batch.count,
      spread: batch.spread,
      status_counts: statusCounts(members),
      price_per_hour: toMoney(price, members[0]?.currency ?? ''),
      task_id: batch.taskId,
      created_at: toInstant(batch.createdAt),
    },
    allocations: members.map(member => allocationView(member, addresses)),
    task_id: batch.taskId,
  };
}

export function idleView(
  view: AllocationView,
  { idleSince, releaseAt }: { idleSince: number | null; releaseAt: number | null },
): ReplyOf<typeof getAllocation> {
  return { ...view, idle_since: toInstantOrNull(idleSince), idle_release_at: toInstantOrNull(releaseAt) };
}

/** User name at the gateway = allocation id, so one host and port serve all. */
function connectionOf({ allocationId }: Allocation, sshAddress: SshAddress): NonNullable<Connection> {
  const { host } = sshAddress;
  const port = sshAddress.port();
  return { ssh_command: `ssh -p ${port} ${allocationId}@${host}`, host, port, username: allocationId };
}

export function adminAllocationView(
  allocation: Allocation,
  options: { addresses: Addresses; usernames: ReadonlyMap<string, string> },
): ReplyOf<typeof listAdminAllocations>['items'][number] {
  return {
    ...allocationView(allocation, options.addresses),
    organization_id: allocation.organizationId,
    username: options.usernames.get(allocation.userId) ?? null,
  };
}

export function taskView(
  task: TaskRecord,
  expectedSeconds: ReplyOf<typeof getTask>['expected_seconds'],
): ReplyOf<typeof getTask> {
  return {
    task_id: task.taskId,
    kind: task.kind,
    status: task.status,
    resource: { type: task.resource.type, id: task.resource.id },
    steps: task.steps.map(step => ({
      name: step.name,
      status: step.status,
      started_at: toInstantOrNull(step.startedAt),
      finished_at: toInstantOrNull(step.finishedAt),
      error: step.error && { code: step.error.code, message: step.error.message },
    })),
    expected_seconds: expectedSeconds,
    created_at: toInstant(task.createdAt),
    updated_at: toInstant(task.updatedAt),
  };
}

export function taskEventView(event: TaskEvent): ReplyOf<typeof listTaskEvents>['items'][number] {
  return {
    position: event.position,
    at: toInstant(event.at),
    step: event.step,
    kind: event.kind,
    message: event.message,
  };
}

const HOURS_PER_DAY = 24n;

export function quoteView({ quoteId, quote, forecast }: Quoted): ReplyOf<typeof quoteLaunch> {
  const money = (amount: bigint) => toMoney(amount, quote.currency);
  const pricePerHour = quote.pricePerHour * BigInt(quote.count);
  return {
    quote_id: quoteId,
    sku_id: quote.skuId,
    gpu_count: quote.gpuCount,
    count: quote.count,
    price_per_hour: money(pricePerHour),
    price_per_day: money(pricePerHour * HOURS_PER_DAY),
    hold: money(forecast.hold),
    available: money(forecast.available),
    balance_after: money(forecast.availableAfter),
    sufficient: forecast.sufficient,
    burn_rate_per_hour: money(forecast.burnRatePerHour),
    runway_seconds_without: forecast.runwaySecondsNow,
    runway_seconds_with: forecast.runwaySecondsAfter,
    drains_at_without: toInstantOrNull(forecast.drainsAtNow),
    drains_at_with: toInstantOrNull(forecast.drainsAtAfter),
    expires_at: toInstant(quote.expiresAt),
  };
}

type MetricsView = ReplyOf<typeof getAllocationMetrics>;

export function metricsView(options: {
  allocation: Allocation;
  window: Window;
  at: readonly number[];
  series: readonly Series[];
  transitions: readonly Transition[];
}): MetricsView {
  const { window } = options;
  return {
    allocation_id: options.allocation.allocationId,
    from: toInstant(window.from),
    to: toInstant(window.to),
    resolution_seconds: window.tier.seconds,
    at: options.at.map(toInstant),
    series: options.series.map(series => ({
      name: series.name,
      unit: series.unit,
      gpu_index: series.gpuIndex,
      gpu_model: series.gpuModel,
      simulated: series.simulated,
      values: [...series.values],
    })),
    markers: options.transitions.filter(({ at }) => at >= window.from && at <= window.to).flatMap(markerOf),
  };
}

const markers = {
  requested: { kind: 'launched', message: 'Launched' },
  active: { kind: 'active', message: 'Active, billing began' },
  releasing: { kind: 'release_requested', message: 'Release requested, billing stopped' },
  released: { kind: 'released', message: 'Released' },
  failed: { kind: 'failed', message: 'Failed' },
  release_failed: { kind: 'release_failed', message: 'Release failed' },
} as const;

function markerOf(transition: Transition): MetricsView['markers'] {
  if (transition.to === 'provisioning') return [];
  const { kind, message } = markers[transition.to];
  return [
    {
      at: toInstant(transition.at),
      kind,
      message: transition.reason === null ? message : `${message} (${transition.reason})`,
    },
  ];
}
