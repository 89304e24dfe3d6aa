import { idSchema, moneySchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import { adminUserSchema, creditEntrySchema } from './resources';

const userParams = {
  type: 'object',
  additionalProperties: false,
  required: ['user_id'],
  properties: { user_id: idSchema },
} as const;

/** A reason is one or several lines for other people to read, without control characters but line breaks. */
const reasonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  pattern: '^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*\\S[^\\u0000-\\u0009\\u000b-\\u001f\\u007f]*$',
} as const;

export const listUsers = operation({
  id: 'listUsers',
  method: 'GET',
  path: 'admin/users',
  tag: 'admin',
  summary: 'All users, newest first',
  permission: 'access.user.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...pageQueryProperties,
      q: {
        type: 'string',
        minLength: 1,
        maxLength: 100,
        pattern: '^[^\\u0000-\\u001f\\u007f]+$',
        description: 'Part of user name, display name or e-mail address, without regard to case.',
      },
    },
  },
  responses: { 200: pageSchema(adminUserSchema) },
  errors: ['cursor_invalid'],
});

export const getUser = operation({
  id: 'getUser',
  method: 'GET',
  path: 'admin/users/{user_id}',
  tag: 'admin',
  summary: 'One user',
  permission: 'access.user.read_any',
  params: userParams,
  responses: { 200: adminUserSchema },
  errors: ['not_found'],
});

export const creditUser = operation({
  id: 'creditUser',
  method: 'POST',
  path: 'admin/users/{user_id}/balance',
  tag: 'admin',
  summary: 'Credit a user’s organization',
  description:
    'Internal credit to the user’s personal organization, or to the one named, of which the user must be a member. Sent twice with one key it is credited once.',
  permission: 'billing.credit.grant',
  idempotency: 'accepted',
  rateLimit: 'money',
  params: userParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['amount', 'reason'],
    properties: { amount: moneySchema, reason: reasonSchema, organization_id: idSchema },
  },
  responses: { 201: creditEntrySchema },
  errors: ['not_found', 'credit_amount_out_of_range', 'currency_mismatch', 'amount_invalid'],
});
