import { idSchema, operation } from '@portico/plugin-kit/contract';
import { placementRefusals } from './placement-refusals';

/** Of one question; a batch is bounded far below it. */
export const WHAT_IF_COPIES_MAX = 10_000;
/** Nodes and allocations one question may set aside. */
export const WHAT_IF_CHANGES_MAX = 200;
/** Nodes named in an answer; more than a screen holds help nobody, `node_count` counts them all. */
export const PLACEMENTS_SHOWN_MAX = 200;
/** Allocations looked at when a node's drain is asked about: more than a node has slots. */
export const DRAIN_PREVIEW_ALLOCATIONS_MAX = 1024;
const GPUS_MAX = 64;
const VCPUS_MAX = 4096;
const MEMORY_BYTES_MAX = 64 * 1024 ** 4;

const demandSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['gpu_model', 'gpu_count'],
  description: 'What one allocation asks of one node.',
  properties: {
    gpu_model: { type: 'string', minLength: 1, maxLength: 80 },
    shape: { type: 'string', enum: ['gpu_slice', 'baremetal'], default: 'gpu_slice' },
    gpu_count: { type: 'integer', minimum: 1, maximum: GPUS_MAX },
    gpu_fraction_milli: { type: 'integer', minimum: 1, maximum: 1000, default: 1000 },
    vcpus: { type: 'integer', minimum: 0, maximum: VCPUS_MAX, default: 0 },
    memory_bytes: { type: 'integer', minimum: 0, maximum: MEMORY_BYTES_MAX, default: 0 },
    regions: {
      type: ['array', 'null'],
      maxItems: 64,
      items: { type: 'string', minLength: 1, maxLength: 64 },
      default: null,
      description: 'Regions it may be in; null is any.',
    },
  },
} as const;

const refusalReasonSchema = {
  type: 'string',
  enum: Object.keys(placementRefusals) as (keyof typeof placementRefusals)[],
} as const;

const refusalSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['reason', 'message', 'largest_fitting_count', 'fitting_copies', 'alternative'],
  properties: {
    reason: refusalReasonSchema,
    message: { type: 'string' },
    largest_fitting_count: { type: 'integer', minimum: 0, description: 'GPUs that one node could give now.' },
    fitting_copies: { type: 'integer', minimum: 0, description: 'How many of the copies would fit.' },
    alternative: {
      type: ['string', 'null'],
      description:
        'The nearest that would do: `2 × H200 fit now; 4 would fit on node-3 once its allocations are gone.`',
    },
  },
} as const;

const placedOnSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['node_id', 'node_name', 'count'],
  properties: { node_id: idSchema, node_name: { type: 'string' }, count: { type: 'integer', minimum: 1 } },
} as const;

export const whatIfPlacement = operation({
  id: 'whatIfPlacement',
  method: 'POST',
  path: 'admin/placement/what-if',
  tag: 'fleet',
  summary: 'Would so many of this shape fit',
  description:
    'Asks the placement that launches use, with the fleet as it is or as it would be with some nodes drained and some allocations gone. Holds nothing and changes nothing; ' +
    'a launch a moment later may be answered otherwise.',
  permission: 'fleet.node.read',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['demand'],
    properties: {
      demand: demandSchema,
      copies: { type: 'integer', minimum: 1, maximum: WHAT_IF_COPIES_MAX, default: 1 },
      spread: { type: 'boolean', default: false, description: 'As few copies on one node as the fleet allows.' },
      drained_node_ids: { type: 'array', maxItems: WHAT_IF_CHANGES_MAX, items: idSchema, default: [] },
      freed_allocation_ids: { type: 'array', maxItems: WHAT_IF_CHANGES_MAX, items: idSchema, default: [] },
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['fits', 'placements', 'node_count', 'refusal'],
      properties: {
        fits: { type: 'boolean' },
        placements: {
          type: 'array',
          maxItems: PLACEMENTS_SHOWN_MAX,
          items: placedOnSchema,
          description: 'Copies by node, in the order of the fleet. When it does not fit: what would.',
        },
        node_count: { type: 'integer', minimum: 0, description: 'Nodes it would take, those not shown included.' },
        refusal: { anyOf: [refusalSchema, { type: 'null' }] },
      },
    },
  },
  errors: ['not_found'],
});

export const previewDrain = operation({
  id: 'previewDrain',
  method: 'POST',
  path: 'admin/nodes/{node_id}/drain-preview',
  tag: 'fleet',
  summary: 'What would become of a node’s allocations if it were drained',
  description:
    'Draining moves nothing: what runs stays until its owner releases it. This says which of the allocations could be launched again elsewhere now, all of them beside each other, the largest first.',
  permission: 'fleet.node.read',
  params: { type: 'object', additionalProperties: false, required: ['node_id'], properties: { node_id: idSchema } },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['allocations', 'placeable', 'not_placeable'],
      properties: {
        allocations: {
          type: 'array',
          maxItems: DRAIN_PREVIEW_ALLOCATIONS_MAX,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['allocation_id', 'gpu_model', 'gpu_count', 'gpu_fraction_milli', 'elsewhere', 'refusal'],
            properties: {
              allocation_id: idSchema,
              gpu_model: { type: 'string' },
              gpu_count: { type: 'integer', minimum: 1 },
              gpu_fraction_milli: { type: 'integer', minimum: 1, maximum: 1000 },
              elsewhere: {
                description: 'Where it would go; null when nowhere.',
                anyOf: [
                  {
                    type: 'object',
                    additionalProperties: false,
                    required: ['node_id', 'node_name'],
                    properties: { node_id: idSchema, node_name: { type: 'string' } },
                  },
                  { type: 'null' },
                ],
              },
              refusal: { anyOf: [refusalSchema, { type: 'null' }] },
            },
          },
        },
        placeable: { type: 'integer', minimum: 0 },
        not_placeable: { type: 'integer', minimum: 0 },
      },
    },
  },
  errors: ['not_found'],
});
