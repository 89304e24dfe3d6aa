/**
 * What a client may send as an id. Deliberately wider than the ids we make: an id that is well-formed but names nothing is answered with
 * `…_not_found`, not with a complaint about its shape.
 */
export const referenceSchema = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]*$',
} as const;

/** Longest text somebody searches for. */
const SEARCH_LENGTH_MAX = 100;
export const searchSchema = { type: 'string', minLength: 1, maxLength: SEARCH_LENGTH_MAX } as const;

export const allocationParams = {
  type: 'object',
  additionalProperties: false,
  required: ['allocation_id'],
  properties: { allocation_id: referenceSchema },
} as const;

export const taskParams = {
  type: 'object',
  additionalProperties: false,
  required: ['task_id'],
  properties: { task_id: referenceSchema },
} as const;

export const batchParams = {
  type: 'object',
  additionalProperties: false,
  required: ['batch_id'],
  properties: { batch_id: referenceSchema },
} as const;
