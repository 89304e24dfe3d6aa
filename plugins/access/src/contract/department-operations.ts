import {
  idSchema,
  instantSchema,
  nameSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { projectSchema } from './resources';

const TAG = 'departments';

const departmentParams = {
  type: 'object',
  additionalProperties: false,
  required: ['department_id'],
  properties: { department_id: idSchema },
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

const departmentSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['department_id', 'name', 'is_default', 'project_count', 'created_at'],
  properties: {
    department_id: idSchema,
    name: { type: 'string' },
    is_default: { type: 'boolean', description: 'Where a project goes that names none.' },
    project_count: { type: 'integer' },
    created_at: instantSchema,
  },
} as const;

export const listDepartments = operation({
  id: 'listDepartments',
  method: 'GET',
  path: 'departments',
  tag: TAG,
  summary: 'Departments of the organization, oldest first',
  description: 'Every organization has one. Whoever sees single projects alone sees the department of the active one.',
  permission: 'access.project.read',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(departmentSchema) },
  errors: ['cursor_invalid'],
});

export const createDepartment = operation({
  id: 'createDepartment',
  method: 'POST',
  path: 'departments',
  tag: TAG,
  summary: 'Create a department',
  permission: 'access.department.manage',
  idempotency: 'accepted',
  body: nameBody,
  responses: { 201: departmentSchema },
  errors: ['department_name_taken', 'department_limit_reached'],
});

export const renameDepartment = operation({
  id: 'renameDepartment',
  method: 'PATCH',
  path: 'departments/{department_id}',
  tag: TAG,
  summary: 'Rename a department',
  permission: 'access.department.manage',
  params: departmentParams,
  body: nameBody,
  responses: { 200: departmentSchema },
  errors: ['not_found', 'department_name_taken'],
});

export const deleteDepartment = operation({
  id: 'deleteDepartment',
  method: 'DELETE',
  path: 'departments/{department_id}',
  tag: TAG,
  summary: 'Delete an empty department',
  description: 'Refused while it has projects, and for the default one. What was spent in it stays in the books.',
  permission: 'access.department.manage',
  params: departmentParams,
  responses: { 204: null },
  errors: ['not_found', 'department_is_default', 'department_not_empty'],
});

export const moveProject = operation({
  id: 'moveProject',
  method: 'PUT',
  path: 'projects/{project_id}/department',
  tag: TAG,
  summary: 'Move a project to another department',
  description: 'What it has cost stays where it was, and what runs in it goes on to be paid from where it was started.',
  permission: 'access.department.manage',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['project_id'],
    properties: { project_id: idSchema },
  },
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['department_id'],
    properties: { department_id: idSchema },
  },
  responses: { 200: projectSchema },
  errors: ['not_found'],
});
