import type { Parameter, Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { RefundOutcome, RefundStatus, Settlement } from '../domain/refund';
import { inList } from './in-list';
import { Narrowing } from './narrowing';

export interface RefundRow {
  readonly refund_id: string;
  readonly organization_id: string;
  readonly department_id: string;
  readonly project_id: string;
  readonly user_id: string | null;
  readonly payment_id: string | null;
  readonly provider_payment_id: string | null;
  readonly provider_refund_id: string | null;
  readonly amount_micros: Micros;
  readonly currency: string;
  readonly status: RefundStatus;
  readonly settlement: Settlement | null;
  readonly proposed_outcome: RefundOutcome | null;
  readonly outcome_text: string;
  readonly card_brand: string | null;
  readonly card_last4: string | null;
  readonly made_by: 'customer' | 'platform' | 'provider';
  readonly reason: string;
  readonly decision_reason: string | null;
  readonly requested_by: string | null;
  readonly decided_by: string | null;
  readonly approved_by: string | null;
  readonly failure: string | null;
  readonly correlation_id: string;
  readonly requested_at: number;
  readonly decided_at: number | null;
  readonly settled_at: number | null;
  readonly ask_at: number | null;
  readonly asks: number;
}

const COLUMNS = [
  'refund_id',
  'organization_id',
  'department_id',
  'project_id',
  'user_id',
  'payment_id',
  'provider_payment_id',
  'provider_refund_id',
  'amount_micros',
  'currency',
  'status',
  'settlement',
  'proposed_outcome',
  'outcome_text',
  'card_brand',
  'card_last4',
  'made_by',
  'reason',
  'decision_reason',
  'requested_by',
  'decided_by',
  'approved_by',
  'failure',
  'correlation_id',
  'requested_at',
  'decided_at',
  'settled_at',
  'ask_at',
  'asks',
] as const satisfies readonly (keyof RefundRow)[];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM billing_refunds`;

export async function insertRefund(tx: Transaction, refund: RefundRow): Promise<void> {
  await tx.run(
    `INSERT INTO billing_refunds (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    COLUMNS.map(column => refund[column] as Parameter),
  );
}

export type RefundChange = Partial<
  Pick<
    RefundRow,
    | 'status'
    | 'settlement'
    | 'proposed_outcome'
    | 'outcome_text'
    | 'decision_reason'
    | 'decided_by'
    | 'approved_by'
    | 'provider_refund_id'
    | 'failure'
    | 'decided_at'
    | 'settled_at'
    | 'ask_at'
    | 'asks'
  >
>;

/** Call with the row locked. Returns it as it is now. */
export async function changeRefund(tx: Transaction, refund: RefundRow, change: RefundChange): Promise<RefundRow> {
  const names = Object.keys(change) as (keyof RefundChange)[];
  await tx.run(`UPDATE billing_refunds SET ${names.map(name => `${name} = ?`).join(', ')} WHERE refund_id = ?`, [
    ...names.map(name => change[name] as Parameter),
    refund.refund_id,
  ]);
  return { ...refund, ...change };
}

export async function refundById(queries: Queries, refundId: string): Promise<RefundRow | undefined> {
  return queries.first<RefundRow>(`${SELECT} WHERE refund_id = ?`, [refundId]);
}

export async function lockRefund(tx: Transaction, refundId: string): Promise<RefundRow | undefined> {
  return tx.first<RefundRow>(`${SELECT} WHERE refund_id = ?${tx.forUpdate}`, [refundId]);
}

export async function refundByProviderId(queries: Queries, providerRefundId: string): Promise<RefundRow | undefined> {
  return queries.first<RefundRow>(`${SELECT} WHERE provider_refund_id = ?`, [providerRefundId]);
}

/** The one of that payment that waits for a person. */
export async function waitingRefundOf(queries: Queries, paymentId: string): Promise<RefundRow | undefined> {
  return queries.first<RefundRow>(`${SELECT} WHERE payment_id = ? AND status = 'requested'`, [paymentId]);
}

export interface RefundFilter {
  readonly organizationId?: string | undefined;
  readonly paymentId?: string | undefined;
  readonly status?: RefundStatus | undefined;
}

/** Newest first. */
export async function refundsPage(
  queries: Queries,
  page: { filter: RefundFilter; after: Place | undefined; limit: number },
): Promise<RefundRow[]> {
  const { organizationId, paymentId, status } = page.filter;
  const narrowing = new Narrowing();
  if (organizationId !== undefined) narrowing.add('organization_id = ?', organizationId);
  if (paymentId !== undefined) narrowing.add('payment_id = ?', paymentId);
  if (status !== undefined) narrowing.add('status = ?', status);
  if (page.after !== undefined) narrowing.add('(requested_at, refund_id) < (?, ?)', page.after.at, page.after.id);
  return queries.all<RefundRow>(`${SELECT}${narrowing.where} ORDER BY requested_at DESC, refund_id DESC LIMIT ?`, [
    ...narrowing.parameters,
    page.limit,
  ]);
}

/** Of each payment what is at its card again, or on the way there; those without any are left out. */
export async function refundedOf(
  queries: Queries,
  paymentIds: readonly string[],
): Promise<ReadonlyMap<string, Micros>> {
  if (paymentIds.length === 0) return new Map();
  const asked = inList(paymentIds);
  const rows = await queries.all<{ payment_id: string; refunded_micros: Micros }>(
    `SELECT payment_id, sum(amount_micros) AS refunded_micros FROM billing_refunds
    WHERE payment_id IN ${asked.sql} AND status = 'provider_refund' GROUP BY payment_id`,
    asked.parameters,
  );
  return new Map(rows.map(row => [row.payment_id, row.refunded_micros]));
}

/** What one person alone has had given back to an organization since then: made for it, or decided. What failed did not leave. */
export async function givenAloneSince(
  queries: Queries,
  options: { organizationId: string; userId: string; since: number },
): Promise<Micros> {
  const row = await queries.first<{ given_micros: Micros | null }>(
    `SELECT sum(amount_micros) AS given_micros FROM billing_refunds
    WHERE organization_id = ? AND decided_at > ? AND status IN ('provider_refund', 'internal_credit') AND approved_by IS NULL
      AND (settlement IS NULL OR settlement <> 'failed')
      AND (decided_by = ? OR (decided_by IS NULL AND made_by = 'platform' AND requested_by = ?))`,
    [options.organizationId, options.since, options.userId, options.userId],
  );
  return row?.given_micros ?? 0n;
}

/** On their way to a card, and due to be asked for at the provider. */
export async function refundsToAsk(queries: Queries, options: { now: number; limit: number }): Promise<RefundRow[]> {
  return queries.all<RefundRow>(`${SELECT} WHERE ask_at <= ? ORDER BY ask_at, refund_id LIMIT ?`, [
    options.now,
    options.limit,
  ]);
}

/** Takes one that is due for so long, so that replicas share the work; false when another was faster. */
export async function leaseRefund(tx: Transaction, lease: { refundId: string; until: number }): Promise<boolean> {
  const leased = await tx.run(
    'UPDATE billing_refunds SET ask_at = ?, asks = asks + 1 WHERE refund_id = ? AND ask_at <= ?',
    [lease.until, lease.refundId, tx.now],
  );
  return leased === 1;
}
