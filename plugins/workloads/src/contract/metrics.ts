import { instantSchema, operation } from '@portico/plugin-kit/contract';
import { allocationParams } from './identifiers';

/** Resolution → seconds per point. `auto` takes the finest that answers the range within a few hundred points. */
export const metricResolutions = ['auto', '10s', '1m', '10m'] as const;
export type MetricResolution = (typeof metricResolutions)[number];

export const metricRanges = ['15m', '1h', '6h', '24h', '7d'] as const;
export type MetricRange = (typeof metricRanges)[number];

export const metricNames = [
  'cpu_percent',
  'memory_bytes',
  'memory_limit_bytes',
  'disk_bytes',
  'disk_limit_bytes',
  'network_rx_bytes_per_second',
  'network_tx_bytes_per_second',
  'processes',
  'gpu_utilization_percent',
  'gpu_memory_bytes',
  'gpu_memory_limit_bytes',
  'gpu_temperature_celsius',
  'gpu_power_watts',
] as const;
export type MetricName = (typeof metricNames)[number];

export const getAllocationMetrics = operation({
  id: 'getAllocationMetrics',
  method: 'GET',
  path: 'allocations/{allocation_id}/metrics',
  tag: 'workloads',
  summary: 'How an allocation is used',
  description:
    'All series share the instants of `at`; a null is a time nobody measured. Coarser resolutions are averages (counters: rates). ' +
    'Series of GPUs that do not exist are marked `simulated`.',
  permission: 'workloads.allocation.read',
  params: allocationParams,
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      range: {
        type: 'string',
        enum: metricRanges,
        default: '1h',
        description: 'Back from now, or from the end of an allocation that has ended.',
      },
      resolution: { type: 'string', enum: metricResolutions, default: 'auto' },
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['allocation_id', 'from', 'to', 'resolution_seconds', 'at', 'series', 'markers'],
      properties: {
        allocation_id: { type: 'string' },
        from: instantSchema,
        to: instantSchema,
        resolution_seconds: { type: 'integer' },
        at: { type: 'array', items: instantSchema },
        series: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['name', 'unit', 'gpu_index', 'gpu_model', 'simulated', 'values'],
            properties: {
              name: { type: 'string', enum: metricNames },
              unit: { type: 'string', enum: ['percent', 'bytes', 'bytes_per_second', 'count', 'celsius', 'watts'] },
              gpu_index: { type: ['integer', 'null'] },
              gpu_model: { type: ['string', 'null'] },
              simulated: { type: 'boolean' },
              values: { type: 'array', items: { type: ['number', 'null'] } },
            },
          },
        },
        markers: {
          type: 'array',
          description: 'What happened to the allocation within the range, oldest first.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['at', 'kind', 'message'],
            properties: {
              at: instantSchema,
              kind: {
                type: 'string',
                enum: ['launched', 'active', 'release_requested', 'released', 'failed', 'release_failed'],
              },
              message: { type: 'string' },
            },
          },
        },
      },
    },
  },
  errors: ['not_found'],
});
