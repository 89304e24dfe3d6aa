import type { Queries, Transaction } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import { CHAIN_START } from '../domain/ledger-chain';
import type { ChainedEntry } from '../domain/ledger-chain';
import type { Account } from '../domain/postings';
import { inList } from './in-list';

interface ChainedRow {
  readonly entry_id: string;
  readonly organization_id: string;
  readonly kind: string;
  readonly currency: string;
  readonly amount_micros: bigint;
  readonly department_id: string | null;
  readonly project_id: string | null;
  readonly user_id: string | null;
  readonly allocation_id: string | null;
  readonly actor_type: string;
  readonly actor_id: string;
  readonly correlation_id: string | null;
  readonly reference: string;
  readonly description: string;
  readonly period_from_at: number | null;
  readonly period_to_at: number | null;
  readonly created_at: number;
  readonly seal_position: number | null;
  readonly seal_hash: string | null;
}

const CHAINED_COLUMNS =
  'entry_id, organization_id, kind, currency, amount_micros, department_id, project_id, user_id, allocation_id, actor_type, actor_id, correlation_id, reference, ' +
  'description, period_from_at, period_to_at, created_at, seal_position, seal_hash';

export interface ChainHead {
  readonly organizationId: string;
  readonly position: number;
  readonly hash: string;
}

export interface SealedEntry {
  readonly position: number;
  readonly hash: string;
  readonly entry: ChainedEntry;
}

/** Organizations of the entries that wait longest within their organization, so many entries at most. */
export async function organizationsToSeal(queries: Queries, entriesMax: number): Promise<string[]> {
  const rows = await queries.all<{ organization_id: string }>(
    `SELECT DISTINCT organization_id FROM (
      SELECT organization_id FROM billing_entries WHERE seal_position IS NULL ORDER BY organization_id, created_at, entry_id LIMIT ?
    ) AS waiting ORDER BY organization_id`,
    [entriesMax],
  );
  return rows.map(row => row.organization_id);
}

/** Locks the ends of these chains, each begun where there was none, always in the same order. What was committed by then is seen afterwards. */
export async function lockHeads(tx: Transaction, organizationIds: readonly string[]): Promise<Map<string, ChainHead>> {
  const heads = new Map<string, ChainHead>();
  for (const organizationId of [...organizationIds].sort()) {
    await tx.run(
      `INSERT INTO billing_chain_heads (organization_id, position, hash, checked_at) VALUES (?, 0, ?, ?) ON CONFLICT (organization_id) DO NOTHING`,
      [organizationId, CHAIN_START, tx.now],
    );
    const row = await tx.first<{ position: number; hash: string }>(
      `SELECT position, hash FROM billing_chain_heads WHERE organization_id = ?${tx.forUpdate}`,
      [organizationId],
    );
    if (row === undefined) throw new Error(`the chain of ${organizationId} was begun and is not there`);
    heads.set(organizationId, { organizationId, ...row });
  }
  return heads;
}

/** What waits in these organizations, oldest first in each. */
export async function entriesToSeal(
  tx: Transaction,
  options: { organizationIds: readonly string[]; limit: number },
): Promise<ChainedEntry[]> {
  const asked = inList(options.organizationIds);
  const rows = await tx.all<ChainedRow>(
    `SELECT ${CHAINED_COLUMNS} FROM billing_entries WHERE seal_position IS NULL AND organization_id IN ${asked.sql}
    ORDER BY organization_id, created_at, entry_id LIMIT ?`,
    [...asked.parameters, options.limit],
  );
  return chained(tx, rows);
}

/** Rows one statement seals; the rest go one by one, so that there are two texts to prepare. */
const SEALS_PER_STATEMENT = 50;

/** A seal is written once: an entry that has one keeps it. */
export async function writeSeals(
  tx: Transaction,
  seals: readonly { entryId: string; position: number; hash: string }[],
): Promise<void> {
  for (let from = 0; from < seals.length;) {
    const size = seals.length - from >= SEALS_PER_STATEMENT ? SEALS_PER_STATEMENT : 1;
    const part = seals.slice(from, from + size);
    const written = await tx.run(
      `WITH sealed (entry_id, position, hash) AS (VALUES ${part.map(() => '(CAST(? AS text), CAST(? AS bigint), CAST(? AS text))').join(', ')})
      UPDATE billing_entries SET seal_position = sealed.position, seal_hash = sealed.hash FROM sealed
      WHERE billing_entries.entry_id = sealed.entry_id AND billing_entries.seal_position IS NULL`,
      part.flatMap(seal => [seal.entryId, seal.position, seal.hash]),
    );
    if (written !== part.length) throw new Error('an entry that was to be sealed has a seal already');
    from += size;
  }
}

export async function saveHead(tx: Transaction, head: ChainHead): Promise<void> {
  await tx.run('UPDATE billing_chain_heads SET position = ?, hash = ? WHERE organization_id = ?', [
    head.position,
    head.hash,
    head.organizationId,
  ]);
}

/** A part of a sealed chain, in its order. */
export async function sealedEntries(
  queries: Queries,
  part: { organizationId: string; after: number; through: number; limit: number },
): Promise<SealedEntry[]> {
  const rows = await queries.all<ChainedRow>(
    `SELECT ${CHAINED_COLUMNS} FROM billing_entries WHERE organization_id = ? AND seal_position > ? AND seal_position <= ?
    ORDER BY seal_position LIMIT ?`,
    [part.organizationId, part.after, part.through, part.limit],
  );
  const entries = await chained(queries, rows);
  return entries.map((entry, index) => {
    const row = rows[index];
    if (row === undefined || row.seal_position === null || row.seal_hash === null)
      throw new Error(`${entry.entry_id} has no seal although its position was found`);
    return { position: row.seal_position, hash: row.seal_hash, entry };
  });
}

async function chained(queries: Queries, rows: readonly ChainedRow[]): Promise<ChainedEntry[]> {
  if (rows.length === 0) return [];
  const asked = inList(rows.map(row => row.entry_id));
  const postings = await queries.all<{ entry_id: string; account: Account; amount_micros: bigint }>(
    `SELECT entry_id, account, amount_micros FROM billing_postings WHERE entry_id IN ${asked.sql}`,
    asked.parameters,
  );
  const byEntry = new Map<string, typeof postings>(rows.map(row => [row.entry_id, []]));
  for (const posting of postings) byEntry.get(posting.entry_id)?.push(posting);
  return rows.map(row => ({
    entry_id: row.entry_id,
    organization_id: row.organization_id,
    kind: row.kind,
    currency: row.currency,
    amount: row.amount_micros.toString(),
    department_id: row.department_id,
    project_id: row.project_id,
    user_id: row.user_id,
    allocation_id: row.allocation_id,
    actor_type: row.actor_type,
    actor_id: row.actor_id,
    correlation_id: row.correlation_id,
    reference: row.reference,
    description: row.description,
    period_from: toInstantOrNull(row.period_from_at),
    period_to: toInstantOrNull(row.period_to_at),
    created_at: toInstant(row.created_at),
    // Sorted here and not by the database, whose order of texts depends on its locale.
    postings: Object.fromEntries(
      (byEntry.get(row.entry_id) ?? [])
        .map(posting => [posting.account, posting.amount_micros.toString()] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
  }));
}

export interface CheckpointRow {
  readonly position: number;
  readonly hash: string;
  readonly at: number;
  readonly signature: string;
}

export async function lastCheckpoint(
  queries: Queries,
  organizationId: string,
): Promise<Pick<CheckpointRow, 'position' | 'at'> | undefined> {
  return queries.first(
    'SELECT position, at FROM billing_checkpoints WHERE organization_id = ? ORDER BY position DESC LIMIT 1',
    [organizationId],
  );
}

export async function insertCheckpoint(
  tx: Transaction,
  checkpoint: CheckpointRow & { organizationId: string },
): Promise<void> {
  await tx.run(
    'INSERT INTO billing_checkpoints (organization_id, position, hash, at, signature) VALUES (?, ?, ?, ?, ?)',
    [checkpoint.organizationId, checkpoint.position, checkpoint.hash, checkpoint.at, checkpoint.signature],
  );
}

export async function checkpointsBetween(
  queries: Queries,
  part: { organizationId: string; after: number; through: number },
): Promise<CheckpointRow[]> {
  return queries.all(
    'SELECT position, hash, at, signature FROM billing_checkpoints WHERE organization_id = ? AND position > ? AND position <= ? ORDER BY position',
    [part.organizationId, part.after, part.through],
  );
}

/** The customer whose books have been looked through least lately, taken: another replica takes the next. Null when nobody's turn has come. */
export async function takeHeadToCheck(tx: Transaction, before: number): Promise<string | null> {
  const row = await tx.first<{ organization_id: string }>(
    `SELECT organization_id FROM billing_chain_heads WHERE checked_at <= ? ORDER BY checked_at, organization_id LIMIT 1${tx.forUpdate}`,
    [before],
  );
  if (row === undefined) return null;
  const taken = await tx.run(
    'UPDATE billing_chain_heads SET checked_at = ? WHERE organization_id = ? AND checked_at <= ?',
    [tx.now, row.organization_id, before],
  );
  return taken === 1 ? row.organization_id : null;
}

/** Holds the customer's money still until the transaction ends, without having it reviewed; undefined when no account was opened. */
export async function lockBooks(
  tx: Transaction,
  organizationId: string,
): Promise<{ currency: string; balances: Readonly<Record<string, string>> } | undefined> {
  const customer = await tx.first<{ currency: string }>(
    `SELECT currency FROM billing_customers WHERE organization_id = ?${tx.forUpdate}`,
    [organizationId],
  );
  if (customer === undefined) return undefined;
  const accounts = await tx.all<{ account: Account; balance_micros: bigint }>(
    'SELECT account, balance_micros FROM billing_accounts WHERE organization_id = ? ORDER BY account',
    [organizationId],
  );
  return {
    currency: customer.currency,
    balances: Object.fromEntries(accounts.map(row => [row.account, row.balance_micros.toString()])),
  };
}
