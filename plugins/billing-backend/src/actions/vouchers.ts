import type { RequestContext, Transaction } from '@portico/plugin-kit/backend';
import { common, errorsOf, MICROS_MAX, MICROS_PER_UNIT, newId, toInstant, toMoney } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { billingErrors, currencyExponent } from '@portico/plugin-billing/contract';
import { auditedVoucher, auditedVoucherBatch } from '../audited';
import { isPayable } from '../domain/currency';
import { expiryAfter } from '../domain/grants';
import { canonicalVoucherCode, lastFour, newVoucherCode } from '../domain/voucher-code';
import type { BillingServices } from '../services';
import { lockCustomer } from '../store/customers';
import { insertVoucher, lockVoucher, markRedeemed, markRevoked, voucherStatus } from '../store/vouchers';
import type { Voucher } from '../store/vouchers';
import { requireOffered } from './change-currency';
import { CustomerLedger } from './customer-ledger';
import { addGrant } from './grants';

const billing = errorsOf(billingErrors);

/** Of one voucher: beyond it somebody mistook the unit. */
const VOUCHER_MICROS_MAX = 100_000n * MICROS_PER_UNIT;
/** What codes are hashed for: a hash of another purpose fits none. */
const CODE_PURPOSE = 'billing.voucher';

export interface VoucherBatch {
  readonly amount: Micros;
  readonly currency: string;
  readonly count: number;
  readonly redeemBy: number | null;
  readonly creditExpiresDays: number | null;
  readonly note: string;
}

export interface IssuedVoucher {
  readonly voucherId: string;
  /** Known here and to whoever asked, and to nobody later. */
  readonly code: string;
}

export async function issueVouchers(
  tx: Transaction,
  services: BillingServices,
  request: RequestContext & { batch: VoucherBatch },
): Promise<{ batchId: string; vouchers: IssuedVoucher[] }> {
  const { caller, actor, correlationId, batch } = request;
  const { amount, currency, count, redeemBy, creditExpiresDays } = batch;
  requireOffered(services.policy, currency);
  if (amount <= 0n) throw billing.fail('amount_invalid');
  if (!isPayable(amount, currency))
    throw billing.fail('amount_not_payable', { details: { decimals: currencyExponent(currency) } });
  if (amount > VOUCHER_MICROS_MAX)
    throw billing.fail('amount_out_of_range', { details: { max: toMoney(VOUCHER_MICROS_MAX, currency) } });
  if (redeemBy !== null && redeemBy <= tx.now) throw billing.fail('voucher_redeem_by_past');

  const batchId = newId('batch', tx.now);
  const note = batch.note.trim();
  const vouchers: IssuedVoucher[] = [];
  for (let made = 0; made < count; made += 1) {
    const voucherId = newId('voucher', tx.now);
    const code = newVoucherCode();
    const last4 = lastFour(code);
    await insertVoucher(
      tx,
      { voucherId, batchId, last4, amount, currency, note, redeemBy, creditExpiresDays, createdBy: caller.userId },
      services.secrets.fingerprint(CODE_PURPOSE, code),
    );
    vouchers.push({ voucherId, code });
  }
  await services.audit.record(tx, {
    action: 'billing.voucher.issue',
    actor,
    organizationId: null,
    resource: auditedVoucherBatch,
    targetId: batchId,
    correlationId,
    reason: note,
    after: {
      amount: amount.toString(),
      currency,
      count,
      redeem_by: redeemBy === null ? null : toInstant(redeemBy),
      credit_expires_days: creditExpiresDays,
      codes: 'new',
    },
  });
  return { batchId, vouchers };
}

export async function revokeVoucher(
  tx: Transaction,
  services: BillingServices,
  request: RequestContext & { voucherId: string },
): Promise<Voucher> {
  const { caller, actor, correlationId, voucherId } = request;
  const voucher = await lockVoucher(tx, { voucherId });
  if (voucher === undefined) throw common.fail('not_found');
  if (voucher.redeemedAt !== null)
    throw billing.fail('voucher_redeemed', { details: { redeemed_at: toInstant(voucher.redeemedAt) } });
  if (voucher.revokedAt !== null) return voucher;
  await markRevoked(tx, { voucherId, userId: caller.userId });
  await services.audit.record(tx, {
    action: 'billing.voucher.revoke',
    actor,
    organizationId: null,
    resource: auditedVoucher,
    targetId: voucherId,
    correlationId,
    before: { status: voucherStatus(voucher, tx.now) },
    after: { status: 'revoked' },
  });
  return { ...voucher, revokedAt: tx.now, revokedBy: caller.userId };
}

export interface RedeemedVoucher {
  readonly entryId: string;
  readonly amount: Micros;
  readonly currency: string;
  readonly expiresAt: number | null;
}

/**
 * Credits the caller's organization, once. A code that cannot be redeemed is answered as one that does not exist, so that nobody learns which do by trying; only the organization
 * that redeemed it is told so.
 */
export async function redeemVoucher(
  tx: Transaction,
  services: BillingServices,
  request: RequestContext & { code: string },
): Promise<RedeemedVoucher> {
  const { caller, actor, correlationId } = request;
  const { organizationId, departmentId, projectId, userId } = caller;
  const code = canonicalVoucherCode(request.code);
  if (code === null) throw billing.fail('voucher_not_found');
  const voucher = await lockVoucher(tx, { codeHash: services.secrets.fingerprint(CODE_PURPOSE, code) });
  if (voucher === undefined) throw billing.fail('voucher_not_found');
  if (voucher.redeemedAt !== null && voucher.organizationId === organizationId)
    throw billing.fail('voucher_redeemed', { details: { redeemed_at: toInstant(voucher.redeemedAt) } });
  if (voucherStatus(voucher, tx.now) !== 'open') throw billing.fail('voucher_not_found');

  const customer = await lockCustomer(tx, organizationId);
  if (customer === undefined) throw common.fail('not_found');
  const { voucherId, amount, currency, creditExpiresDays } = voucher;
  if (customer.currency !== currency)
    throw billing.fail('currency_mismatch', { details: { currency: customer.currency } });
  if (customer.available + customer.held + amount > MICROS_MAX) throw billing.fail('amount_invalid');
  const reason = `Voucher ending in ${voucher.last4}`;
  const entryId = await new CustomerLedger(tx, customer).credit({
    kind: 'voucher',
    scope: { organizationId, departmentId, projectId, userId, allocationId: null },
    ...{ amount, reason, actor, correlationId },
    reference: `voucher:${voucherId}`,
  });
  const expiresAt = creditExpiresDays === null ? null : expiryAfter(creditExpiresDays, tx.now);
  await addGrant(tx, customer, { entryId, kind: 'voucher', amount, expiresAt });
  await markRedeemed(tx, { voucherId, organizationId, userId, entryId });
  await services.audit.record(tx, {
    action: 'billing.voucher.redeem',
    actor,
    organizationId,
    projectId,
    resource: auditedVoucher,
    targetId: voucherId,
    correlationId,
    before: { status: 'open' },
    after: { status: 'redeemed', amount: amount.toString(), currency, entry_id: entryId },
  });
  await services.outbox.append(tx, {
    eventType: 'billing.credited',
    correlationId,
    organizationId,
    resource: { type: 'organization', id: organizationId },
    payload: {
      organization_id: organizationId,
      entry_id: entryId,
      kind: 'voucher',
      amount: toMoney(amount, currency),
      reason,
    },
  });
  return { entryId, amount, currency, expiresAt };
}
