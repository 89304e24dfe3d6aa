import { listUsage } from '@portico/plugin-billing/contract';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { getAllocationBatch, releaseAllocationBatch } from '../contract/batch';
import { getAllocationMetrics } from '../contract/metrics';
import { listSshKeys } from '@portico/plugin-access/contract';
import {
  createTerminalToken,
  getAllocation,
  getAllocationSshKeys,
  listWorkloads,
  releaseAllocation,
  setAllocationSshKeys,
} from '../contract/operations';
import { openPublishedPort } from '../contract/port-operations';
import { listAllocationRecordings, replayRecording } from '../contract/recording-operations';
import { cancelTask, getTask, listTaskEvents } from '../contract/task-operations';

export const workloadsPage = definePage({
  name: 'workloads',
  path: '/workloads',
  title: 'Workloads',
  operations: { listWorkloads, listSkus },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const workloadPage = definePage({
  name: 'workload',
  path: '/workloads/:allocationId',
  title: 'Workload',
  operations: {
    getAllocation,
    getAllocationMetrics,
    createTerminalToken,
    openPublishedPort,
    releaseAllocation,
    getAllocationSshKeys,
    setAllocationSshKeys,
    listSshKeys,
    listAllocationRecordings,
    replayRecording,
    listUsage,
    listSkus,
    listOsImages,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const taskPage = definePage({
  name: 'task',
  path: '/tasks/:taskId',
  title: 'Task',
  operations: { getTask, listTaskEvents, cancelTask, getAllocation, getAllocationBatch, releaseAllocationBatch },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});
