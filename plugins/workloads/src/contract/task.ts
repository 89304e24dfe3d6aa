import { instantSchema, nullableInstantSchema } from '@portico/plugin-kit/contract';

export const taskSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['task_id', 'kind', 'status', 'resource', 'steps', 'expected_seconds', 'created_at', 'updated_at'],
  properties: {
    task_id: { type: 'string' },
    kind: {
      type: 'string',
      description:
        '`provision`, `provision_batch` (of several alike), `release`, or `reclaim` (the capacity of an allocation that failed while running).',
    },
    status: { type: 'string', enum: ['pending', 'running', 'cancelling', 'completed', 'failed', 'cancelled'] },
    resource: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'id'],
      properties: { type: { type: 'string' }, id: { type: 'string' } },
    },
    steps: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'status', 'started_at', 'finished_at', 'error'],
        properties: {
          name: { type: 'string' },
          status: { type: 'string', enum: ['pending', 'active', 'completed', 'failed', 'skipped', 'cancelled'] },
          started_at: nullableInstantSchema,
          finished_at: nullableInstantSchema,
          error: {
            type: ['object', 'null'],
            additionalProperties: false,
            required: ['code', 'message'],
            properties: { code: { type: 'string' }, message: { type: 'string' } },
          },
        },
      },
    },
    expected_seconds: {
      type: ['object', 'null'],
      description:
        'How long tasks of this kind took from beginning to end: half of them so long at most, 95 of 100 so long at most. Null with too little history.',
      additionalProperties: false,
      required: ['p50', 'p95'],
      properties: { p50: { type: 'number', minimum: 0 }, p95: { type: 'number', minimum: 0 } },
    },
    created_at: instantSchema,
    updated_at: instantSchema,
  },
} as const;

export const taskEventSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['position', 'at', 'step', 'kind', 'message'],
  properties: {
    position: { type: 'integer' },
    at: instantSchema,
    step: { type: ['string', 'null'] },
    kind: {
      type: 'string',
      enum: [
        'created',
        'step_started',
        'step_completed',
        'step_failed',
        'retry',
        'report',
        'cancel_requested',
        'compensated',
        'finished',
      ],
    },
    message: { type: 'string' },
  },
} as const;
