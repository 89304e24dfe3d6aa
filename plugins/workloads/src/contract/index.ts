import { defineContract } from '@portico/plugin-kit/contract';
import { forceReleaseAllocation, getAdminOverview, listAdminAllocations } from './admin-operations';
import { getAllocationBatch, releaseAllocationBatch } from './batch';
import { workloadErrors } from './errors';
import { launchAllocation, precheckLaunch, quoteLaunch } from './launch';
import { getAllocationMetrics } from './metrics';
import {
  createTerminalToken,
  getAllocation,
  getAllocationSshKeys,
  listAllocations,
  listWorkloads,
  releaseAllocation,
  setAllocationSshKeys,
} from './operations';
import { openPublishedPort } from './port-operations';
import { getRecording, listAllocationRecordings, replayRecording } from './recording-operations';
import { workloadPermissions } from './permissions';
import { cancelTask, getTask, listTaskEvents } from './task-operations';

export const workloadsContract = defineContract({
  plugin: 'workloads',
  operations: {
    launchAllocation,
    quoteLaunch,
    precheckLaunch,
    listAllocations,
    listWorkloads,
    getAllocation,
    releaseAllocation,
    createTerminalToken,
    openPublishedPort,
    getAllocationSshKeys,
    setAllocationSshKeys,
    getAllocationMetrics,
    listAllocationRecordings,
    getRecording,
    replayRecording,
    getAllocationBatch,
    releaseAllocationBatch,
    getTask,
    listTaskEvents,
    cancelTask,
    getAdminOverview,
    listAdminAllocations,
    forceReleaseAllocation,
  },
  errors: workloadErrors,
  permissions: workloadPermissions,
  events: {
    'provisioning.requested': 'A launch was accepted: money is held, GPUs are reserved.',
    'provisioning.active': 'The allocation can be worked in; billing has begun.',
    'provisioning.failed': 'The allocation failed; `failure_reason` says why.',
    'provisioning.releasing.requested': 'A release was asked for; billing has stopped.',
    'provisioning.releasing.completed': 'Nothing is left of the allocation and its GPUs are free again.',
    'provisioning.release_failed': 'Releasing failed; billing has stopped, the GPUs stay held until it is tried again.',
    'provisioning.force_release_requested': 'An administrator releases the allocation, for the reason given.',
    'workloads.idle_warning':
      'Nobody uses the allocation: `idle_since` says since when, and at `release_at` it is released unless it is used before.',
    'workloads.idle_warning_withdrawn': 'The allocation is used again, or may be idle for longer: it is not released.',
  },
  sockets: {
    terminal: {
      path: '/ws/terminal/{allocation_id}',
      summary:
        'A shell in an active allocation. Sub-protocol `portico.terminal.v1` with a terminal token as second value; a bad one closes 4401. Binary ' +
        'frames are bytes, text frames JSON control: attach, session_ready, resize, ack, ping, pong, gap, notice (such as that the terminal is recorded), closed, error.',
    },
  },
});

export { forceReleaseAllocation, getAdminOverview, listAdminAllocations } from './admin-operations';
export {
  adminAllocationSchema,
  allocationDetailSchema,
  allocationSchema,
  allocationStatuses,
  allocationWithTaskSchema,
  connectionSchema,
  displayStatuses,
  failureReasons,
  networkSchema,
  PUBLISHED_PORTS_MAX,
  slotSchema,
  statusGroups,
} from './allocation';
export type { AllocationStatus, DisplayStatus, FailureReason, StatusGroup } from './allocation';
export {
  allocationBatchSchema,
  BATCH_COUNT_MAX,
  batchWithTaskSchema,
  getAllocationBatch,
  releaseAllocationBatch,
} from './batch';
export { launchErrors, workloadErrors } from './errors';
export type { LaunchError } from './errors';
export { launchAllocation, launchRequestSchema, precheckLaunch, quoteLaunch } from './launch';
export { getAllocationMetrics, metricNames, metricRanges, metricResolutions } from './metrics';
export type { MetricName, MetricRange, MetricResolution } from './metrics';
export {
  allocationSorts,
  createTerminalToken,
  getAllocation,
  getAllocationSshKeys,
  listAllocations,
  listWorkloads,
  releaseAllocation,
  setAllocationSshKeys,
} from './operations';
export type { AllocationSort } from './operations';
export {
  CONNECTION_ACTIVITY_SECONDS,
  IDLE_CPU_PERCENT_BELOW,
  IDLE_GPU_PERCENT_BELOW,
  IDLE_SAMPLE_GAP_SECONDS_MAX,
  IDLE_WARNING_SECONDS,
} from './limits';
export { openPublishedPort } from './port-operations';
export {
  getRecording,
  listAllocationRecordings,
  recordedConnections,
  recordingSchema,
  replayRecording,
} from './recording-operations';
export type { RecordedConnection } from './recording-operations';
export { workloadPermissions } from './permissions';
export { workloadSettings } from './settings';
export { taskEventSchema, taskSchema } from './task';
export { cancelTask, getTask, listTaskEvents } from './task-operations';
