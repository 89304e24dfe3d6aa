import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import type { Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { PaymentSource, PaymentStatus } from '../domain/payment';

export type PaymentKind = 'checkout' | 'auto_top_up';

export interface PaymentRow {
  readonly payment_id: string;
  readonly organization_id: string;
  readonly department_id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly kind: PaymentKind;
  readonly status: PaymentStatus;
  readonly is_pending: number;
  readonly amount_micros: Micros;
  readonly currency: string;
  readonly provider: 'stripe' | 'test';
  readonly provider_customer_id: string | null;
  readonly provider_session_id: string | null;
  readonly provider_payment_id: string | null;
  readonly checkout_url: string | null;
  readonly saves_method: number;
  readonly charged_method_id: string | null;
  readonly method_brand: string | null;
  readonly method_last4: string | null;
  readonly return_path: string | null;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly request_key: string | null;
  readonly request_fingerprint: string | null;
  readonly entry_id: string | null;
  readonly correlation_id: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number | null;
  readonly cancel_requested_at: number | null;
  readonly completed_at: number | null;
  readonly check_at: number | null;
  readonly checked_at: number | null;
  readonly checks: number;
}

const COLUMNS = [
  'payment_id',
  'organization_id',
  'department_id',
  'project_id',
  'user_id',
  'kind',
  'status',
  'is_pending',
  'amount_micros',
  'currency',
  'provider',
  'provider_customer_id',
  'provider_session_id',
  'provider_payment_id',
  'checkout_url',
  'saves_method',
  'charged_method_id',
  'method_brand',
  'method_last4',
  'return_path',
  'failure_code',
  'failure_message',
  'request_key',
  'request_fingerprint',
  'entry_id',
  'correlation_id',
  'created_at',
  'updated_at',
  'expires_at',
  'cancel_requested_at',
  'completed_at',
  'check_at',
  'checked_at',
  'checks',
] as const satisfies readonly (keyof PaymentRow)[];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM billing_payments`;

/** What a new payment says by itself; the rest is empty until the provider has been asked. */
export type NewPayment = Pick<
  PaymentRow,
  | 'payment_id'
  | 'organization_id'
  | 'department_id'
  | 'project_id'
  | 'user_id'
  | 'kind'
  | 'amount_micros'
  | 'currency'
  | 'provider'
  | 'saves_method'
  | 'charged_method_id'
  | 'method_brand'
  | 'method_last4'
  | 'return_path'
  | 'request_key'
  | 'request_fingerprint'
  | 'correlation_id'
  | 'expires_at'
  | 'check_at'
>;

/** Writes it down as `created`. False when a payment of the same request is there already. */
export async function insertPayment(tx: Transaction, payment: NewPayment): Promise<boolean> {
  const values: Partial<PaymentRow> = { ...payment, status: 'created', created_at: tx.now, updated_at: tx.now };
  const names = Object.keys(values) as (keyof PaymentRow)[];
  const inserted = await tx.run(
    `INSERT INTO billing_payments (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT (request_key) DO NOTHING`,
    names.map(name => values[name] as Parameter),
  );
  return inserted === 1;
}

export async function paymentById(queries: Queries, paymentId: string): Promise<PaymentRow | undefined> {
  return queries.first<PaymentRow>(`${SELECT} WHERE payment_id = ?`, [paymentId]);
}

export async function lockPayment(tx: Transaction, paymentId: string): Promise<PaymentRow | undefined> {
  return tx.first<PaymentRow>(`${SELECT} WHERE payment_id = ?${tx.forUpdate}`, [paymentId]);
}

/** Of the provider's own id of the money. What a refund or a dispute names. */
export async function paymentByProviderId(
  queries: Queries,
  options: { provider: string; providerPaymentId: string },
): Promise<PaymentRow | undefined> {
  return queries.first<PaymentRow>(`${SELECT} WHERE provider = ? AND provider_payment_id = ?`, [
    options.provider,
    options.providerPaymentId,
  ]);
}

export async function paymentByRequest(queries: Queries, requestKey: string): Promise<PaymentRow | undefined> {
  return queries.first<PaymentRow>(`${SELECT} WHERE request_key = ?`, [requestKey]);
}

/** A key is good for as long as the platform keeps replies; afterwards it may stand for something new. */
export async function forgetRequest(tx: Transaction, options: { requestKey: string; before: number }): Promise<void> {
  await tx.run('UPDATE billing_payments SET request_key = NULL WHERE request_key = ? AND created_at <= ?', [
    options.requestKey,
    options.before,
  ]);
}

export type PaymentChange = Partial<
  Pick<
    PaymentRow,
    | 'status'
    | 'is_pending'
    | 'provider_customer_id'
    | 'provider_session_id'
    | 'provider_payment_id'
    | 'checkout_url'
    | 'method_brand'
    | 'method_last4'
    | 'failure_code'
    | 'failure_message'
    | 'entry_id'
    | 'expires_at'
    | 'cancel_requested_at'
    | 'completed_at'
    | 'check_at'
    | 'checked_at'
    | 'checks'
  >
>;

export async function changePayment(tx: Transaction, paymentId: string, change: PaymentChange): Promise<void> {
  const names = Object.keys(change) as (keyof PaymentChange)[];
  if (names.length === 0) return;
  await tx.run(
    `UPDATE billing_payments SET ${names.map(name => `${name} = ?`).join(', ')}, updated_at = ? WHERE payment_id = ?`,
    [...names.map(name => change[name] as Parameter), tx.now, paymentId],
  );
}

export interface PaymentStateRow {
  readonly status: PaymentStatus;
  readonly is_pending: number;
  readonly source: PaymentSource;
  readonly note: string | null;
  readonly at: number;
}

/** Appends to the log of a payment whose row is locked, or was just written. */
export async function logPaymentState(
  tx: Transaction,
  entry: Omit<PaymentStateRow, 'at'> & { readonly payment_id: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO billing_payment_states (payment_id, place, status, is_pending, source, note, at)
     SELECT ?, (SELECT count(*) + 1 FROM billing_payment_states WHERE payment_id = ?), ?, ?, ?, ?, ?`,
    [entry.payment_id, entry.payment_id, entry.status, entry.is_pending, entry.source, entry.note, tx.now],
  );
}

export async function paymentStates(queries: Queries, paymentId: string): Promise<PaymentStateRow[]> {
  return queries.all<PaymentStateRow>(
    'SELECT status, is_pending, source, note, at FROM billing_payment_states WHERE payment_id = ? ORDER BY place',
    [paymentId],
  );
}

/** What may still become money of those begun since: completed, or not ended otherwise. */
export async function depositsSince(
  queries: Queries,
  options: { organizationId: string; from: number; kind?: PaymentKind },
): Promise<Micros> {
  const row = await queries.first<{ sum_micros: bigint }>(
    `SELECT coalesce(sum(amount_micros), 0) AS sum_micros FROM billing_payments
     WHERE organization_id = ? AND created_at >= ? AND status IN ('created', 'open', 'completed')${options.kind === undefined ? '' : ' AND kind = ?'}`,
    [options.organizationId, options.from, ...(options.kind === undefined ? [] : [options.kind])],
  );
  return row?.sum_micros ?? 0n;
}

/** The automatic top-up under way, if one is. */
export async function chargeUnderWay(queries: Queries, organizationId: string): Promise<string | null> {
  const row = await queries.first<{ payment_id: string }>(
    `SELECT payment_id FROM billing_payments
     WHERE organization_id = ? AND kind = 'auto_top_up' AND (status IN ('created', 'open') OR is_pending = 1) LIMIT 1`,
    [organizationId],
  );
  return row?.payment_id ?? null;
}

export async function paymentsDue(queries: Queries, options: { now: number; limit: number }): Promise<string[]> {
  const rows = await queries.all<{ payment_id: string }>(
    `SELECT payment_id FROM billing_payments WHERE check_at <= ? ORDER BY check_at, payment_id LIMIT ?`,
    [options.now, options.limit],
  );
  return rows.map(row => row.payment_id);
}

export interface PaymentFilter {
  readonly organizationId?: string | undefined;
  readonly userId?: string | undefined;
  readonly kind?: string | undefined;
  readonly status?: string | undefined;
  readonly provider?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Newest first. */
export async function paymentsPage(
  queries: Queries,
  options: { list: string; filter: PaymentFilter; limit: number; cursor: string | undefined },
): Promise<{ rows: readonly PaymentRow[]; nextCursor: string | null }> {
  const { filter, cursor, list } = options;
  const conditions: [string, Parameter | undefined][] = [
    ['organization_id = ?', filter.organizationId],
    ['user_id = ?', filter.userId],
    ['kind = ?', filter.kind],
    ['status = ?', filter.status],
    ['provider = ?', filter.provider],
    ['created_at >= ?', filter.from],
    ['created_at < ?', filter.to],
  ];
  const given = conditions.filter((one): one is [string, Parameter] => one[1] !== undefined);
  const after = cursor === undefined ? undefined : decodeCursor(list, cursor, ['number', 'string']);
  const where = [...given.map(([sql]) => sql), ...(after === undefined ? [] : ['(created_at, payment_id) < (?, ?)'])];
  const rows = await queries.all<PaymentRow>(
    `${SELECT}${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`} ORDER BY created_at DESC, payment_id DESC LIMIT ?`,
    [...given.map(([, value]) => value), ...(after ?? []), options.limit + 1],
  );
  const { shown, nextCursor } = cutPage(rows, options.limit, last =>
    encodeCursor(list, [last.created_at, last.payment_id]),
  );
  return { rows: shown, nextCursor };
}
