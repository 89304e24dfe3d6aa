import {
  idSchema,
  instantSchema,
  moneySchema,
  nullableIdSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { refundReasonSchema } from './refund-schemas';

/** Vouchers made at once: what a person can hand out, and one reply can carry. */
export const VOUCHERS_PER_BATCH_MAX = 500;
export const VOUCHER_NOTE_LENGTH_MAX = 200;
/** As people type it, with dashes, spaces and whatever they copied along. */
const VOUCHER_CODE_LENGTH_MAX = 64;
const CREDIT_EXPIRES_DAYS_MAX = 3_650;

export const voucherStatusSchema = { type: 'string', enum: ['open', 'redeemed', 'revoked', 'expired'] } as const;

export const voucherSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'voucher_id',
    'batch_id',
    'status',
    'last4',
    'amount',
    'redeem_by',
    'credit_expires_days',
    'note',
    'created_by',
    'created_at',
    'redeemed_at',
    'redeemed_by',
    'organization_id',
    'entry_id',
    'revoked_at',
    'revoked_by',
  ],
  properties: {
    voucher_id: idSchema,
    batch_id: { ...idSchema, description: 'Of all that were issued together.' },
    status: { ...voucherStatusSchema, description: '`expired`: not redeemed in time.' },
    last4: { type: 'string', description: 'The last four characters of the code; the others are nowhere.' },
    amount: moneySchema,
    redeem_by: nullableInstantSchema,
    credit_expires_days: {
      type: ['integer', 'null'],
      description: 'What is unspent so many days after redeeming is taken back; null: it stays.',
    },
    note: { type: 'string' },
    created_by: { ...idSchema, description: 'The user who issued it.' },
    created_at: instantSchema,
    redeemed_at: nullableInstantSchema,
    redeemed_by: nullableIdSchema,
    organization_id: { ...nullableIdSchema, description: 'Which redeemed it.' },
    entry_id: { ...nullableIdSchema, description: 'The entry of the ledger it became.' },
    revoked_at: nullableInstantSchema,
    revoked_by: nullableIdSchema,
  },
} as const;

const voucherParams = {
  type: 'object',
  additionalProperties: false,
  required: ['voucher_id'],
  properties: { voucher_id: idSchema },
} as const;

export const issueVouchers = operation({
  id: 'issueVouchers',
  method: 'POST',
  path: 'admin/vouchers',
  tag: 'vouchers',
  summary: 'Issue vouchers',
  description:
    'Each is worth the amount to the first organization that redeems it, if its account is in that currency. The codes are in this reply and nowhere else: the portal keeps a keyed hash.',
  permission: 'billing.voucher.manage_any',
  proof: 'fresh_or_key',
  idempotency: 'accepted',
  rateLimit: 'money',
  secretReply: true,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['amount', 'note'],
    properties: {
      amount: { ...moneySchema, description: 'Of each; in whole coins of the currency.' },
      count: { type: 'integer', minimum: 1, maximum: VOUCHERS_PER_BATCH_MAX, default: 1 },
      redeem_by: {
        ...nullableInstantSchema,
        description: 'Redeemable before this instant; null or absent: until it is revoked.',
      },
      credit_expires_days: {
        type: ['integer', 'null'],
        minimum: 1,
        maximum: CREDIT_EXPIRES_DAYS_MAX,
        description: 'What is unspent so many days after redeeming is taken back; null or absent: it stays.',
      },
      note: {
        ...refundReasonSchema,
        maxLength: VOUCHER_NOTE_LENGTH_MAX,
        description: 'What they are for; for administrators.',
      },
    },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['batch_id', 'vouchers'],
      properties: {
        batch_id: idSchema,
        vouchers: {
          type: 'array',
          maxItems: VOUCHERS_PER_BATCH_MAX,
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['voucher_id', 'code'],
            properties: {
              voucher_id: idSchema,
              code: {
                type: 'string',
                description: 'Shown this once. 20 characters in groups of four; upper and lower case are the same.',
              },
            },
          },
        },
      },
    },
  },
  errors: [
    'amount_invalid',
    'amount_not_payable',
    'amount_out_of_range',
    'currency_not_offered',
    'voucher_redeem_by_past',
  ],
});

export const listVouchers = operation({
  id: 'listVouchers',
  method: 'GET',
  path: 'admin/vouchers',
  tag: 'vouchers',
  summary: 'Vouchers, newest first',
  permission: 'billing.voucher.manage_any',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      status: voucherStatusSchema,
      batch_id: idSchema,
      organization_id: { ...idSchema, description: 'Redeemed by it.' },
      last4: { type: 'string', minLength: 4, maxLength: 4 },
      ...pageQueryProperties,
    },
  },
  responses: { 200: pageSchema(voucherSchema) },
  errors: ['cursor_invalid'],
});

export const revokeVoucher = operation({
  id: 'revokeVoucher',
  method: 'POST',
  path: 'admin/vouchers/{voucher_id}/revoke',
  tag: 'vouchers',
  summary: 'Revoke a voucher',
  description: 'Nobody can redeem it afterwards. One that is redeemed cannot be revoked: its credit can be reversed.',
  permission: 'billing.voucher.manage_any',
  idempotency: 'accepted',
  params: voucherParams,
  responses: { 200: voucherSchema },
  errors: ['not_found', 'voucher_redeemed'],
});

export const redeemVoucher = operation({
  id: 'redeemVoucher',
  method: 'POST',
  path: 'billing/vouchers/redeem',
  tag: 'billing',
  summary: 'Redeem a voucher',
  description:
    'Credits the caller’s organization at once. Case, dashes and spaces do not matter, and O is read as 0, I and L as 1. A code that is unknown, revoked, out of date or redeemed by ' +
    'somebody else is answered alike; one that the organization redeemed itself says so.',
  permission: 'billing.voucher.redeem',
  idempotency: 'accepted',
  rateLimit: 'vouchers',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['code'],
    properties: { code: { type: 'string', minLength: 1, maxLength: VOUCHER_CODE_LENGTH_MAX } },
  },
  responses: {
    201: {
      type: 'object',
      additionalProperties: false,
      required: ['entry_id', 'amount', 'expires_at'],
      properties: {
        entry_id: idSchema,
        amount: moneySchema,
        expires_at: { ...nullableInstantSchema, description: 'When what is unspent of it is taken back; null: never.' },
      },
    },
  },
  errors: ['voucher_not_found', 'voucher_redeemed', 'currency_mismatch', 'amount_invalid'],
});
