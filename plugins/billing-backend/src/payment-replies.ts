import type { Queries } from '@portico/plugin-kit/backend';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { toInstant, toInstantOrNull, toMoney } from '@portico/plugin-kit/contract';
import type {
  getAutoTopUp,
  getPayment,
  getTestCheckout,
  listPaymentMethods,
  listPayments,
} from '@portico/plugin-billing/contract';
import type { SavedMethod } from './payments/payment-provider';
import { monthStart } from './payments/auto-top-up';
import { testStateAt } from './payments/test/test-payments';
import type { TestPaymentRow } from './payments/test/test-payments';
import type { BillingServices } from './services';
import { autoTopUpOf } from './store/auto-top-ups';
import { depositsSince } from './store/payments';
import type { PaymentRow } from './store/payments';
import { refundedOf } from './store/refunds';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

type PaymentItem = ReplyOf<typeof listPayments>['items'][number];
type ReplyServices = Pick<BillingServices, 'policy' | 'payments'>;

/** Payments in the words of the contract, with what was given back of each. */
export async function paymentItems(
  queries: Queries,
  services: ReplyServices,
  rows: readonly PaymentRow[],
): Promise<PaymentItem[]> {
  const refunded = await refundedOf(
    queries,
    rows.filter(row => row.status === 'completed').map(row => row.payment_id),
  );
  return rows.map(row => paymentItem(row, { services, refunded: refunded.get(row.payment_id) ?? 0n }));
}

export async function paymentReply(queries: Queries, services: ReplyServices, row: PaymentRow): Promise<PaymentItem> {
  const [item] = await paymentItems(queries, services, [row]);
  if (item === undefined) throw new Error('one row makes one reply');
  return item;
}

/** With the address at which it can still be paid. */
export async function paymentDetail(
  queries: Queries,
  services: ReplyServices,
  row: PaymentRow,
): Promise<ReplyOf<typeof getPayment>> {
  const isPayable = row.status === 'open' && row.is_pending === 0 && row.cancel_requested_at === null;
  return { ...(await paymentReply(queries, services, row)), checkout_url: isPayable ? row.checkout_url : null };
}

function paymentItem(row: PaymentRow, given: { services: ReplyServices; refunded: bigint }): PaymentItem {
  const { policy, payments } = given.services;
  const isPaid = row.completed_at !== null;
  return {
    payment_id: row.payment_id,
    kind: row.kind,
    status: row.status,
    is_pending: row.is_pending === 1,
    amount: toMoney(row.amount_micros, row.currency),
    provider: row.provider,
    is_test_money: row.provider === 'test' || (payments?.name === row.provider && payments.isTestMoney),
    failure:
      row.failure_code === null || row.failure_message === null
        ? null
        : { code: row.failure_code, message: row.failure_message },
    method:
      row.method_brand === null || row.method_last4 === null
        ? null
        : { brand: row.method_brand, last4: row.method_last4 },
    refunded: toMoney(given.refunded, row.currency),
    refundable_until: isPaid ? toInstant(row.completed_at + policy.refunds.windowDays * DAY_MILLISECONDS) : null,
    entry_id: row.entry_id,
    return_path: row.return_path,
    created_at: toInstant(row.created_at),
    updated_at: toInstant(row.updated_at),
    completed_at: toInstantOrNull(row.completed_at),
    expires_at: toInstantOrNull(row.expires_at),
    created_by: row.user_id,
  };
}

export function methodItem(
  method: SavedMethod,
  chargedMethodId: string | null,
): ReplyOf<typeof listPaymentMethods>['items'][number] {
  return {
    method_id: method.methodId,
    brand: method.brand,
    last4: method.last4,
    expires_month: method.expiresMonth,
    expires_year: method.expiresYear,
    used_by_auto_top_up: method.methodId === chargedMethodId,
  };
}

/** As of `at`; an organization that never set it up has it turned off. */
export async function autoTopUpReply(
  queries: Queries,
  options: { organizationId: string; currency: string; at: number },
): Promise<ReplyOf<typeof getAutoTopUp>> {
  const { organizationId, currency, at } = options;
  const row = await autoTopUpOf(queries, organizationId);
  const spent = await depositsSince(queries, { organizationId, from: monthStart(at), kind: 'auto_top_up' });
  const money = (amount: bigint | undefined) => (amount === undefined ? null : toMoney(amount, currency));
  return {
    enabled: row?.enabled === 1,
    threshold: money(row?.threshold_micros),
    amount: money(row?.amount_micros),
    monthly_limit: money(row?.monthly_limit_micros),
    spent_this_month: toMoney(spent, currency),
    method: row === undefined ? null : { method_id: row.method_id, brand: row.method_brand, last4: row.method_last4 },
    failures_in_row: row?.failures_in_row ?? 0,
    disabled_reason: row?.disabled_reason ?? null,
    waits_until: toInstantOrNull(row?.waits_until ?? null),
    last_payment_id: row?.last_payment_id ?? null,
    updated_at: toInstantOrNull(row?.updated_at ?? null),
  };
}

export function testCheckoutReply(row: TestPaymentRow, at: number): ReplyOf<typeof getTestCheckout> {
  return {
    payment_id: row.payment_id,
    amount: toMoney(row.amount_micros, row.currency),
    state: testStateAt(row, at),
    saves_method: row.saves_method === 1,
    expires_at: toInstant(row.expires_at ?? at),
    success_url: row.success_url ?? '',
    cancel_url: row.cancel_url ?? '',
  };
}
