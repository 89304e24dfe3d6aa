import {
  instantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
  tagFilterSchema,
} from '@portico/plugin-kit/contract';
import {
  allocationDetailSchema,
  allocationSchema,
  allocationWithTaskSchema,
  displayStatuses,
  statusGroups,
} from './allocation';
import { allocationParams, referenceSchema, searchSchema } from './identifiers';
import { sshKeyIdsSchema } from './launch';

export const allocationSorts = ['-created_at', 'created_at', 'name', '-name'] as const;
export type AllocationSort = (typeof allocationSorts)[number];

const listQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...pageQueryProperties,
    sort: { type: 'string', enum: allocationSorts, default: '-created_at' },
    status: { type: 'string', enum: displayStatuses, description: 'Filters `display_status`.' },
    status_group: { type: 'string', enum: statusGroups },
    project_id: referenceSchema,
    sku_id: referenceSchema,
    batch_id: referenceSchema,
    tag: tagFilterSchema,
    q: { ...searchSchema, description: 'Part of the name or the id, in any case.' },
  },
} as const;

export const listAllocations = operation({
  id: 'listAllocations',
  method: 'GET',
  path: 'allocations',
  tag: 'workloads',
  summary: 'Allocations of the organization',
  description: 'Newest first unless sorted otherwise; those that have ended stay in the list.',
  permission: 'workloads.allocation.read',
  query: listQuery,
  responses: { 200: pageSchema(allocationSchema) },
  errors: ['cursor_invalid'],
});

export const listWorkloads = operation({
  id: 'listWorkloads',
  method: 'GET',
  path: 'workloads',
  tag: 'workloads',
  summary: 'Everything the organization runs',
  description: 'Allocations, under the status and filter contract that applications will share.',
  permission: 'workloads.allocation.read',
  query: listQuery,
  responses: { 200: pageSchema(allocationSchema) },
  errors: ['cursor_invalid'],
});

export const getAllocation = operation({
  id: 'getAllocation',
  method: 'GET',
  path: 'allocations/{allocation_id}',
  tag: 'workloads',
  summary: 'One allocation',
  permission: 'workloads.allocation.read',
  params: allocationParams,
  responses: { 200: allocationDetailSchema },
  errors: ['not_found'],
});

export const releaseAllocation = operation({
  id: 'releaseAllocation',
  method: 'POST',
  path: 'allocations/{allocation_id}/release',
  tag: 'workloads',
  summary: 'Release an allocation',
  description:
    'Stops billing now and starts the task that ends what runs and gives the GPUs back. Before it is active this cancels the launch; ' +
    'after a release that failed it tries again; while it is being released it answers with the task under way.',
  permission: 'workloads.allocation.release',
  params: allocationParams,
  responses: { 202: allocationWithTaskSchema },
  errors: ['not_found', 'allocation_not_releasable'],
  idempotency: 'accepted',
});

export const createTerminalToken = operation({
  id: 'createTerminalToken',
  method: 'POST',
  path: 'allocations/{allocation_id}/terminal-token',
  tag: 'workloads',
  summary: 'A ticket for one terminal connection',
  description:
    'Good for one connection within a minute, bound to the user, the sign-in session and the allocation. Present it as ' +
    '`Sec-WebSocket-Protocol: portico.terminal.v1, <token>` at `websocket_path`; it is never part of a URL.',
  permission: 'workloads.allocation.connect',
  params: allocationParams,
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['token', 'expires_at', 'websocket_path'],
      properties: { token: { type: 'string' }, expires_at: instantSchema, websocket_path: { type: 'string' } },
    },
  },
  errors: ['not_found', 'allocation_not_active'],
  idempotency: 'accepted',
  secretReply: true,
  rateLimit: 'terminalTokens',
});

export const getAllocationSshKeys = operation({
  id: 'getAllocationSshKeys',
  method: 'GET',
  path: 'allocations/{allocation_id}/ssh-keys',
  tag: 'workloads',
  summary: 'Which keys may log in',
  permission: 'workloads.allocation.read',
  params: allocationParams,
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['ssh_key_ids'],
      properties: {
        ssh_key_ids: {
          type: ['array', 'null'],
          items: { type: 'string' },
          description: 'Null: every key of the user, those added later too.',
        },
      },
    },
  },
  errors: ['not_found'],
});

export const setAllocationSshKeys = operation({
  id: 'setAllocationSshKeys',
  method: 'PUT',
  path: 'allocations/{allocation_id}/ssh-keys',
  tag: 'workloads',
  summary: 'Choose which keys may log in',
  description:
    'Replaces the selection, from the next login on; null stands for all keys. Keys are those of the user who launched it.',
  permission: 'workloads.allocation.connect',
  params: allocationParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['ssh_key_ids'],
    properties: {
      ssh_key_ids: {
        ...sshKeyIdsSchema,
        type: ['array', 'null'],
        description: 'Null: every key of the user who launched it, those added later too.',
      },
    },
  },
  responses: { 200: allocationSchema },
  errors: ['not_found', 'ssh_key_not_found', 'allocation_not_active'],
});
