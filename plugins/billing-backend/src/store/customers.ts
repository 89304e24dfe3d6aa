import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import type { Micros } from '@portico/plugin-kit/contract';
import type { BalanceStatus, Funds } from '../domain/balance';
import type { Meter } from '../domain/metering';
import { ACCOUNTS } from '../domain/postings';
import { inList } from './in-list';

/** An organization as a customer, with its money and all meters that have not stopped. */
export interface Customer extends Funds {
  readonly organizationId: string;
  readonly currency: string;
  /** The status last announced. */
  readonly announced: BalanceStatus;
  /** Reviews that failed since the last that did not. */
  readonly reviewFailures: number;
  /** When a claim last left nothing to spend; what was used before had been paid for. Null: never. */
  readonly claimedAt: number | null;
  /** All usage ever posted, what was given back taken off. */
  readonly used: Micros;
  readonly alerts: OwnAlerts;
  /** Since when the balance is not healthy and somebody was told; null while there is nothing to take back. */
  readonly fallenAt: number | null;
}

/** What the organization chose; null where it goes by the platform. */
export interface OwnAlerts {
  readonly noticeRunwaySeconds: number | null;
  readonly warningRunwaySeconds: number | null;
  readonly warningBelow: Micros | null;
  /** User ids. */
  readonly recipients: readonly string[] | null;
}

export const NO_ALERTS: OwnAlerts = {
  noticeRunwaySeconds: null,
  warningRunwaySeconds: null,
  warningBelow: null,
  recipients: null,
};

/** Opens the customer's accounts; does nothing when they are open. */
export async function openCustomer(
  tx: Transaction,
  customer: { organizationId: string; currency: string },
): Promise<void> {
  const opened = await tx.run(
    `INSERT INTO billing_customers (organization_id, currency, status, review_at, created_at) VALUES (?, ?, 'depleted', NULL, ?)
    ON CONFLICT (organization_id) DO NOTHING`,
    [customer.organizationId, customer.currency, tx.now],
  );
  if (opened === 0) return;
  await tx.run(
    `INSERT INTO billing_accounts (organization_id, account, balance_micros) VALUES ${ACCOUNTS.map(() => '(?, ?, 0)').join(', ')}`,
    ACCOUNTS.flatMap(account => [customer.organizationId, account]),
  );
}

/** Where amounts of an organization stand that only mean something in its currency. */
const AMOUNTS = ['entries', 'meters', 'payments', 'auto_top_ups', 'budgets'] as const;

/** Whether anything was ever posted or metered, is being paid, or counts on the currency in another way. */
export async function hasAmounts(queries: Queries, organizationId: string): Promise<boolean> {
  const row = await queries.first(
    AMOUNTS.map(table => `SELECT 1 AS there FROM billing_${table} WHERE organization_id = ?`).join(' UNION ALL ') +
      ' LIMIT 1',
    AMOUNTS.map(() => organizationId),
  );
  return row !== undefined;
}

/** Of a customer without amounts. The organization's own threshold was one in the currency before, and goes. */
export async function setCurrency(
  tx: Transaction,
  customer: { organizationId: string; currency: string },
): Promise<void> {
  await tx.run('UPDATE billing_customers SET currency = ?, alert_below_micros = NULL WHERE organization_id = ?', [
    customer.currency,
    customer.organizationId,
  ]);
}

/** When the account was opened; undefined when none was. */
export async function customerSince(queries: Queries, organizationId: string): Promise<number | undefined> {
  const row = await queries.first<{ created_at: number }>(
    'SELECT created_at FROM billing_customers WHERE organization_id = ?',
    [organizationId],
  );
  return row?.created_at;
}

/** Locks the customer's money for this transaction, has it reviewed soon, and reads it. Undefined when no account was opened. */
export async function lockCustomer(tx: Transaction, organizationId: string): Promise<Customer | undefined> {
  // One statement locks the row and schedules the review; what is read afterwards is as of the lock.
  const locked = await tx.run('UPDATE billing_customers SET review_at = ? WHERE organization_id = ?', [
    tx.now,
    organizationId,
  ]);
  return locked === 0 ? undefined : (await customersOf(tx, [organizationId])).get(organizationId);
}

/** Locks a customer whose review is due; undefined when another replica was faster. */
export async function lockDueCustomer(tx: Transaction, organizationId: string): Promise<Customer | undefined> {
  const due = await tx.first(
    `SELECT organization_id FROM billing_customers WHERE organization_id = ? AND review_at <= ?${tx.forUpdate}`,
    [organizationId, tx.now],
  );
  return due === undefined ? undefined : (await customersOf(tx, [organizationId])).get(organizationId);
}

export async function dueCustomers(queries: Queries, options: { now: number; limit: number }): Promise<string[]> {
  const rows = await queries.all<{ organization_id: string }>(
    'SELECT organization_id FROM billing_customers WHERE review_at <= ? ORDER BY review_at, organization_id LIMIT ?',
    [options.now, options.limit],
  );
  return rows.map(row => row.organization_id);
}

export async function saveReview(
  tx: Transaction,
  review: { organizationId: string; announced: BalanceStatus; fallenAt: number | null; reviewAt: number | null },
): Promise<void> {
  await tx.run(
    'UPDATE billing_customers SET status = ?, fallen_at = ?, review_at = ?, review_failures = 0 WHERE organization_id = ?',
    [review.announced, review.fallenAt, review.reviewAt, review.organizationId],
  );
}

/** After a review that failed. Returns how many have failed in a row. */
export async function postponeReview(
  tx: Transaction,
  review: { organizationId: string; until: number },
): Promise<number> {
  const row = await tx.first<{ review_failures: number }>(
    'UPDATE billing_customers SET review_at = ?, review_failures = review_failures + 1 WHERE organization_id = ? RETURNING review_failures',
    [review.until, review.organizationId],
  );
  return row?.review_failures ?? 0;
}

/** Money was taken that was not there: whatever runs is depleted from this instant on, and not before. */
export async function markClaimed(tx: Transaction, claim: { organizationId: string; at: number }): Promise<void> {
  await tx.run('UPDATE billing_customers SET claimed_at = ? WHERE organization_id = ?', [
    claim.at,
    claim.organizationId,
  ]);
}

interface CustomerRow {
  readonly organization_id: string;
  readonly currency: string;
  readonly status: BalanceStatus;
  readonly review_failures: number;
  readonly claimed_at: number | null;
  readonly available_micros: bigint;
  readonly held_micros: bigint;
  readonly receivable_micros: bigint;
  readonly used_micros: bigint;
  readonly fallen_at: number | null;
  readonly alert_notice_seconds: number | null;
  readonly alert_warning_seconds: number | null;
  readonly alert_below_micros: bigint | null;
  readonly alert_recipients_json: string | null;
  readonly allocation_id: string | null;
  readonly price_per_hour_micros: bigint;
  readonly started_at: number | null;
  readonly capped_at: number | null;
  readonly posted_through_at: number | null;
  readonly posted_micros: bigint;
  readonly hold_micros: bigint | null;
  readonly target_micros: bigint | null;
}

/** One statement, so that balances and meters are of one moment also outside a transaction. */
export async function customersOf(
  queries: Queries,
  organizationIds: readonly string[],
): Promise<Map<string, Customer>> {
  const customers = new Map<string, Customer & { meters: Meter[] }>();
  if (organizationIds.length === 0) return customers;
  const asked = inList(organizationIds);
  const balance = (account: string) =>
    `(SELECT balance_micros FROM billing_accounts WHERE organization_id = customer.organization_id AND account = '${account}')`;
  const rows = await queries.all<CustomerRow>(
    `SELECT customer.organization_id, customer.currency, customer.status, customer.review_failures, customer.claimed_at,
      customer.fallen_at, customer.alert_notice_seconds, customer.alert_warning_seconds, customer.alert_below_micros, customer.alert_recipients_json,
      ${balance('customer_available')} AS available_micros, ${balance('customer_held')} AS held_micros,
      ${balance('customer_receivable')} AS receivable_micros, ${balance('usage_revenue')} AS used_micros,
      meter.allocation_id, meter.price_per_hour_micros, meter.started_at, meter.capped_at, meter.posted_through_at, meter.posted_micros,
      hold.amount_micros AS hold_micros, hold.target_micros
    FROM billing_customers AS customer
    LEFT JOIN billing_meters AS meter ON meter.organization_id = customer.organization_id AND meter.stopped_at IS NULL
    LEFT JOIN billing_holds AS hold ON hold.allocation_id = meter.allocation_id AND hold.closed_at IS NULL
    WHERE customer.organization_id IN ${asked.sql}
    ORDER BY customer.organization_id, meter.created_at, meter.allocation_id`,
    asked.parameters,
  );
  for (const row of rows) {
    const meters = customers.get(row.organization_id)?.meters ?? [];
    customers.set(row.organization_id, {
      organizationId: row.organization_id,
      currency: row.currency,
      announced: row.status,
      reviewFailures: row.review_failures,
      claimedAt: row.claimed_at,
      available: row.available_micros,
      held: row.held_micros,
      owed: -row.receivable_micros,
      used: row.used_micros,
      fallenAt: row.fallen_at,
      alerts: alertsOf(row),
      meters,
    });
    if (row.allocation_id !== null) meters.push(toMeter(row, row.allocation_id));
  }
  return customers;
}

function alertsOf(row: CustomerRow): OwnAlerts {
  return {
    noticeRunwaySeconds: row.alert_notice_seconds,
    warningRunwaySeconds: row.alert_warning_seconds,
    warningBelow: row.alert_below_micros,
    recipients: row.alert_recipients_json === null ? null : (JSON.parse(row.alert_recipients_json) as string[]),
  };
}

export async function saveAlerts(tx: Transaction, organizationId: string, alerts: OwnAlerts): Promise<void> {
  await tx.run(
    `UPDATE billing_customers SET alert_notice_seconds = ?, alert_warning_seconds = ?, alert_below_micros = ?, alert_recipients_json = ?
    WHERE organization_id = ?`,
    [
      alerts.noticeRunwaySeconds,
      alerts.warningRunwaySeconds,
      alerts.warningBelow,
      alerts.recipients === null ? null : JSON.stringify(alerts.recipients),
      organizationId,
    ],
  );
}

function toMeter(row: CustomerRow, allocationId: string): Meter {
  return {
    allocationId,
    pricePerHour: row.price_per_hour_micros,
    startedAt: row.started_at,
    cappedAt: row.capped_at,
    postedThroughAt: row.posted_through_at,
    posted: row.posted_micros,
    held: row.hold_micros ?? 0n,
    holdTarget: row.target_micros ?? 0n,
  };
}
