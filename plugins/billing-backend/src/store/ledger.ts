import { cutPage, encodeCursor } from '@portico/plugin-kit/backend';
import type { Actor, Parameter, Queries, Transaction } from '@portico/plugin-kit/backend';
import { errorsOf, MICROS_MAX, newId } from '@portico/plugin-kit/contract';
import type { Micros } from '@portico/plugin-kit/contract';
import { billingErrors } from '@portico/plugin-billing/contract';
import type { ledgerEntryKindSchema } from '@portico/plugin-billing/contract';
import type { Account, Postings } from '../domain/postings';
import { decodeKeyset } from './keyset';
import { entriesWerePosted } from './posted-signal';

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
/** No account goes beyond what the ledger can hold. SQLite would go on in floating point where 64 bits end. */
const WITHIN = `BETWEEN -${MICROS_MAX} AND ${MICROS_MAX}`;

/**
 * Posts an entry: moves the balances, then writes entry and postings. Hot path. On PostgreSQL it is one statement; on SQLite, which has no data-modifying
 * CTEs, a short sequence. The update is conditional, so no interleaving can take a customer's money below zero, nor any account beyond the ledger's limit: then it
 * throws `insufficient_balance` or `amount_invalid` and the transaction is lost. Call with the customer's row locked.
 */
export async function postEntry(tx: Transaction, entry: NewEntry): Promise<string> {
  const postings = Object.entries(entry.postings) as [Account, Micros][];
  if (postings.reduce((sum, [, amount]) => sum + amount, 0n) !== 0n)
    throw new Error(`the postings of ${entry.reference} do not sum to zero`);
  if (postings.length === 0) throw new Error(`${entry.reference} moves nothing`);
  // What no column holds does not get as far as a database.
  if (postings.some(([, amount]) => amount > MICROS_MAX || amount < -MICROS_MAX)) throw billing.fail('amount_invalid');
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
  if (posted !== postings.length) throw await refusalOf(tx, { organizationId: scope.organizationId, postings });
  tx.afterCommit(entriesWerePosted);
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
      AND held.balance_micros + moves.amount ${WITHIN}
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

const SQLITE_MOVE = `UPDATE billing_accounts SET balance_micros = balance_micros + ? WHERE organization_id = ? AND account = ? AND (${FUNDED} OR balance_micros + ? >= 0) AND balance_micros + ? ${WITHIN}`;
const SQLITE_ENTRY = `INSERT INTO billing_entries (${ENTRY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const SQLITE_POSTING =
  'INSERT INTO billing_postings (entry_id, organization_id, account, amount_micros) VALUES (?, ?, ?, ?)';

async function postInSequence(tx: Transaction, rows: Rows): Promise<number> {
  let moved = 0;
  for (const [account, amount] of rows.postings)
    moved += await tx.run(SQLITE_MOVE, [amount, rows.organizationId, account, amount, amount]);
  if (moved !== rows.postings.length) return moved;
  await tx.run(SQLITE_ENTRY, rows.values);
  for (const [account, amount] of rows.postings)
    await tx.run(SQLITE_POSTING, [rows.entryId, rows.organizationId, account, amount]);
  return moved;
}

/** Why nothing was posted: an account would have left its bounds, or the money was not there. */
async function refusalOf(tx: Transaction, rows: Pick<Rows, 'organizationId' | 'postings'>): Promise<Error> {
  const accounts = await tx.all<{ account: Account; balance_micros: bigint }>(
    'SELECT account, balance_micros FROM billing_accounts WHERE organization_id = ?',
    [rows.organizationId],
  );
  const balances = new Map(accounts.map(row => [row.account, row.balance_micros]));
  const isBeyond = rows.postings.some(([account, amount]) => {
    const balance = (balances.get(account) ?? 0n) + amount;
    return balance > MICROS_MAX || balance < -MICROS_MAX;
  });
  return billing.fail(isBeyond ? 'amount_invalid' : 'insufficient_balance');
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
  readonly organization_id: string;
  readonly kind: EntryKind;
  readonly currency: string;
  readonly amount_micros: bigint;
  readonly department_id: string | null;
  readonly project_id: string | null;
  readonly user_id: string | null;
  readonly allocation_id: string | null;
  readonly actor_type: Actor['type'];
  readonly actor_id: string;
  readonly correlation_id: string | null;
  readonly reference: string;
  readonly description: string;
  readonly period_from_at: number | null;
  readonly period_to_at: number | null;
  readonly created_at: number;
  readonly seal_position: number | null;
  readonly seal_hash: string | null;
  readonly available_micros: bigint;
  readonly held_micros: bigint;
  readonly reversed_by_entry_id: string | null;
}

const effectOn = (account: Account) =>
  `coalesce((SELECT amount_micros FROM billing_postings WHERE entry_id = billing_entries.entry_id AND account = '${account}'), 0)`;

/** An entry with what it did to the customer's money, and what became of it. The reversal of an entry is found by its reference. */
const ENTRY_ROW = `SELECT ${ENTRY_COLUMNS}, seal_position, seal_hash, ${effectOn('customer_available')} AS available_micros,
  ${effectOn('customer_held')} AS held_micros, (
    SELECT later.entry_id FROM billing_entries AS later
    WHERE later.organization_id = billing_entries.organization_id AND later.reference = '${reversalOf('')}' || billing_entries.entry_id
  ) AS reversed_by_entry_id
  FROM billing_entries`;

/** The reference of the one reversal an entry may have. */
export function reversalOf(entryId: string): string {
  return `reversal:${entryId}`;
}

export async function entryById(queries: Queries, entryId: string): Promise<EntryRow | undefined> {
  return queries.first<EntryRow>(`${ENTRY_ROW} WHERE entry_id = ?`, [entryId]);
}

/** What a list is narrowed to; of every organization where none is named. */
export interface EntryFilter {
  readonly organizationId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly userId?: string | undefined;
  readonly allocationId?: string | undefined;
  readonly kind?: EntryKind | undefined;
  /** Made from here on, and before there. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const FILTER_CONDITIONS = {
  organizationId: 'organization_id = ?',
  projectId: 'project_id = ?',
  userId: 'user_id = ?',
  allocationId: 'allocation_id = ?',
  kind: 'kind = ?',
  from: 'created_at >= ?',
  to: 'created_at < ?',
} as const satisfies Record<keyof EntryFilter, string>;

/** Kinds that come with everything that runs: newest first they are found at once. The others have an index, which is taken where the query says that it does. */
const EVERYDAY_KINDS: readonly EntryKind[] = ['usage', 'hold', 'hold_release'];
const IS_RARE = `kind NOT IN (${EVERYDAY_KINDS.map(kind => `'${kind}'`).join(', ')})`;

/** Newest first. Ids begin with the time of their entry, so those of all organizations are in order by them alone. */
export async function entriesPage(
  queries: Queries,
  options: { filter: EntryFilter; limit: number; cursor: string | undefined },
): Promise<{ rows: readonly EntryRow[]; nextCursor: string | null }> {
  const { filter } = options;
  const after =
    options.cursor === undefined ? undefined : decodeKeyset('billing.ledger', options.cursor, ['instant', 'id']);
  const isOfOne = filter.organizationId !== undefined;
  const conditions: string[] = [];
  const parameters: Parameter[] = [];
  for (const [name, condition] of Object.entries(FILTER_CONDITIONS)) {
    const value = filter[name as keyof EntryFilter];
    if (value === undefined) continue;
    conditions.push(condition);
    parameters.push(value);
  }
  if (filter.kind !== undefined && !EVERYDAY_KINDS.includes(filter.kind)) conditions.push(IS_RARE);
  if (after !== undefined) {
    conditions.push(isOfOne ? '(created_at, entry_id) < (?, ?)' : 'entry_id < ?');
    parameters.push(...(isOfOne ? after : after.slice(1)));
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  const rows = await queries.all<EntryRow>(
    `${ENTRY_ROW}${where} ORDER BY ${isOfOne ? 'created_at DESC, entry_id DESC' : 'entry_id DESC'} LIMIT ?`,
    [...parameters, options.limit + 1],
  );
  const { shown, nextCursor } = cutPage(rows, options.limit, last =>
    encodeCursor('billing.ledger', [last.created_at, last.entry_id]),
  );
  return { rows: shown, nextCursor };
}
