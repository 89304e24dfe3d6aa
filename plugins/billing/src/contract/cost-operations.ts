import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
  operation,
  tagFilterSchema,
  TAG_GROUP_PATTERN,
} from '@portico/plugin-kit/contract';

/** Groups a chart can tell apart; the smaller ones come as `other`. */
export const TIMELINE_GROUPS_MAX = 10;
/** A month of hours, two years of days, or ten years of months: more than this many points nobody can see in a chart. */
export const TIMELINE_BUCKETS_MAX = 750;
/** Lines of a table of costs; the smaller ones come as `other`. */
export const COST_GROUPS_MAX = 200;
/** Workloads listed by what they burn, the most expensive first; the rest is in the totals. */
export const BURN_WORKLOADS_MAX = 200;

const groupBySchema = {
  type: 'string',
  maxLength: 60,
  pattern: `^(none|project|user|sku|department|${TAG_GROUP_PATTERN})$`,
  default: 'none',
  description: '`project`, `user`, `sku`, `department`, `tag:KEY` (the values of that tag), or `none`.',
} as const;

const costFilterProperties = {
  project_id: idSchema,
  user_id: idSchema,
  sku_id: idSchema,
  tag: tagFilterSchema,
} as const;

const groupProperties = {
  kind: {
    type: 'string',
    enum: ['group', 'none', 'other'],
    description:
      '`none`: what has no such tag, or stands for no user; also the only one when nothing was grouped. `other`: all that are too small to be named, together.',
  },
  key: { type: ['string', 'null'], description: 'Id, or value of the tag; null unless `kind` is `group`.' },
  label: { type: ['string', 'null'], description: 'A name to read, where there still is one.' },
} as const;

const gpuSecondsSchema = {
  type: 'integer',
  minimum: 0,
  description: 'Metered seconds × GPUs, rounded down.',
} as const;

export const getUsageTimeline = operation({
  id: 'getUsageTimeline',
  method: 'GET',
  path: 'billing/usage/timeline',
  tag: 'billing',
  summary: 'What was used, hour by hour, day by day or month by month',
  description:
    'Hours, days and months are those of UTC, and the period is widened to whole ones. Costs are exact to the micro-unit and up to the moment of asking: all buckets together come to ' +
    'what the usage list says. At most 750 buckets; the ten groups that cost the most have a series each, in that order, the others share one.',
  permission: 'billing.usage.read',
  query: {
    type: 'object',
    additionalProperties: false,
    required: ['from', 'to'],
    properties: {
      from: instantSchema,
      to: { ...instantSchema, description: 'The end; it is not part of the period.' },
      interval: { type: 'string', enum: ['hour', 'day', 'month'], default: 'day' },
      group_by: groupBySchema,
      ...costFilterProperties,
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['from', 'to', 'interval', 'group_by', 'as_of', 'total', 'buckets', 'series'],
      properties: {
        from: { ...instantSchema, description: 'Of the first bucket.' },
        to: { ...instantSchema, description: 'Where the last bucket ends.' },
        interval: { type: 'string', enum: ['hour', 'day', 'month'] },
        group_by: { type: 'string' },
        as_of: instantSchema,
        total: moneySchema,
        buckets: {
          type: 'array',
          maxItems: TIMELINE_BUCKETS_MAX,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['begins_at', 'ends_at', 'total'],
            properties: { begins_at: instantSchema, ends_at: instantSchema, total: moneySchema },
          },
        },
        series: {
          type: 'array',
          maxItems: TIMELINE_GROUPS_MAX + 1,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['kind', 'key', 'label', 'total', 'amounts'],
            properties: {
              ...groupProperties,
              total: moneySchema,
              amounts: {
                type: 'array',
                maxItems: TIMELINE_BUCKETS_MAX,
                items: { type: 'string', pattern: '^(0|[1-9][0-9]{0,18})$' },
                description: 'One for each bucket, in currency and scale of the total.',
              },
            },
          },
        },
      },
    },
  },
  errors: ['period_invalid', 'period_too_long'],
});

export const getCosts = operation({
  id: 'getCosts',
  method: 'GET',
  path: 'billing/costs',
  tag: 'billing',
  summary: 'What it cost, by project, user, department, hardware or tag',
  description:
    'The period is widened to whole hours of UTC. Costs are what was charged for use, exact to the micro-unit and up to the moment of asking; `credited` is what was given back of it because a ' +
    'node could not be reached.',
  permission: 'billing.usage.read',
  query: {
    type: 'object',
    additionalProperties: false,
    required: ['from', 'to'],
    properties: {
      from: instantSchema,
      to: { ...instantSchema, description: 'The end; it is not part of the period.' },
      group_by: { ...groupBySchema, default: 'project' },
      ...costFilterProperties,
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['from', 'to', 'group_by', 'as_of', 'total', 'credited', 'gpu_seconds', 'items'],
      properties: {
        from: instantSchema,
        to: instantSchema,
        group_by: { type: 'string' },
        as_of: instantSchema,
        total: moneySchema,
        credited: moneySchema,
        gpu_seconds: gpuSecondsSchema,
        items: {
          type: 'array',
          maxItems: COST_GROUPS_MAX + 1,
          description: 'The most expensive first, `other` last.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['kind', 'key', 'label', 'cost', 'credited', 'gpu_seconds', 'share'],
            properties: {
              ...groupProperties,
              cost: moneySchema,
              credited: moneySchema,
              gpu_seconds: gpuSecondsSchema,
              share: { type: 'number', minimum: 0, maximum: 1, description: 'Of the total, to six places.' },
            },
          },
        },
      },
    },
  },
  errors: ['period_invalid', 'period_too_long'],
});

export const getBurn = operation({
  id: 'getBurn',
  method: 'GET',
  path: 'billing/burn',
  tag: 'billing',
  summary: 'What runs now, what it costs an hour, and when the money is used up',
  description:
    'Workloads that are metered at the moment of asking, the most expensive first, at most 200. Rate, runway and drain are those of the whole organization.',
  permission: 'billing.usage.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['as_of', 'burn_rate_per_hour', 'runway_seconds', 'drains_at', 'running_count', 'items'],
      properties: {
        as_of: instantSchema,
        burn_rate_per_hour: moneySchema,
        runway_seconds: { type: ['integer', 'null'], minimum: 0, description: 'Null when nothing burns.' },
        drains_at: {
          ...nullableInstantSchema,
          description:
            'When all that runs now would have used up available and held money, if nothing else were launched, released or paid in; null when nothing burns.',
        },
        running_count: { type: 'integer', minimum: 0, description: 'Workloads that burn, listed here or not.' },
        items: {
          type: 'array',
          maxItems: BURN_WORKLOADS_MAX,
          items: {
            type: 'object',
            additionalProperties: false,
            required: [
              'allocation_id',
              'allocation_name',
              'project_id',
              'user_id',
              'sku_id',
              'gpu_count',
              'price_per_hour',
              'started_at',
              'cost',
              'share',
            ],
            properties: {
              allocation_id: idSchema,
              allocation_name: { type: 'string' },
              project_id: idSchema,
              user_id: nullableIdSchema,
              sku_id: idSchema,
              gpu_count: { type: 'integer', minimum: 1 },
              price_per_hour: moneySchema,
              started_at: instantSchema,
              cost: { ...moneySchema, description: 'Since it started.' },
              share: { type: 'number', minimum: 0, maximum: 1, description: 'Of the burn rate, to six places.' },
            },
          },
        },
      },
    },
  },
  errors: [],
});
