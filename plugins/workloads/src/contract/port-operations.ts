import { instantSchema, operation } from '@portico/plugin-kit/contract';
import { referenceSchema } from './identifiers';

export const openPublishedPort = operation({
  id: 'openPublishedPort',
  method: 'POST',
  path: 'allocations/{allocation_id}/published-ports/{port}/ticket',
  tag: 'workloads',
  summary: 'A ticket to a published port, for a browser',
  description:
    'Every published port has an origin of its own (`url` of `network.published_ports`). Submit a form with the field `ticket` to `enter_url`: that origin sets a cookie and shows what listens on ' +
    'the port. Good once, within a minute, bound to the user, the sign-in session and the port; what it opens ends with that session, with the permission and with the allocation. ' +
    'Programs need no ticket: they send their key as `Portico-Authorization: Bearer …` to the origin itself, and the header goes no further.',
  permission: 'workloads.allocation.connect',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['allocation_id', 'port'],
    properties: { allocation_id: referenceSchema, port: { type: 'string', pattern: '^[1-9][0-9]{0,4}$' } },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['ticket', 'enter_url', 'expires_at'],
      properties: { ticket: { type: 'string' }, enter_url: { type: 'string' }, expires_at: instantSchema },
    },
  },
  errors: ['not_found', 'allocation_not_active'],
  idempotency: 'accepted',
  secretReply: true,
  rateLimit: 'terminalTokens',
});
