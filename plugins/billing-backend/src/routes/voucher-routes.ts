import { pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers } from '@portico/plugin-kit/backend';
import { fromMoney, toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { billingContract, listVouchers } from '@portico/plugin-billing/contract';
import { issueVouchers, redeemVoucher, revokeVoucher } from '../actions/vouchers';
import type { BillingServices } from '../services';
import { vouchersPage, voucherStatus } from '../store/vouchers';
import type { Voucher } from '../store/vouchers';

type VoucherOperations = 'issueVouchers' | 'listVouchers' | 'revokeVoucher' | 'redeemVoucher';

export function voucherRoutes(services: BillingServices): Pick<Handlers<typeof billingContract>, VoucherOperations> {
  const { database, clock } = services;
  return {
    async issueVouchers(request) {
      const { amount, count = 1, redeem_by, credit_expires_days, note } = request.body;
      const batch = {
        amount: fromMoney(amount),
        currency: amount.currency,
        count,
        redeemBy: redeem_by ? Date.parse(redeem_by) : null,
        creditExpiresDays: credit_expires_days ?? null,
        note,
      };
      return request.write(async tx => {
        const { batchId, vouchers } = await issueVouchers(tx, services, { ...request, batch });
        const codes = vouchers.map(({ voucherId, code }) => ({ voucher_id: voucherId, code }));
        return { status: 201, body: { batch_id: batchId, vouchers: codes } };
      });
    },

    async listVouchers({ query }) {
      const now = clock.now();
      const { status, batch_id: batchId, organization_id: organizationId } = query;
      const last4 = query.last4?.toUpperCase();
      const { shown, nextCursor } = await pageByTime(query, {
        name: ['vouchers', status, batchId, organizationId, last4].join(' '),
        rows: page => vouchersPage(database.read, { status, batchId, organizationId, last4, now, ...page }),
        placeOf: voucher => ({ at: voucher.createdAt, id: voucher.voucherId }),
      });
      return { status: 200, body: { items: shown.map(one => voucherItem(one, now)), next_cursor: nextCursor } };
    },

    async revokeVoucher(request) {
      return request.write(async tx => {
        const voucher = await revokeVoucher(tx, services, { ...request, voucherId: request.params.voucher_id });
        return { status: 200, body: voucherItem(voucher, tx.now) };
      });
    },

    async redeemVoucher(request) {
      return request.write(async tx => {
        const { entryId, amount, currency, expiresAt } = await redeemVoucher(tx, services, {
          ...request,
          code: request.body.code,
        });
        return {
          status: 201,
          body: { entry_id: entryId, amount: toMoney(amount, currency), expires_at: toInstantOrNull(expiresAt) },
        };
      });
    },
  };
}

function voucherItem(voucher: Voucher, now: number): ReplyOf<typeof listVouchers>['items'][number] {
  return {
    voucher_id: voucher.voucherId,
    batch_id: voucher.batchId,
    status: voucherStatus(voucher, now),
    last4: voucher.last4,
    amount: toMoney(voucher.amount, voucher.currency),
    redeem_by: toInstantOrNull(voucher.redeemBy),
    credit_expires_days: voucher.creditExpiresDays,
    note: voucher.note,
    created_by: voucher.createdBy,
    created_at: toInstant(voucher.createdAt),
    redeemed_at: toInstantOrNull(voucher.redeemedAt),
    redeemed_by: voucher.redeemedBy,
    organization_id: voucher.organizationId,
    entry_id: voucher.entryId,
    revoked_at: toInstantOrNull(voucher.revokedAt),
    revoked_by: voucher.revokedBy,
  };
}
