import {
  activeProjectSchema,
  idSchema,
  instantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
  tagFilterSchema,
} from '@portico/plugin-kit/contract';
import { balanceSchema, usageSchema } from './schemas';

export const getBalance = operation({
  id: 'getBalance',
  method: 'GET',
  path: 'billing/balance',
  tag: 'billing',
  summary: 'Balance, burn rate and runway',
  description:
    'Of the caller’s organization, to the micro-unit as of the moment of asking: usage that is metered but not yet posted is taken off.',
  permission: 'billing.balance.read',
  responses: { 200: balanceSchema },
  errors: [],
});

const usageFilterProperties = {
  allocation_id: idSchema,
  project_id: idSchema,
  user_id: idSchema,
  sku_id: idSchema,
  tag: tagFilterSchema,
  status: { type: 'string', enum: ['running', 'stopped'], description: 'Whether the meter runs.' },
  from: { ...instantSchema, description: 'Usage from this instant on; earlier seconds and their cost are left out.' },
  to: { ...instantSchema, description: 'Usage before this instant; later seconds and their cost are left out.' },
  sort: { type: 'string', enum: ['started_at', '-started_at', 'cost', '-cost'], default: '-started_at' },
} as const;

export const listUsage = operation({
  id: 'listUsage',
  method: 'GET',
  path: 'billing/usage',
  tag: 'billing',
  summary: 'What each allocation cost',
  description:
    'One row for each allocation that was metered, with its time, price and cost within the period. Running allocations are reckoned up to the moment the ' +
    'first page was asked for, so that pages fit together.',
  permission: 'billing.usage.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { ...usageFilterProperties, ...pageQueryProperties },
  },
  responses: { 200: pageSchema(usageSchema) },
  errors: ['cursor_invalid', 'period_invalid'],
});

export const exportUsage = operation({
  id: 'exportUsage',
  method: 'GET',
  path: 'billing/usage/csv',
  tag: 'billing',
  summary: 'What each allocation cost, as CSV',
  description:
    'The rows of the usage list, all of them, streamed. Amounts are decimal numbers with six places, so that sums are exact; text that a ' +
    'spreadsheet would run as a formula is made inert by a leading apostrophe.',
  permission: 'billing.usage.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { active_project_id: activeProjectSchema, ...usageFilterProperties },
  },
  responses: { 200: { type: 'string' } },
  errors: ['period_invalid'],
  streams: 'text/csv',
  activeProjectIn: 'active_project_id',
});
