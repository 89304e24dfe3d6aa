import { defineErrors } from './errors';
import { operation } from './operation';
import { activeProjectSchema, instantSchema, pageQueryProperties, pageSchema } from './schemas';

/** Longest value a filter takes: ids, actions and correlation ids are shorter. */
const FILTER_LENGTH_MAX = 128;
const filterValue = { type: 'string', minLength: 1, maxLength: FILTER_LENGTH_MAX } as const;

/** Which kind acted. */
export const AUDIT_ACTOR_TYPES = ['user', 'api_key', 'service_account', 'support', 'task', 'system'] as const;

/** One deed: who did what to what, in which request, and how its fields changed. */
export const auditEntrySchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'audit_id',
    'at',
    'action',
    'actor',
    'on_behalf_of',
    'resource',
    'organization_id',
    'project_id',
    'correlation_id',
    'reason',
    'changes',
    'seal',
  ],
  properties: {
    audit_id: { type: 'string' },
    at: instantSchema,
    action: {
      type: 'string',
      description:
        'What was done, `plugin.resource.verb`; `authorization.denied` for what was refused, for want of a permission or of what was asked of the sign-in, or because it went beyond what the actor may do.',
    },
    actor: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'id', 'key_id', 'support_session_id', 'session_id', 'address'],
      properties: {
        type: {
          type: 'string',
          enum: AUDIT_ACTOR_TYPES,
          description:
            '`api_key`: a program of a user; `service_account`: an account for programs; `support`: somebody who looked into the organization.',
        },
        id: {
          type: 'string',
          description:
            'Of the user, also of whom the key is and who looks in for support; of the task; of a part of the system.',
        },
        name: {
          type: ['string', 'null'],
          description: 'User name of a user as of now, for people; in the lists only, and not under the seal.',
        },
        key_id: { type: ['string', 'null'], description: 'The API key, or the key of the service account.' },
        support_session_id: { type: ['string', 'null'] },
        session_id: {
          type: ['string', 'null'],
          description: 'The sign-in session, or the API key and, after the dot, which of its secrets.',
        },
        address: { type: ['string', 'null'] },
      },
    },
    on_behalf_of: {
      type: ['object', 'null'],
      description: 'For whom: the organization support looks into, the user a task works for. Null: for themselves.',
      additionalProperties: false,
      required: ['type', 'id'],
      properties: { type: { type: 'string', enum: ['user', 'organization'] }, id: { type: 'string' } },
    },
    resource: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'id'],
      properties: { type: { type: 'string' }, id: { type: 'string' } },
    },
    organization_id: { type: ['string', 'null'] },
    project_id: { type: ['string', 'null'] },
    correlation_id: { type: 'string' },
    reason: { type: ['string', 'null'] },
    changes: {
      type: 'object',
      additionalProperties: true,
      description: 'Field → `{before, after}`, or the word `changed` where the values are secret.',
    },
    seal: {
      type: ['object', 'null'],
      description:
        'Its place in the hash chain; null for the moment between the deed and its sealing. `hash` is SHA-256 over `previous_hash` and the entry.',
      additionalProperties: false,
      required: ['position', 'previous_hash', 'hash'],
      properties: { position: { type: 'integer' }, previous_hash: { type: 'string' }, hash: { type: 'string' } },
    },
  },
} as const;

const filters = {
  action: filterValue,
  actor_type: { type: 'string', enum: AUDIT_ACTOR_TYPES },
  actor_id: filterValue,
  resource_type: filterValue,
  resource_id: filterValue,
  correlation_id: filterValue,
  project_id: filterValue,
  from: { ...instantSchema, description: 'Deeds from this instant on.' },
  to: { ...instantSchema, description: 'Deeds before this instant.' },
} as const;

export const auditErrors = defineErrors({
  audit_export_not_narrowable: {
    status: 422,
    sentence:
      'Only a whole log can be verified, so JSON Lines take no filters; ask for format=csv, or leave the filters out.',
  },
});

export const listAuditLogs = operation({
  id: 'listAuditLogs',
  method: 'GET',
  path: 'audit-logs',
  tag: 'audit',
  summary: 'What was done in the organization',
  description: 'Newest first. Deeds of the platform’s own people that concern the organization are in it too.',
  permission: 'audit.log.read',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties, ...filters } },
  responses: { 200: pageSchema(auditEntrySchema) },
  errors: ['cursor_invalid'],
});

export const exportOwnAuditLogs = operation({
  id: 'exportOwnAuditLogs',
  method: 'GET',
  path: 'audit-logs/export',
  tag: 'audit',
  summary: 'The audit log of the organization, for keeping elsewhere',
  description:
    'What the filters leave, newest first, streamed; as JSON Lines the entries as the list shows them, as CSV a row each with the changes as JSON. It cannot be verified by itself: ' +
    'the chain runs through the deeds of all organizations, which are not handed out. Each entry carries its place in the chain, for comparing with what the platform keeps. In ' +
    'CSV a cell that a spreadsheet would run as a formula is made inert by a leading apostrophe.',
  permission: 'audit.log.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      format: { type: 'string', enum: ['csv', 'jsonl'], default: 'csv' },
      active_project_id: activeProjectSchema,
      ...filters,
    },
  },
  responses: { 200: { type: 'string' } },
  errors: [],
  streams: ['text/csv', 'application/jsonl'],
  activeProjectIn: 'active_project_id',
});

export const listAllAuditLogs = operation({
  id: 'listAllAuditLogs',
  method: 'GET',
  path: 'admin/audit-logs',
  tag: 'audit',
  summary: 'What was done on the platform',
  description: 'Newest first, over all organizations.',
  permission: 'audit.log.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { ...pageQueryProperties, ...filters, organization_id: filterValue },
  },
  responses: { 200: pageSchema(auditEntrySchema) },
  errors: ['cursor_invalid'],
});

export const exportAuditLogs = operation({
  id: 'exportAuditLogs',
  method: 'GET',
  path: 'admin/audit-logs/export',
  tag: 'audit',
  summary: 'The audit log, for keeping and checking elsewhere',
  description:
    'As JSON Lines: oldest first, streamed: sealed entries as the lists show them, the signed checkpoints between them (`{"checkpoint": …}`), and as the last line how many entries ' +
    'were not sealed yet (`{"unsealed": n}`). `npm run audit:verify -- FILE` checks the chain and the signatures without the portal, and names the first ' +
    'entry that was altered. As CSV: what the filters leave, newest first, a row each with the changes as JSON, for spreadsheets; a cell that one would run as a ' +
    'formula is made inert by a leading apostrophe.',
  permission: 'audit.log.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      format: { type: 'string', enum: ['jsonl', 'csv'], default: 'jsonl' },
      active_project_id: activeProjectSchema,
      ...filters,
      organization_id: filterValue,
    },
  },
  responses: { 200: { type: 'string' } },
  errors: ['audit_export_not_narrowable'],
  streams: ['application/jsonl', 'text/csv'],
  activeProjectIn: 'active_project_id',
});
