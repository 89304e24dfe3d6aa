import { cutPage, encodeCursor } from '@portico/plugin-kit/backend';
import type { Actor, Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import { errorsOf, newId } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { ledgerEntryKindSchema } from '@portico/plugin-billing/contract';
import type { Account, Postings } from '../domain/postings';
import { decodeKeyset } from './keyset';

const billing = errorsOf(billingErrors);

export type EntryKind = (typeof ledgerEntryKindSchema.enum)[number];

/** Whom a movement is for; null where nobody or nothing single stands behind it. */
export interface EntryScope {
  readonly organizationId: string;
  readonly departmentId: string | null;
  readonly projectId: string | null;
  readonly userId: string | null;
  readonly allocationId: string | null;
}

export interface NewEntry {
  readonly kind: EntryKind;
  readonly scope: EntryScope;
  readonly currency: string;
  /** As the customer sees it. */
  readonly amount: Micros;
  readonly postings: Postings;
  readonly actor: Pick<Actor, 'type' | 'id'>;
  readonly correlationId: string | null;
  /** Unique per organization: what happened once is posted once. */
  readonly reference: string;
  readonly description: string;
  readonly period?: { readonly from: number; readonly to: number };
}

const ENTRY_COLUMNS =
  'entry_id, organization_id, kind, currency, amount_micros, department_id, project_id, user_id, allocation_id, actor_type, actor_id, ' +
  'correlation_id, reference, description, period_from_at, period_to_at, created_at';
const FUNDED = "account NOT IN ('customer_available', 'customer_held')";

/**
 * Posts an entry: moves the balances, then writes entry and postings. Hot path. On PostgreSQL it is one statement; on SQLite, which has no data-modifying
 * CTEs, a short sequence. The update is conditional, so no interleaving can take a customer's money below zero: then it throws
 * `insufficient_balance` and the transaction is lost. Call with the customer's row locked.
 */
export async function postEntry(tx: Transaction, entry: NewEntry): Promise<string> {
  const postings = Object.entries(entry.postings) as [Account, Micros][];
  if (postings.reduce((sum, [, amount]) => sum + amount, 0n) !== 0n)
    throw new Error(`the postings of ${entry.reference} do not sum to zero`);
  if (postings.length === 0) throw new Error(`${entry.reference} moves nothing`);
  const entryId = newId('led', tx.now);
  const { scope } = entry;
  const values: Parameter[] = [
    entryId,
    scope.organizationId,
    entry.kind,
    entry.currency,
    entry.amount,
    scope.departmentId,
    scope.projectId,
    scope.userId,
    scope.allocationId,
    entry.actor.type,
    entry.actor.id,
    entry.correlationId,
    entry.reference,
    entry.description,
    entry.period?.from ?? null,
    entry.period?.to ?? null,
    tx.now,
  ];
  const posted = await (tx.dialect === 'postgres' ? postInOneStatement : postInSequence)(tx, {
    organizationId: scope.organizationId,
    entryId,
    values,
    postings,
  });
  if (posted !== postings.length) throw billing.fail('insufficient_balance');
  return entryId;
}

interface Rows {
  readonly organizationId: string;
  readonly entryId: string;
  readonly values: readonly Parameter[];
  readonly postings: readonly [Account, Micros][];
}

async function postInOneStatement(tx: Transaction, rows: Rows): Promise<number> {
  const parameters = [...rows.postings.flat(), rows.organizationId, ...rows.values];
  return tx.run(postgresPosting(rows.postings.length), parameters);
}

/** The one statement for so many postings; exported for the benchmark, which gives the same text to pgbench. */
export function postgresPosting(postings: number): string {
  return `WITH moves (account, amount) AS (VALUES ${'(?::text, ?::bigint), '.repeat(postings).slice(0, -2)}),
  moved AS (
    UPDATE billing_accounts AS held SET balance_micros = held.balance_micros + moves.amount
    FROM moves
    WHERE held.organization_id = ? AND held.account = moves.account AND (held.${FUNDED} OR held.balance_micros + moves.amount >= 0)
    RETURNING held.organization_id, held.account, moves.amount
  ),
  entry AS (
    INSERT INTO billing_entries (${ENTRY_COLUMNS})
    SELECT ?::text, ?::text, ?::text, ?::text, ?::bigint, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::text, ?::bigint, ?::bigint, ?::bigint
    WHERE (SELECT count(*) FROM moved) = ${postings}
    RETURNING entry_id
  )
  INSERT INTO billing_postings (entry_id, organization_id, account, amount_micros)
  SELECT entry.entry_id, moved.organization_id, moved.account, moved.amount FROM entry, moved`;
}

const SQLITE_MOVE = `UPDATE billing_accounts SET balance_micros = balance_micros + ? WHERE organization_id = ? AND account = ? AND (${FUNDED} OR balance_micros + ? >= 0)`;
const SQLITE_ENTRY = `INSERT INTO billing_entries (${ENTRY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const SQLITE_POSTING =
  'INSERT INTO billing_postings (entry_id, organization_id, account, amount_micros) VALUES (?, ?, ?, ?)';

async function postInSequence(tx: Transaction, rows: Rows): Promise<number> {
  let moved = 0;
  for (const [account, amount] of rows.postings)
    moved += await tx.run(SQLITE_MOVE, [amount, rows.organizationId, account, amount]);
  if (moved !== rows.postings.length) return moved;
  await tx.run(SQLITE_ENTRY, rows.values);
  for (const [account, amount] of rows.postings)
    await tx.run(SQLITE_POSTING, [rows.entryId, rows.organizationId, account, amount]);
  return moved;
}

/** The entry of that reference, when there is one. */
export async function entryByReference(queries: Queries, options: { organizationId: string; reference: string }) {
  return queries.first<{ entry_id: string; amount_micros: bigint; currency: string }>(
    'SELECT entry_id, amount_micros, currency FROM billing_entries WHERE organization_id = ? AND reference = ?',
    [options.organizationId, options.reference],
  );
}

export interface EntryRow {
  readonly entry_id: string;
  readonly kind: EntryKind;
  readonly currency: string;
  readonly amount_micros: bigint;
  readonly department_id: string | null;
  readonly project_id: string | null;
  readonly user_id: string | null;
  readonly allocation_id: string | null;
  readonly description: string;
  readonly period_from_at: number | null;
  readonly period_to_at: number | null;
  readonly created_at: number;
  readonly available_micros: bigint;
  readonly held_micros: bigint;
}

/** Newest first. */
export async function entriesPage(
  queries: Queries,
  options: { organizationId: string; projectId?: string | undefined; limit: number; cursor: string | undefined },
): Promise<{ rows: readonly EntryRow[]; nextCursor: string | null }> {
  const after =
    options.cursor === undefined ? undefined : decodeKeyset('billing.ledger', options.cursor, ['instant', 'id']);
  const effect = (account: Account) =>
    `coalesce((SELECT amount_micros FROM billing_postings WHERE entry_id = billing_entries.entry_id AND account = '${account}'), 0)`;
  const rows = await queries.all<EntryRow>(
    `SELECT entry_id, kind, currency, amount_micros, department_id, project_id, user_id, allocation_id, description, period_from_at, period_to_at,
      created_at, ${effect('customer_available')} AS available_micros, ${effect('customer_held')} AS held_micros
    FROM billing_entries
    WHERE organization_id = ?${options.projectId === undefined ? '' : ' AND project_id = ?'}${after === undefined ? '' : ' AND (created_at, entry_id) < (?, ?)'}
    ORDER BY created_at DESC, entry_id DESC LIMIT ?`,
    [
      options.organizationId,
      ...(options.projectId === undefined ? [] : [options.projectId]),
      ...(after ?? []),
      options.limit + 1,
    ],
  );
  const { shown, nextCursor } = cutPage(rows, options.limit, last =>
    encodeCursor('billing.ledger', [last.created_at, last.entry_id]),
  );
  return { rows: shown, nextCursor };
}
