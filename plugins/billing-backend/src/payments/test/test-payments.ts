import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { PaymentFacts, RefundFacts } from '../payment-provider';
import { TEST_FAILURES, testMethod } from './test-cards';
import type { TestCard, TestFailure } from './test-cards';

/** The memory of the embedded test provider: what a real one would keep on its own servers. Nobody else reads these tables. */
export interface TestPaymentRow {
  readonly payment_id: string;
  readonly session_id: string;
  readonly provider_payment_id: string;
  readonly customer_id: string;
  readonly state: PaymentFacts['state'];
  readonly amount_micros: Micros;
  readonly currency: string;
  readonly saves_method: number;
  readonly card: TestCard | null;
  readonly method_id: string | null;
  readonly failure_code: TestFailure | null;
  /** Null, as the next two, of a charge with nobody there. */
  readonly success_url: string | null;
  readonly cancel_url: string | null;
  readonly expires_at: number | null;
}

const COLUMNS = [
  'payment_id',
  'session_id',
  'provider_payment_id',
  'customer_id',
  'state',
  'amount_micros',
  'currency',
  'saves_method',
  'card',
  'method_id',
  'failure_code',
  'success_url',
  'cancel_url',
  'expires_at',
] as const satisfies readonly (keyof TestPaymentRow)[];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM billing_test_payments`;

/** As if sent with an idempotency key: the first one told of a payment stays. */
export async function insertTestPayment(tx: Transaction, row: TestPaymentRow): Promise<TestPaymentRow> {
  await tx.run(
    `INSERT INTO billing_test_payments (${COLUMNS.join(', ')}, created_at) VALUES (${COLUMNS.map(() => '?').join(', ')}, ?)
     ON CONFLICT (payment_id) DO NOTHING`,
    [...COLUMNS.map(name => row[name]), tx.now],
  );
  return (await testPaymentBy(tx, 'payment_id', row.payment_id)) ?? row;
}

export async function testPaymentBy(
  queries: Queries,
  column: 'payment_id' | 'session_id' | 'provider_payment_id',
  value: string,
): Promise<TestPaymentRow | undefined> {
  return queries.first<TestPaymentRow>(`${SELECT} WHERE ${column} = ?`, [value]);
}

export async function lockTestPayment(tx: Transaction, paymentId: string): Promise<TestPaymentRow | undefined> {
  return tx.first<TestPaymentRow>(`${SELECT} WHERE payment_id = ?${tx.forUpdate}`, [paymentId]);
}

export async function changeTestPayment(
  tx: Transaction,
  paymentId: string,
  change: Pick<TestPaymentRow, 'state' | 'card' | 'method_id' | 'failure_code'>,
): Promise<void> {
  await tx.run(
    'UPDATE billing_test_payments SET state = ?, card = ?, method_id = ?, failure_code = ? WHERE payment_id = ?',
    [change.state, change.card, change.method_id, change.failure_code, paymentId],
  );
}

/** A checkout ends by itself. */
export function testStateAt(row: TestPaymentRow, now: number): PaymentFacts['state'] {
  return row.state === 'open' && row.expires_at !== null && row.expires_at <= now ? 'expired' : row.state;
}

export function testFacts(row: TestPaymentRow, now: number): PaymentFacts {
  const state = testStateAt(row, now);
  return {
    paymentId: row.payment_id,
    providerSessionId: row.expires_at === null ? null : row.session_id,
    providerPaymentId: state === 'paid' || state === 'pending' ? row.provider_payment_id : null,
    state,
    amount: row.amount_micros,
    currency: row.currency,
    failure: row.failure_code === null ? null : { code: row.failure_code, message: TEST_FAILURES[row.failure_code] },
    method: row.card === null ? null : testMethod(row.method_id ?? `tpm_${row.payment_id}`, row.card),
  };
}

export interface TestMethodRow {
  readonly method_id: string;
  readonly customer_id: string;
  readonly card: TestCard;
}

export async function keepTestMethod(tx: Transaction, method: TestMethodRow): Promise<void> {
  await tx.run(
    `INSERT INTO billing_test_methods (method_id, customer_id, card, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (method_id) DO NOTHING`,
    [method.method_id, method.customer_id, method.card, tx.now],
  );
}

/** Newest first. */
export async function testMethods(queries: Queries, customerId: string): Promise<TestMethodRow[]> {
  return queries.all<TestMethodRow>(
    `SELECT method_id, customer_id, card FROM billing_test_methods WHERE customer_id = ? AND removed_at IS NULL
     ORDER BY created_at DESC, method_id DESC LIMIT 100`,
    [customerId],
  );
}

export async function removeTestMethod(
  tx: Transaction,
  method: { providerCustomerId: string; methodId: string },
): Promise<void> {
  await tx.run(
    'UPDATE billing_test_methods SET removed_at = ? WHERE customer_id = ? AND method_id = ? AND removed_at IS NULL',
    [tx.now, method.providerCustomerId, method.methodId],
  );
}

export interface TestRefundRow {
  readonly refund_id: string;
  readonly provider_payment_id: string;
  readonly state: RefundFacts['state'];
  readonly amount_micros: Micros;
  readonly currency: string;
}

export async function insertTestRefund(tx: Transaction, row: TestRefundRow): Promise<void> {
  await tx.run(
    `INSERT INTO billing_test_refunds (refund_id, provider_payment_id, state, amount_micros, currency, created_at) VALUES (?, ?, ?, ?, ?, ?)`,
    [row.refund_id, row.provider_payment_id, row.state, row.amount_micros, row.currency, tx.now],
  );
}

export async function testRefundById(queries: Queries, refundId: string): Promise<TestRefundRow | undefined> {
  return queries.first<TestRefundRow>(
    'SELECT refund_id, provider_payment_id, state, amount_micros, currency FROM billing_test_refunds WHERE refund_id = ?',
    [refundId],
  );
}

export async function testRefundsOf(queries: Queries, providerPaymentId: string): Promise<TestRefundRow[]> {
  return queries.all<TestRefundRow>(
    'SELECT refund_id, provider_payment_id, state, amount_micros, currency FROM billing_test_refunds WHERE provider_payment_id = ?',
    [providerPaymentId],
  );
}

/** The bank took its time and said yes. */
export async function settleTestRefund(
  tx: Transaction,
  refund: { refundId: string; madeBefore: number },
): Promise<void> {
  await tx.run(
    `UPDATE billing_test_refunds SET state = 'succeeded' WHERE refund_id = ? AND state = 'pending' AND created_at <= ?`,
    [refund.refundId, refund.madeBefore],
  );
}
