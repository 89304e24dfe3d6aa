import type { Queries } from '@portico/plugin-kit/backend';
import { invoicesTile } from './invoice-books';
import { ACCOUNTS } from '../domain/postings';
import { costOfTime } from '../domain/metering';
import { grantsAreInTheLedger } from './grant-books';
import {
  accountsHaveTheirSign,
  amountsAreWhatPostingsDo,
  chainsHaveNoGap,
  entriesAreInTheCurrency,
  reversalsReverse,
} from './ledger-books';
import { outageCreditsAreInTheLedger } from './outage-books';
import { paymentsAreInTheLedger } from './payment-books';
import { refundsAreInTheLedger } from './refund-books';
import { rollupsEqualMeters } from './rollup-books';

/**
 * The invariants of the ledger, checked over all of it. Throws with every violation it finds. Holds at any instant between transactions; give it the
 * queries of an open transaction, or those of a database at rest.
 */
export async function assertBooksBalance(queries: Queries): Promise<void> {
  const problems = (await Promise.all(CHECKS.map(check => check(queries)))).flat();
  if (problems.length > 0)
    throw new Error(`The books do not balance:\n${problems.slice(0, PROBLEMS_SHOWN_MAX).join('\n')}`);
}

const PROBLEMS_SHOWN_MAX = 20;

type Check = (queries: Queries) => Promise<string[]>;

const CHECKS: readonly Check[] = [
  entriesSumToZero,
  balancesEqualPostings,
  noAccountOfCustomersIsNegative,
  heldEqualsOpenHolds,
  oneOpenHoldPerLiveMeter,
  usageTiles,
  amountsAreWhatPostingsDo,
  entriesAreInTheCurrency,
  accountsHaveTheirSign,
  reversalsReverse,
  chainsHaveNoGap,
  grantsAreInTheLedger,
  paymentsAreInTheLedger,
  refundsAreInTheLedger,
  rollupsEqualMeters,
  outageCreditsAreInTheLedger,
  invoicesTile,
];

async function entriesSumToZero(queries: Queries): Promise<string[]> {
  // An entry has one currency, and so have its postings.
  const rows = await queries.all<{ entry_id: string; sum_micros: bigint | null }>(
    `SELECT entry.entry_id, sum(posting.amount_micros) AS sum_micros FROM billing_entries AS entry
    LEFT JOIN billing_postings AS posting ON posting.entry_id = entry.entry_id
    GROUP BY entry.entry_id HAVING coalesce(sum(posting.amount_micros), 1) <> 0`,
  );
  return rows.map(row => `the postings of ${row.entry_id} sum to ${row.sum_micros ?? 'nothing'}`);
}

async function balancesEqualPostings(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{
    organization_id: string;
    account: string;
    balance_micros: bigint;
    sum_micros: bigint;
  }>(
    `SELECT account.organization_id, account.account, account.balance_micros, coalesce(posted.sum_micros, 0) AS sum_micros
    FROM billing_accounts AS account LEFT JOIN (
      SELECT organization_id, account, sum(amount_micros) AS sum_micros FROM billing_postings GROUP BY organization_id, account
    ) AS posted ON posted.organization_id = account.organization_id AND posted.account = account.account
    WHERE account.balance_micros <> coalesce(posted.sum_micros, 0)`,
  );
  const missing = await queries.all<{ organization_id: string }>(
    `SELECT customer.organization_id FROM billing_customers AS customer
    WHERE (SELECT count(*) FROM billing_accounts WHERE organization_id = customer.organization_id) <> ${ACCOUNTS.length}`,
  );
  return [
    ...rows.map(
      row => `${row.account} of ${row.organization_id} is ${row.balance_micros}, its postings sum to ${row.sum_micros}`,
    ),
    ...missing.map(row => `${row.organization_id} has not all accounts`),
  ];
}

async function noAccountOfCustomersIsNegative(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ organization_id: string; account: string; balance_micros: bigint }>(
    `SELECT organization_id, account, balance_micros FROM billing_accounts
    WHERE (account IN ('customer_available', 'customer_held') AND balance_micros < 0) OR (account = 'customer_receivable' AND balance_micros > 0)`,
  );
  const owing = await queries.all<{ organization_id: string }>(
    `SELECT DISTINCT owed.organization_id FROM billing_accounts AS owed
    JOIN billing_accounts AS funds ON funds.organization_id = owed.organization_id AND funds.account IN ('customer_available', 'customer_held')
    WHERE owed.account = 'customer_receivable' AND owed.balance_micros < 0 AND funds.balance_micros > 0`,
  );
  return [
    ...rows.map(row => `${row.account} of ${row.organization_id} is ${row.balance_micros}`),
    ...owing.map(row => `${row.organization_id} owes although it has money`),
  ];
}

async function heldEqualsOpenHolds(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ organization_id: string; balance_micros: bigint; sum_micros: bigint }>(
    `SELECT account.organization_id, account.balance_micros, coalesce(hold.sum_micros, 0) AS sum_micros
    FROM billing_accounts AS account LEFT JOIN (
      SELECT organization_id, sum(amount_micros) AS sum_micros FROM billing_holds WHERE closed_at IS NULL GROUP BY organization_id
    ) AS hold ON hold.organization_id = account.organization_id
    WHERE account.account = 'customer_held' AND account.balance_micros <> coalesce(hold.sum_micros, 0)`,
  );
  return rows.map(row => `${row.organization_id} holds ${row.balance_micros}, its open holds sum to ${row.sum_micros}`);
}

async function oneOpenHoldPerLiveMeter(queries: Queries): Promise<string[]> {
  const rows = await queries.all<{ allocation_id: string; open: number; live: number }>(
    `SELECT allocation_id, sum(is_open) AS open, sum(is_live) AS live FROM (
      SELECT allocation_id, CASE WHEN closed_at IS NULL THEN 1 ELSE 0 END AS is_open, 0 AS is_live FROM billing_holds
      UNION ALL
      SELECT allocation_id, 0 AS is_open, CASE WHEN stopped_at IS NULL THEN 1 ELSE 0 END AS is_live FROM billing_meters
    ) AS both_sides GROUP BY allocation_id HAVING sum(is_open) <> sum(is_live) OR sum(is_open) > 1`,
  );
  return rows.map(row => `${row.allocation_id} has ${row.open} open holds and ${row.live} live meters`);
}

interface MeterRow {
  readonly allocation_id: string;
  readonly price_per_hour_micros: bigint;
  readonly started_at: number | null;
  readonly stopped_at: number | null;
  readonly posted_through_at: number | null;
  readonly posted_micros: bigint;
  readonly cost_micros: bigint | null;
}

/** Entries of an allocation follow each other from its start without gap or overlap, and come to exactly the price of the time they span. */
async function usageTiles(queries: Queries): Promise<string[]> {
  const problems: string[] = [];
  const meters = await queries.all<MeterRow>(
    `SELECT allocation_id, price_per_hour_micros, started_at, stopped_at, posted_through_at, posted_micros, cost_micros FROM billing_meters`,
  );
  const entries = await queries.all<{
    allocation_id: string;
    amount_micros: bigint;
    period_from_at: number;
    period_to_at: number;
  }>(
    `SELECT allocation_id, amount_micros, period_from_at, period_to_at FROM billing_entries
    WHERE kind IN ('usage', 'usage_reversal') 
    ORDER BY allocation_id, CASE kind WHEN 'usage' THEN 0 ELSE 1 END, CASE kind WHEN 'usage' THEN period_to_at ELSE -period_to_at END`,
  );
  const posted = new Map<string, { through: number; amount: bigint }>();
  const byId = new Map(meters.map(meter => [meter.allocation_id, meter]));
  for (const entry of entries) {
    const meter = byId.get(entry.allocation_id);
    const startedAt = meter?.started_at ?? Number.NaN;
    const before = posted.get(entry.allocation_id) ?? { through: startedAt, amount: 0n };
    // Time that came to less than a micro-unit has no entry; the one after it begins where that time ended.
    const milliseconds = entry.period_from_at - startedAt;
    const free =
      milliseconds > 0 &&
      costOfTime({ pricePerHour: meter?.price_per_hour_micros ?? 0n, milliseconds }) === before.amount;
    if (before.through !== entry.period_from_at && !(entry.period_from_at > before.through && free)) {
      problems.push(
        `usage of ${entry.allocation_id} goes from ${entry.period_from_at} where ${before.through} was reached`,
      );
    }
    posted.set(entry.allocation_id, { through: entry.period_to_at, amount: before.amount - entry.amount_micros });
  }
  for (const meter of meters) problems.push(...problemsOfMeter(meter, posted.get(meter.allocation_id)));
  return problems;
}

function problemsOfMeter(meter: MeterRow, posted: { through: number; amount: bigint } | undefined): string[] {
  const id = meter.allocation_id;
  const amount = posted?.amount ?? 0n;
  const problems: string[] = [];
  if (amount !== meter.posted_micros)
    problems.push(`the meter of ${id} says ${meter.posted_micros} are posted, entries sum to ${amount}`);
  if (meter.stopped_at !== null && meter.cost_micros !== meter.posted_micros)
    problems.push(`${id} has stopped at ${meter.cost_micros} with ${amount} posted`);
  if (meter.started_at === null || meter.posted_through_at === null) {
    if (amount !== 0n) problems.push(`${id} never ran and has usage of ${amount}`);
    return problems;
  }
  const milliseconds = meter.posted_through_at - meter.started_at;
  const cost = costOfTime({ pricePerHour: meter.price_per_hour_micros, milliseconds });
  if (cost !== amount) problems.push(`${id} ran for ${milliseconds} ms, which costs ${cost}, and ${amount} is posted`);
  if (posted !== undefined && cost !== 0n && posted.through > meter.posted_through_at)
    problems.push(`${id} has usage after ${meter.posted_through_at}`);
  if (meter.stopped_at !== null && meter.posted_through_at !== meter.stopped_at)
    problems.push(`${id} stopped and is not posted to its end`);
  return problems;
}
