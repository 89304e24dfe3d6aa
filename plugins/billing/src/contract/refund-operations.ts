import { idSchema, moneySchema, operation, pageQueryProperties, pageSchema } from '@portico/plugin-kit/contract';
import {
  adminRefundSchema,
  disputeSchema,
  refundOutcomeSchema,
  refundPreviewSchema,
  refundReasonSchema,
  refundSchema,
  refundStatusSchema,
} from './refund-schemas';

const refundParams = {
  type: 'object',
  additionalProperties: false,
  required: ['refund_id'],
  properties: { refund_id: idSchema },
} as const;

const userParams = {
  type: 'object',
  additionalProperties: false,
  required: ['user_id'],
  properties: { user_id: idSchema },
} as const;

const AMOUNT_ERRORS = ['amount_not_payable', 'amount_out_of_range', 'currency_mismatch'] as const;
const PAYMENT_ERRORS = [
  'not_found',
  ...AMOUNT_ERRORS,
  'refund_payment_not_completed',
  'refund_payment_disputed',
  'refund_waits_already',
  'payments_unavailable',
] as const;
const DECISION_ERRORS = [
  'not_found',
  'refund_waits_not',
  'refund_needs_another_person',
  'refund_not_possible',
  'refund_payment_not_completed',
  'refund_payment_disputed',
  'payments_unavailable',
] as const;

export const listRefunds = operation({
  id: 'listRefunds',
  method: 'GET',
  path: 'billing/refunds',
  tag: 'billing',
  summary: 'Refunds of the organization',
  description: 'Newest first, with what became of each in words.',
  permission: 'billing.refund.read',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { status: refundStatusSchema, payment_id: idSchema, ...pageQueryProperties },
  },
  responses: { 200: pageSchema(refundSchema) },
  errors: ['cursor_invalid'],
});

export const getRefund = operation({
  id: 'getRefund',
  method: 'GET',
  path: 'billing/refunds/{refund_id}',
  tag: 'billing',
  summary: 'One refund',
  permission: 'billing.refund.read',
  params: refundParams,
  responses: { 200: refundSchema },
  errors: ['not_found'],
});

export const requestRefund = operation({
  id: 'requestRefund',
  method: 'POST',
  path: 'billing/refunds',
  tag: 'billing',
  summary: 'Ask for money back',
  description:
    'Of one completed payment of the organization. Within the window (policy), up to what is left of the payment and of money paid in and unspent, it goes back to the card at once; ' +
    'what policy does not allow waits for a person of the platform, and so does what is above the limit of one person. Nothing is taken from the balance while it waits.',
  permission: 'billing.refund.request',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  rateLimit: 'money',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['payment_id', 'amount', 'reason'],
    properties: { payment_id: idSchema, amount: moneySchema, reason: refundReasonSchema },
  },
  responses: { 201: refundSchema },
  errors: [...PAYMENT_ERRORS, 'refund_exceeds_payment'],
});

export const previewRefund = operation({
  id: 'previewRefund',
  method: 'POST',
  path: 'billing/refunds/preview',
  tag: 'billing',
  summary: 'What asking for money back would come to',
  description:
    'Changes nothing. Refuses what asking would refuse. Without an amount, of the most that can go back to the card, or of what is left of the payment when that is nothing.',
  permission: 'billing.refund.request',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['payment_id'],
    properties: { payment_id: idSchema, amount: moneySchema },
  },
  responses: { 200: refundPreviewSchema },
  errors: [...PAYMENT_ERRORS, 'refund_exceeds_payment'],
});

export const refundUser = operation({
  id: 'refundUser',
  method: 'POST',
  path: 'admin/users/{user_id}/refunds',
  tag: 'admin',
  summary: 'Give a user’s organization money back',
  description:
    'Of one payment: the one named, else the newest that can give the whole amount back to its card. Beyond the window, what is left of the payment or what is unspent, it becomes a credit to the ' +
    'balance; the reply says which. One refund is of one payment, so an amount that no single payment has left becomes a credit. Of the user’s personal organization, or of the one named, of ' +
    'which the user must be a member; a disabled user’s money is refunded like anybody’s. Above the limit of one person it waits for a second.',
  permission: 'billing.refund.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  rateLimit: 'money',
  params: userParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['amount', 'reason'],
    properties: {
      amount: moneySchema,
      reason: refundReasonSchema,
      payment_id: idSchema,
      organization_id: idSchema,
      expected_outcome: {
        ...refundOutcomeSchema,
        description: 'What the preview promised: refused with `refund_outcome_changed` when it would become another.',
      },
    },
  },
  responses: { 201: adminRefundSchema },
  errors: [...PAYMENT_ERRORS, 'refund_outcome_changed'],
});

export const previewUserRefund = operation({
  id: 'previewUserRefund',
  method: 'POST',
  path: 'admin/users/{user_id}/refunds/preview',
  tag: 'admin',
  summary: 'What giving money back would come to',
  description: 'Changes nothing. Refuses what making the refund would refuse.',
  permission: 'billing.refund.manage_any',
  params: userParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['amount'],
    properties: { amount: moneySchema, payment_id: idSchema, organization_id: idSchema },
  },
  responses: { 200: refundPreviewSchema },
  errors: PAYMENT_ERRORS,
});

export const listAllRefunds = operation({
  id: 'listAllRefunds',
  method: 'GET',
  path: 'admin/refunds',
  tag: 'admin',
  summary: 'Refunds of every organization',
  description: 'Newest first; `status=requested` are those that wait for a person.',
  permission: 'billing.refund.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { status: refundStatusSchema, organization_id: idSchema, payment_id: idSchema, ...pageQueryProperties },
  },
  responses: { 200: pageSchema(adminRefundSchema) },
  errors: ['cursor_invalid'],
});

export const getAnyRefund = operation({
  id: 'getAnyRefund',
  method: 'GET',
  path: 'admin/refunds/{refund_id}',
  tag: 'admin',
  summary: 'One refund of any organization',
  permission: 'billing.refund.read_any',
  params: refundParams,
  responses: { 200: adminRefundSchema },
  errors: ['not_found'],
});

export const approveRefund = operation({
  id: 'approveRefund',
  method: 'POST',
  path: 'admin/refunds/{refund_id}/approve',
  tag: 'admin',
  summary: 'Approve a refund as the second person',
  description:
    'Of one that waits for approval. Neither who asked for it nor who decided it can approve. What policy allows is looked at again, and the money moves now.',
  permission: 'billing.refund.approve_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  rateLimit: 'money',
  params: refundParams,
  responses: { 200: adminRefundSchema },
  errors: DECISION_ERRORS,
});

export const decideRefund = operation({
  id: 'decideRefund',
  method: 'POST',
  path: 'admin/refunds/{refund_id}/decide',
  tag: 'admin',
  summary: 'Decide what becomes of a refund that was asked for',
  description:
    'Of one that waits, for a decision or for approval. A rejection is final at once. Money above the limit of one person then waits for a second to approve. Who asked may ' +
    'take it back by rejecting it, and decide nothing else.',
  permission: 'billing.refund.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  rateLimit: 'money',
  params: refundParams,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['outcome', 'reason'],
    properties: {
      outcome: { type: 'string', enum: ['provider_refund', 'internal_credit', 'rejected'] },
      reason: refundReasonSchema,
    },
  },
  responses: { 200: adminRefundSchema },
  errors: DECISION_ERRORS,
});

export const listDisputes = operation({
  id: 'listDisputes',
  method: 'GET',
  path: 'admin/disputes',
  tag: 'admin',
  summary: 'Payments that somebody disputes at their bank',
  description: 'Newest first. They are answered at the payment provider; the money here follows what it says.',
  permission: 'billing.payment.read_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      status: { type: 'string', enum: ['inquiry', 'open', 'won', 'lost'] },
      organization_id: idSchema,
      ...pageQueryProperties,
    },
  },
  responses: { 200: pageSchema(disputeSchema) },
  errors: ['cursor_invalid'],
});
