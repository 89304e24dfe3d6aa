import { operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { taskParams } from './identifiers';
import { taskEventSchema, taskSchema } from './task';

export const getTask = operation({
  id: 'getTask',
  method: 'GET',
  path: 'tasks/{task_id}',
  tag: 'tasks',
  summary: 'One task and its steps',
  permission: 'workloads.task.read',
  params: taskParams,
  responses: { 200: taskSchema },
  errors: ['not_found'],
});

export const listTaskEvents = operation({
  id: 'listTaskEvents',
  method: 'GET',
  path: 'tasks/{task_id}/events',
  tag: 'tasks',
  summary: 'What a task did',
  description: 'Newest first; page to the older ones by cursor.',
  permission: 'workloads.task.read',
  params: taskParams,
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(taskEventSchema) },
  errors: ['not_found', 'cursor_invalid'],
});

export const cancelTask = operation({
  id: 'cancelTask',
  method: 'POST',
  path: 'tasks/{task_id}/cancel',
  tag: 'tasks',
  summary: 'Cancel a task',
  description:
    'Cancelling a launch releases its allocation: what was made is undone, the hold is given back, and the GPUs return once nothing is ' +
    'left of it. A task that is over or that releases cannot be cancelled.',
  permission: 'workloads.task.cancel',
  params: taskParams,
  responses: { 202: taskSchema },
  errors: ['not_found', 'task_not_cancellable'],
  idempotency: 'accepted',
});
