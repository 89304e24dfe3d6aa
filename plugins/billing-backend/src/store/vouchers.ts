import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import { Narrowing } from './narrowing';

export type VoucherStatus = 'open' | 'redeemed' | 'revoked' | 'expired';

export interface Voucher {
  readonly voucherId: string;
  readonly batchId: string;
  readonly last4: string;
  readonly amount: Micros;
  readonly currency: string;
  readonly note: string;
  readonly redeemBy: number | null;
  readonly creditExpiresDays: number | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  readonly revokedBy: string | null;
  readonly redeemedAt: number | null;
  readonly redeemedBy: string | null;
  readonly organizationId: string | null;
  readonly entryId: string | null;
}

interface VoucherRow {
  readonly voucher_id: string;
  readonly batch_id: string;
  readonly last4: string;
  readonly amount_micros: bigint;
  readonly currency: string;
  readonly note: string;
  readonly redeem_by_at: number | null;
  readonly credit_expires_days: number | null;
  readonly created_by: string;
  readonly created_at: number;
  readonly revoked_at: number | null;
  readonly revoked_by: string | null;
  readonly redeemed_at: number | null;
  readonly redeemed_by: string | null;
  readonly organization_id: string | null;
  readonly entry_id: string | null;
}

const SELECT = `SELECT voucher_id, batch_id, last4, amount_micros, currency, note, redeem_by_at, credit_expires_days, created_by, created_at,
  revoked_at, revoked_by, redeemed_at, redeemed_by, organization_id, entry_id FROM billing_vouchers`;

export function voucherStatus(
  voucher: Pick<Voucher, 'redeemedAt' | 'revokedAt' | 'redeemBy'>,
  now: number,
): VoucherStatus {
  if (voucher.redeemedAt !== null) return 'redeemed';
  if (voucher.revokedAt !== null) return 'revoked';
  return voucher.redeemBy !== null && voucher.redeemBy <= now ? 'expired' : 'open';
}

/** Each takes the present instant as often as it has a placeholder. */
const WITH_STATUS = {
  open: 'redeemed_at IS NULL AND revoked_at IS NULL AND (redeem_by_at IS NULL OR redeem_by_at > ?)',
  redeemed: 'redeemed_at IS NOT NULL',
  revoked: 'revoked_at IS NOT NULL',
  expired: 'redeemed_at IS NULL AND revoked_at IS NULL AND redeem_by_at <= ?',
} as const satisfies Record<VoucherStatus, string>;

export async function insertVoucher(
  tx: Transaction,
  voucher: Omit<
    Voucher,
    'createdAt' | 'revokedAt' | 'revokedBy' | 'redeemedAt' | 'redeemedBy' | 'organizationId' | 'entryId'
  >,
  codeHash: string,
): Promise<void> {
  await tx.run(
    `INSERT INTO billing_vouchers (voucher_id, batch_id, code_hash, last4, amount_micros, currency, note, redeem_by_at, credit_expires_days, created_by, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      voucher.voucherId,
      voucher.batchId,
      codeHash,
      voucher.last4,
      voucher.amount,
      voucher.currency,
      voucher.note,
      voucher.redeemBy,
      voucher.creditExpiresDays,
      voucher.createdBy,
      tx.now,
    ],
  );
}

/** Locked until the transaction ends: of two who redeem or revoke it, the second sees what the first did. */
export async function lockVoucher(
  tx: Transaction,
  by: { voucherId: string } | { codeHash: string },
): Promise<Voucher | undefined> {
  const [column, value] = 'voucherId' in by ? ['voucher_id', by.voucherId] : ['code_hash', by.codeHash];
  const row = await tx.first<VoucherRow>(`${SELECT} WHERE ${column} = ?${tx.forUpdate}`, [value]);
  return row && toVoucher(row);
}

export async function markRedeemed(
  tx: Transaction,
  redeemed: { voucherId: string; organizationId: string; userId: string; entryId: string },
): Promise<void> {
  const changed = await tx.run(
    `UPDATE billing_vouchers SET redeemed_at = ?, redeemed_by = ?, organization_id = ?, entry_id = ?
    WHERE voucher_id = ? AND redeemed_at IS NULL AND revoked_at IS NULL`,
    [tx.now, redeemed.userId, redeemed.organizationId, redeemed.entryId, redeemed.voucherId],
  );
  if (changed !== 1) throw new Error(`voucher ${redeemed.voucherId} was not open any more`);
}

export async function markRevoked(tx: Transaction, revoked: { voucherId: string; userId: string }): Promise<void> {
  await tx.run(
    'UPDATE billing_vouchers SET revoked_at = ?, revoked_by = ? WHERE voucher_id = ? AND redeemed_at IS NULL AND revoked_at IS NULL',
    [tx.now, revoked.userId, revoked.voucherId],
  );
}

/** Newest first. */
export async function vouchersPage(
  queries: Queries,
  options: {
    status?: VoucherStatus | undefined;
    batchId?: string | undefined;
    organizationId?: string | undefined;
    last4?: string | undefined;
    now: number;
    after: Place | undefined;
    limit: number;
  },
): Promise<Voucher[]> {
  const narrowing = new Narrowing();
  if (options.status !== undefined) {
    const condition = WITH_STATUS[options.status];
    narrowing.add(condition, ...(condition.includes('?') ? [options.now] : []));
  }
  if (options.batchId !== undefined) narrowing.add('batch_id = ?', options.batchId);
  if (options.organizationId !== undefined) narrowing.add('organization_id = ?', options.organizationId);
  if (options.last4 !== undefined) narrowing.add('last4 = ?', options.last4);
  if (options.after !== undefined)
    narrowing.add('(created_at, voucher_id) < (?, ?)', options.after.at, options.after.id);
  const rows = await queries.all<VoucherRow>(
    `${SELECT}${narrowing.where} ORDER BY created_at DESC, voucher_id DESC LIMIT ?`,
    [...narrowing.parameters, options.limit],
  );
  return rows.map(toVoucher);
}

function toVoucher(row: VoucherRow): Voucher {
  return {
    voucherId: row.voucher_id,
    batchId: row.batch_id,
    last4: row.last4,
    amount: row.amount_micros,
    currency: row.currency,
    note: row.note,
    redeemBy: row.redeem_by_at,
    creditExpiresDays: row.credit_expires_days,
    createdBy: row.created_by,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
    redeemedAt: row.redeemed_at,
    redeemedBy: row.redeemed_by,
    organizationId: row.organization_id,
    entryId: row.entry_id,
  };
}
