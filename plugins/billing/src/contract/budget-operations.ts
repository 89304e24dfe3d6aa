import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
  tagFilterSchema,
} from '@portico/plugin-kit/contract';
import { currencySchema } from './currencies';

const TAG = 'budgets';

export const BUDGET_THRESHOLDS_DEFAULT = [50, 75, 90, 100] as const;
/** Beyond, warnings are noise. */
const THRESHOLDS_MAX = 10;
/** In percent: ten times the budget. */
const THRESHOLD_MAX = 1_000;

export const budgetScopeSchema = {
  type: 'string',
  enum: ['organization', 'department', 'project', 'user', 'tag'],
  description:
    'Whose spending counts: everybody’s, that of one department or project, of what one user launched, or of what has one tag.',
} as const;

const scopeIdSchema = {
  type: ['string', 'null'],
  minLength: 1,
  maxLength: tagFilterSchema.maxLength,
  pattern: '^[^\\u0000-\\u001f\\u007f]+$',
  description:
    'The id of the department, project or user, or `key:value` of a tag; null (or left out) for the organization.',
} as const;

const thresholdsSchema = {
  type: 'array',
  minItems: 1,
  maxItems: THRESHOLDS_MAX,
  uniqueItems: true,
  items: { type: 'integer', minimum: 1, maximum: THRESHOLD_MAX },
  description: 'Percent of the amount at which a warning is sent, once each in a month.',
} as const;

const budgetAmountSchema = {
  ...moneySchema,
  description: 'For each calendar month (UTC), in the currency of the organization.',
} as const;

export const budgetSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'budget_id',
    'scope',
    'scope_id',
    'scope_name',
    'amount',
    'thresholds',
    'spent',
    'percent',
    'forecast',
    'reached',
    'period_from',
    'period_to',
    'created_at',
    'updated_at',
  ],
  properties: {
    budget_id: idSchema,
    scope: budgetScopeSchema,
    scope_id: scopeIdSchema,
    scope_name: { type: ['string', 'null'], description: 'What it is called now; null when it is gone.' },
    amount: budgetAmountSchema,
    thresholds: thresholdsSchema,
    spent: {
      ...moneySchema,
      description:
        'Usage since the beginning of the month, to the micro-unit and the moment of asking. What was made good later is not taken off.',
    },
    percent: { type: 'integer', minimum: 0, description: 'Of the amount that is spent, rounded down.' },
    forecast: {
      ...moneySchema,
      description: 'What the month comes to if everything that runs now goes on to its end.',
    },
    reached: {
      type: 'array',
      items: { type: 'integer' },
      description: 'Thresholds that were reached, and warned of, this month.',
    },
    period_from: instantSchema,
    period_to: instantSchema,
    created_at: instantSchema,
    updated_at: instantSchema,
  },
} as const;

const budgetParams = {
  type: 'object',
  additionalProperties: false,
  required: ['budget_id'],
  properties: { budget_id: idSchema },
} as const;

export const listBudgets = operation({
  id: 'listBudgets',
  method: 'GET',
  path: 'billing/budgets',
  tag: TAG,
  summary: 'Budgets, and how much of them is used',
  description: 'Newest first. A caller who is bound to one project sees the budgets of that project.',
  permission: 'billing.budget.read',
  query: { type: 'object', additionalProperties: false, properties: { ...pageQueryProperties } },
  responses: { 200: pageSchema(budgetSchema) },
  errors: ['cursor_invalid'],
});

export const createBudget = operation({
  id: 'createBudget',
  method: 'POST',
  path: 'billing/budgets',
  tag: TAG,
  summary: 'Set a budget',
  description:
    'A budget warns and stops nothing: those who look after the money are told when spending reaches a threshold. What stops launches is the policy `spend_per_month`.',
  permission: 'billing.budget.manage',
  idempotency: 'accepted',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['scope', 'amount'],
    properties: {
      scope: budgetScopeSchema,
      scope_id: scopeIdSchema,
      amount: budgetAmountSchema,
      thresholds: { ...thresholdsSchema, default: [...BUDGET_THRESHOLDS_DEFAULT] },
    },
  },
  responses: { 201: budgetSchema },
  errors: [
    'not_found',
    'currency_mismatch',
    'amount_out_of_range',
    'budget_scope_invalid',
    'budget_exists',
    'budget_limit_reached',
  ],
});

export const updateBudget = operation({
  id: 'updateBudget',
  method: 'PATCH',
  path: 'billing/budgets/{budget_id}',
  tag: TAG,
  summary: 'Change a budget’s amount or thresholds',
  description: 'Thresholds that spending is below again, because the amount was raised, warn anew this month.',
  permission: 'billing.budget.manage',
  params: budgetParams,
  body: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: { amount: budgetAmountSchema, thresholds: thresholdsSchema },
  },
  responses: { 200: budgetSchema },
  errors: ['not_found', 'currency_mismatch', 'amount_out_of_range'],
});

export const deleteBudget = operation({
  id: 'deleteBudget',
  method: 'DELETE',
  path: 'billing/budgets/{budget_id}',
  tag: TAG,
  summary: 'Delete a budget',
  permission: 'billing.budget.manage',
  params: budgetParams,
  responses: { 204: null },
  errors: ['not_found'],
});

export const getForecast = operation({
  id: 'getForecast',
  method: 'GET',
  path: 'billing/forecast',
  tag: TAG,
  summary: 'What the month is going to cost, and whether the balance lasts',
  description:
    'Reckoned two ways, because neither knows the future: as if everything that runs now went on unchanged, and as if the last seven days went on as they were. A caller who is ' +
    'bound to one project is told of that project’s spending, beside the balance of the organization.',
  permission: 'billing.balance.read',
  responses: {
    200: {
      type: 'object',
      additionalProperties: false,
      required: [
        'as_of',
        'period_from',
        'period_to',
        'currency',
        'spent',
        'burn_rate_per_hour',
        'at_burn',
        'by_trend',
        'balance',
        'runs_out_at',
      ],
      properties: {
        as_of: instantSchema,
        period_from: { ...instantSchema, description: 'The beginning of the calendar month, UTC.' },
        period_to: instantSchema,
        currency: currencySchema,
        spent: { ...moneySchema, description: 'Usage since the beginning of the month.' },
        burn_rate_per_hour: moneySchema,
        at_burn: {
          type: 'object',
          description: 'If everything that runs now went on to the end of the month, and nothing else began.',
          additionalProperties: false,
          required: ['month_total', 'still_to_come', 'balance_lasts'],
          properties: { month_total: moneySchema, still_to_come: moneySchema, balance_lasts: { type: 'boolean' } },
        },
        by_trend: {
          type: 'object',
          description:
            'If spending went on as it was on average since `since`: seven days ago, or when the account was opened.',
          additionalProperties: false,
          required: ['since', 'spent_since', 'per_day', 'month_total', 'still_to_come', 'balance_lasts'],
          properties: {
            since: instantSchema,
            spent_since: moneySchema,
            per_day: moneySchema,
            month_total: moneySchema,
            still_to_come: moneySchema,
            balance_lasts: { type: 'boolean' },
          },
        },
        balance: {
          ...moneySchema,
          description: 'Available and held money of the organization now; negative by what is owed.',
        },
        runs_out_at: {
          ...nullableInstantSchema,
          description:
            'When the balance is used up at the burn rate of now, whichever month that is; null when nothing burns.',
        },
      },
    },
  },
  errors: [],
});
