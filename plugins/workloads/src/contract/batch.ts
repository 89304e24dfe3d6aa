import { instantSchema, moneySchema, operation } from '@portico/plugin-kit/contract';
import { allocationSchema, displayStatuses } from './allocation';
import { batchParams } from './identifiers';

/** Allocations of one request. One transaction holds the money, reserves the GPUs and writes all of them; the number keeps it short. */
export const BATCH_COUNT_MAX = 64;

const countSchema = { type: 'integer', minimum: 0, maximum: BATCH_COUNT_MAX } as const;

/** Allocations that were launched by one request, alike but for their names. */
export const allocationBatchSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'batch_id',
    'name',
    'project_id',
    'user_id',
    'count',
    'spread',
    'status_counts',
    'price_per_hour',
    'task_id',
    'created_at',
  ],
  properties: {
    batch_id: { type: 'string' },
    name: { type: 'string', description: 'Its allocations are called the same, with `-1` to `-n` behind it.' },
    project_id: { type: 'string' },
    user_id: { type: 'string' },
    count: { type: 'integer', minimum: 2, maximum: BATCH_COUNT_MAX },
    spread: { type: 'boolean', description: 'As few of them on one node as the fleet allowed, instead of packed.' },
    status_counts: {
      type: 'object',
      description: 'How many of its allocations are in which `display_status`.',
      additionalProperties: false,
      required: displayStatuses,
      properties: {
        provisioning: countSchema,
        active: countSchema,
        releasing: countSchema,
        released: countSchema,
        failed: countSchema,
        release_failed: countSchema,
      },
    },
    price_per_hour: { ...moneySchema, description: 'For all its allocations together, fixed at launch.' },
    task_id: { type: 'string', description: 'The one task that launches all of them.' },
    created_at: instantSchema,
  },
} as const;

/** Reply of everything about a batch. */
export const batchWithTaskSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['allocation_batch', 'allocations', 'task_id'],
  properties: {
    allocation_batch: allocationBatchSchema,
    allocations: { type: 'array', maxItems: BATCH_COUNT_MAX, items: allocationSchema },
    task_id: { type: 'string' },
  },
} as const;

export const getAllocationBatch = operation({
  id: 'getAllocationBatch',
  method: 'GET',
  path: 'allocation-batches/{batch_id}',
  tag: 'workloads',
  summary: 'One batch and its allocations',
  permission: 'workloads.allocation.read',
  params: batchParams,
  responses: { 200: batchWithTaskSchema },
  errors: ['not_found'],
});

export const releaseAllocationBatch = operation({
  id: 'releaseAllocationBatch',
  method: 'POST',
  path: 'allocation-batches/{batch_id}/release',
  tag: 'workloads',
  summary: 'Release all that is left of a batch',
  description:
    'Before the batch is active this cancels its launch. From then on each allocation that has not ended is released by a task of its own, as if it were asked for alone.',
  permission: 'workloads.allocation.release',
  params: batchParams,
  responses: { 202: batchWithTaskSchema },
  errors: ['not_found', 'allocation_not_releasable'],
  idempotency: 'accepted',
});
