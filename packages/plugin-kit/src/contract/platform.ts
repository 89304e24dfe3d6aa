import { auditErrors, exportAuditLogs, exportOwnAuditLogs, listAllAuditLogs, listAuditLogs } from './audit';
import { defineContract } from './contract';
import { listMessages } from './mail';
import { operation } from './operation';
import { definePermissions } from './permissions';
import { activeProjectSchema, instantSchema, pageQueryProperties, pageSchema } from './schemas';

const getOpenApi = operation({
  id: 'getOpenApi',
  method: 'GET',
  path: 'openapi.json',
  tag: 'platform',
  summary: 'This contract, as OpenAPI 3.1',
  permission: 'public',
  responses: { 200: { type: 'object', additionalProperties: true } },
  errors: [],
});

const streamEvents = operation({
  id: 'streamEvents',
  method: 'GET',
  path: 'events',
  tag: 'platform',
  summary: 'Events of the caller’s organization, live',
  description:
    'Server-sent events. Each has the position as `id` and the envelope, type included, as `data`; the event field is left at its default, `message`. Send `Last-Event-ID` to resume after ' +
    'it; an event named `reset` says that the position is no longer kept and that what is shown must be read again. The stream ends when the session or the API key does; a key bound to a project is told of that project alone.',
  permission: 'events.stream.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      project_id: activeProjectSchema,
    },
  },
  responses: { 200: { type: 'string' } },
  errors: [],
  streams: 'text/event-stream',
  activeProjectIn: 'project_id',
});

const listAttention = operation({
  id: 'listAttention',
  method: 'GET',
  path: 'ops/attention',
  tag: 'platform',
  summary: 'What needs a person',
  permission: 'platform.attention.read',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: {
    200: pageSchema({
      type: 'object',
      additionalProperties: false,
      required: ['attention_id', 'kind', 'resource', 'organization_id', 'message', 'raised_at'],
      properties: {
        attention_id: { type: 'string' },
        kind: { type: 'string' },
        resource: {
          type: 'object',
          additionalProperties: false,
          required: ['type', 'id'],
          properties: { type: { type: 'string' }, id: { type: 'string' } },
        },
        organization_id: { type: ['string', 'null'] },
        message: { type: 'string' },
        raised_at: instantSchema,
      },
    }),
  },
  errors: ['cursor_invalid'],
});

/** What the backend itself offers, below every plugin. */
export const platformContract = defineContract({
  plugin: 'platform',
  operations: {
    getOpenApi,
    streamEvents,
    listAttention,
    listMessages,
    listAuditLogs,
    exportOwnAuditLogs,
    listAllAuditLogs,
    exportAuditLogs,
  },
  errors: auditErrors,
  permissions: definePermissions({
    'events.stream.read': 'follow what happens in the organization as it happens',
    'platform.attention.read': 'see what needs a person, on the whole platform',
    'platform.mail.read': 'read the mail the portal keeps while it has no mail server, links in it included',
    'audit.log.read_any': 'read and export the audit log of the whole platform',
    'audit.log.read': 'read the audit log of the organization',
  }),
  events: {},
});
