import {
  instantSchema,
  moneySchema,
  nameSchema,
  nullableInstantSchema,
  operation,
  tagsSchema,
} from '@portico/plugin-kit/contract';
import { allocationWithTaskSchema, networkRequestSchema } from './allocation';
import { BATCH_COUNT_MAX, batchWithTaskSchema } from './batch';
import { launchErrors } from './errors';
import { referenceSchema } from './identifiers';

/** More GPUs than any node has; what a SKU really offers is `gpu_counts`, and asking for another count is `topology_unsatisfiable`. */
const GPU_COUNT_MAX = 1024;
/** As many keys as a person may want on one machine. */
const SSH_KEYS_MAX = 50;

export const sshKeyIdsSchema = {
  type: 'array',
  items: referenceSchema,
  maxItems: SSH_KEYS_MAX,
  uniqueItems: true,
} as const;
const gpuCountSchema = { type: 'integer', minimum: 1, maximum: GPU_COUNT_MAX } as const;
const countSchema = { type: 'integer', minimum: 1, maximum: BATCH_COUNT_MAX, default: 1 } as const;

export const launchRequestSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['sku_id', 'gpu_count', 'image_id'],
  properties: {
    name: { ...nameSchema, description: 'A name is made from the hardware when absent.' },
    sku_id: referenceSchema,
    gpu_count: gpuCountSchema,
    image_id: referenceSchema,
    ssh_key_ids: {
      ...sshKeyIdsSchema,
      description: 'Keys that may log in. All keys of the user, those added later too, when absent.',
    },
    network: networkRequestSchema,
    project_id: { ...referenceSchema, description: 'The active project when absent.' },
    tags: {
      ...tagsSchema,
      description: `${tagsSchema.description} Costs can be grouped by them; they stay as they are.`,
    },
    quote_id: {
      type: 'string',
      minLength: 1,
      maxLength: 1024,
      description: 'While the quote is valid, its price is the one charged.',
    },
    count: {
      ...countSchema,
      description:
        'So many alike, all or nothing. More than one makes an `allocation_batch` with one task, which may be cancelled.',
    },
    spread: {
      type: 'boolean',
      default: false,
      description:
        'Of several: as few on one node as the fleet allows, so that one node that fails takes few with it. Else they are packed, which is nearer and keeps whole nodes free.',
    },
    region: {
      ...referenceSchema,
      description: 'Where it shall run. Any region the hardware is offered in when absent.',
    },
  },
} as const;

export const launchAllocation = operation({
  id: 'launchAllocation',
  method: 'POST',
  path: 'allocations',
  tag: 'workloads',
  summary: 'Launch an allocation',
  description:
    'Holds the money, reserves the GPUs and starts the task that provisions them, all or nothing. The allocation shows as provisioning ' +
    'from this reply on. A refusal holds and reserves nothing; `details` say what would fit. ' +
    'Limits of policies are decided one launch after the other: `concurrent_allocations` and `gpus_per_project` by what holds GPUs, `spend_per_hour` by the prices of all that runs or ' +
    'is being provisioned and this one, `spend_per_month` by what was used since the first of the month (UTC), what is held for all of it, and what this launch holds. ' +
    'Beyond a limit in mode `warn` the launch goes on, and `billing.spend_warning` tells of it. ' +
    'With `count` above one, limits count all of them, money is held and GPUs are reserved for all of them or for none, and one task provisions them. They become active together: when one ' +
    'cannot be started for good, or the task is cancelled, what was started of the others is undone, all of them end as `failed` (or `released`), and nothing is billed. Releasing one before they ' +
    'are active cancels the launch of all; from then on each lives by itself.',
  permission: 'workloads.allocation.launch',
  body: launchRequestSchema,
  responses: { 202: { oneOf: [allocationWithTaskSchema, batchWithTaskSchema] } },
  errors: launchErrors,
  idempotency: 'required',
});

export const quoteLaunch = operation({
  id: 'quoteLaunch',
  method: 'POST',
  path: 'launch/quote',
  tag: 'workloads',
  summary: 'What a launch would cost',
  description:
    'Price, hold, balance after, runway with and without this launch, and when the money would be used up. The quote is signed: pass its id to the launch and its price is ' +
    'charged, whatever the price list says by then, until it expires.',
  permission: 'workloads.allocation.launch',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['sku_id', 'gpu_count'],
    properties: {
      sku_id: referenceSchema,
      gpu_count: gpuCountSchema,
      count: { ...countSchema, description: 'For so many alike; all amounts are for all of them together.' },
    },
  },
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: [
        'quote_id',
        'sku_id',
        'gpu_count',
        'count',
        'price_per_hour',
        'price_per_day',
        'hold',
        'available',
        'balance_after',
        'sufficient',
        'burn_rate_per_hour',
        'runway_seconds_without',
        'runway_seconds_with',
        'drains_at_without',
        'drains_at_with',
        'expires_at',
      ],
      properties: {
        quote_id: { type: 'string' },
        sku_id: { type: 'string' },
        gpu_count: { type: 'integer', description: 'Of each.' },
        count: { type: 'integer' },
        price_per_hour: moneySchema,
        price_per_day: moneySchema,
        hold: {
          ...moneySchema,
          description: 'Taken from the available balance at launch, spent by usage, given back at release.',
        },
        available: moneySchema,
        balance_after: {
          ...moneySchema,
          description: 'Available balance right after the launch; negative when it does not suffice.',
        },
        sufficient: { type: 'boolean' },
        burn_rate_per_hour: { ...moneySchema, description: 'What already runs, per hour.' },
        runway_seconds_without: { type: ['integer', 'null'], description: 'Null while nothing runs.' },
        runway_seconds_with: { type: ['integer', 'null'] },
        drains_at_without: {
          ...nullableInstantSchema,
          description: 'When what runs now would have used up the money; null while nothing runs.',
        },
        drains_at_with: { ...nullableInstantSchema, description: 'The same with this launch, begun now.' },
        expires_at: instantSchema,
      },
    },
  },
  errors: ['sku_not_found', 'topology_unsatisfiable', 'price_unavailable'],
});

export const precheckLaunch = operation({
  id: 'precheckLaunch',
  method: 'POST',
  path: 'launch/precheck',
  tag: 'workloads',
  summary: 'Whether a launch would be accepted now',
  description:
    'A dry run by the code of launch: the same body, every refusal at once, nothing changed. Warnings keep nothing from being launched.',
  permission: 'workloads.allocation.launch',
  body: launchRequestSchema,
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: ['passed', 'failures', 'warnings'],
      properties: {
        passed: { type: 'boolean' },
        warnings: {
          type: 'array',
          description: 'Limits of money in mode `warn` that the launch would go beyond.',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['code', 'message', 'details'],
            properties: {
              code: { type: 'string', enum: ['spend_warning'] },
              message: { type: 'string' },
              details: { type: 'object', additionalProperties: true },
            },
          },
        },
        failures: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['code', 'message', 'details'],
            properties: {
              code: { type: 'string', enum: launchErrors },
              message: { type: 'string' },
              details: { type: 'object', additionalProperties: true },
            },
          },
        },
      },
    },
  },
  errors: [],
});
