import { idSchema, nameSchema, operation } from '@portico/plugin-kit/contract';
import { projectSchema } from './resources';

const TAG = 'projects';

const projectParams = {
  type: 'object',
  additionalProperties: false,
  required: ['project_id'],
  properties: { project_id: idSchema },
} as const;

const nameBody = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      ...nameSchema,
      description: 'Unique in the organization without regard to case; space around it is dropped.',
    },
  },
} as const;

/** Why a project cannot be deleted. */
const projectObstacleSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['code', 'message', 'occupants'],
  properties: {
    code: { type: 'string', enum: ['project_is_default', 'project_is_last', 'project_not_empty'] },
    message: { type: 'string' },
    occupants: {
      type: 'array',
      description: 'What is still in it, for `project_not_empty`.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['kind', 'count'],
        properties: { kind: { type: 'string' }, count: { type: 'integer' } },
      },
    },
  },
} as const;

export const getProject = operation({
  id: 'getProject',
  method: 'GET',
  path: 'projects/{project_id}',
  tag: TAG,
  summary: 'One project, and what keeps it from being deleted',
  permission: 'access.project.read',
  params: projectParams,
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['project', 'deletion_obstacles'],
      properties: {
        project: projectSchema,
        deletion_obstacles: {
          type: 'array',
          items: projectObstacleSchema,
          description: 'As of now; empty when it could be deleted.',
        },
      },
    },
  },
  errors: ['not_found'],
});

export const createProject = operation({
  id: 'createProject',
  method: 'POST',
  path: 'projects',
  tag: TAG,
  summary: 'Create a project',
  description: 'In the department named, else in the default one of the organization.',
  permission: 'access.project.manage',
  idempotency: 'accepted',
  body: {
    ...nameBody,
    properties: { ...nameBody.properties, department_id: idSchema },
  },
  responses: { 201: projectSchema },
  errors: ['not_found', 'project_name_taken', 'project_limit_reached'],
});

export const renameProject = operation({
  id: 'renameProject',
  method: 'PATCH',
  path: 'projects/{project_id}',
  tag: TAG,
  summary: 'Rename a project',
  permission: 'access.project.manage',
  params: projectParams,
  body: nameBody,
  responses: { 200: projectSchema },
  errors: ['not_found', 'project_name_taken'],
});

export const setDefaultProject = operation({
  id: 'setDefaultProject',
  method: 'POST',
  path: 'projects/{project_id}/set-default',
  tag: TAG,
  summary: 'Make a project one’s default',
  description:
    'The project that is active when `X-Project-Id` is absent. Of the caller alone: everybody has their own, and chooses among those they see.',
  permission: 'authenticated',
  proof: 'session',
  idempotency: 'accepted',
  params: projectParams,
  responses: { 200: projectSchema },
  errors: ['not_found'],
});

export const deleteProject = operation({
  id: 'deleteProject',
  method: 'DELETE',
  path: 'projects/{project_id}',
  tag: TAG,
  summary: 'Delete an empty project',
  description:
    'Refused while something runs in it, while it is the caller’s default and while it is the only one; the refusal says which. Its usage, ledger entries and ' +
    'audit log stay. Other members whose default it was get the organization’s oldest one.',
  permission: 'access.project.manage',
  proof: 'fresh_or_key',
  params: projectParams,
  responses: { 204: null },
  errors: ['not_found', 'project_is_default', 'project_is_last', 'project_not_empty'],
});
