import type { Parameter, Place, Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { DisputeStatus } from '../domain/dispute';
import { inList } from './in-list';
import { Narrowing } from './narrowing';

export interface DisputeRow {
  readonly dispute_id: string;
  readonly organization_id: string;
  readonly payment_id: string;
  readonly provider_dispute_id: string;
  readonly status: DisputeStatus;
  readonly amount_micros: Micros;
  readonly currency: string;
  readonly reason: string;
  readonly is_claimed: number;
  readonly respond_by_at: number | null;
  readonly opened_at: number;
  readonly closed_at: number | null;
}

const COLUMNS = [
  'dispute_id',
  'organization_id',
  'payment_id',
  'provider_dispute_id',
  'status',
  'amount_micros',
  'currency',
  'reason',
  'is_claimed',
  'respond_by_at',
  'opened_at',
  'closed_at',
] as const satisfies readonly (keyof DisputeRow)[];
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM billing_disputes`;

export async function insertDispute(tx: Transaction, dispute: DisputeRow): Promise<void> {
  await tx.run(
    `INSERT INTO billing_disputes (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    COLUMNS.map(column => dispute[column] as Parameter),
  );
}

/** Call with its payment locked. */
export async function saveDispute(tx: Transaction, dispute: DisputeRow): Promise<void> {
  await tx.run(
    'UPDATE billing_disputes SET status = ?, amount_micros = ?, reason = ?, is_claimed = ?, respond_by_at = ?, closed_at = ? WHERE dispute_id = ?',
    [
      dispute.status,
      dispute.amount_micros,
      dispute.reason,
      dispute.is_claimed,
      dispute.respond_by_at,
      dispute.closed_at,
      dispute.dispute_id,
    ],
  );
}

export async function disputeByProviderId(
  queries: Queries,
  providerDisputeId: string,
): Promise<DisputeRow | undefined> {
  return queries.first<DisputeRow>(`${SELECT} WHERE provider_dispute_id = ?`, [providerDisputeId]);
}

/** Newest first. */
export async function disputesPage(
  queries: Queries,
  page: {
    filter: { organizationId?: string | undefined; status?: DisputeStatus | undefined };
    after: Place | undefined;
    limit: number;
  },
): Promise<DisputeRow[]> {
  const { organizationId, status } = page.filter;
  const narrowing = new Narrowing();
  if (organizationId !== undefined) narrowing.add('organization_id = ?', organizationId);
  if (status !== undefined) narrowing.add('status = ?', status);
  if (page.after !== undefined) narrowing.add('(opened_at, dispute_id) < (?, ?)', page.after.at, page.after.id);
  return queries.all<DisputeRow>(`${SELECT}${narrowing.where} ORDER BY opened_at DESC, dispute_id DESC LIMIT ?`, [
    ...narrowing.parameters,
    page.limit,
  ]);
}

/** Of each payment what its bank took back, or holds while it looks; those without any are left out. */
export async function disputedOf(
  queries: Queries,
  paymentIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly amount: Micros; readonly isOpen: boolean }>> {
  if (paymentIds.length === 0) return new Map();
  const asked = inList(paymentIds);
  const rows = await queries.all<{ payment_id: string; disputed_micros: Micros; open: number }>(
    `SELECT payment_id, sum(amount_micros) AS disputed_micros, sum(CASE WHEN status = 'open' THEN 1 ELSE 0 END) AS open
    FROM billing_disputes WHERE payment_id IN ${asked.sql} AND status IN ('open', 'lost') GROUP BY payment_id`,
    asked.parameters,
  );
  return new Map(rows.map(row => [row.payment_id, { amount: row.disputed_micros, isOpen: row.open > 0 }]));
}

/** Whether a payment of the organization is disputed now. */
export async function hasOpenDispute(queries: Queries, organizationId: string): Promise<boolean> {
  const row = await queries.first(
    `SELECT 1 AS found FROM billing_disputes WHERE organization_id = ? AND status = 'open' LIMIT 1`,
    [organizationId],
  );
  return row !== undefined;
}
