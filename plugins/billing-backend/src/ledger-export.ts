import { createHash } from 'node:crypto';
import type { Database, Queries } from '@portico/plugin-kit/backend';
import { toDecimal, toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import { stringify } from 'csv-stringify/sync';
import { sealAllOf, SEALED_PER_ROUND_MAX, sealEntries } from './actions/seal-entries';
import { signatureOf } from './domain/ledger-chain';
import type { ExportBeginning, ExportEnd } from './domain/ledger-chain';
import type { LedgerKey } from './ledger-key';
import { entriesPage } from './store/ledger';
import type { EntryFilter, EntryRow } from './store/ledger';
import { checkpointsBetween, lockBooks, sealedEntries } from './store/seals';

/** Entries read and written at once. The memory of an export is this many, however many there are. */
const ENTRIES_PER_PAGE = SEALED_PER_ROUND_MAX;

/** A ledger as it was at one instant: what was posted by then is sealed, and the balances are those after the last sealed entry. */
interface ClosedBooks {
  readonly organizationId: string;
  readonly currency: string;
  readonly at: number;
  readonly entries: number;
  readonly balances: Readonly<Record<string, string>>;
}

/**
 * Seals what waits and takes the balances, in one transaction under the customer's lock, so that one fits the other to the entry. Undefined when the
 * organization has no account.
 */
export async function closeBooks(
  database: Database,
  { organizationId, key }: { organizationId: string; key: LedgerKey },
): Promise<ClosedBooks | undefined> {
  // Of a portal that has just learnt to seal there may be years: they are not waited for under the lock.
  while (await sealEntries(database, key));
  return database.transaction(async tx => {
    const books = await lockBooks(tx, organizationId);
    if (books === undefined) return undefined;
    const head = await sealAllOf(tx, { organizationId, key });
    return { ...books, organizationId, at: tx.now, entries: head.position };
  });
}

/** The whole ledger as JSON Lines for the verifier, oldest first. */
export async function* ledgerJsonLines(
  queries: Queries,
  options: { books: ClosedBooks; key: LedgerKey; signal: AbortSignal },
): AsyncGenerator<string> {
  const { books, key, signal } = options;
  const { organizationId } = books;
  const digest = createHash('sha256');
  const beginning: ExportBeginning = {
    version: 1,
    organization_id: organizationId,
    currency: books.currency,
    public_key: key.publicKey,
    at: toInstant(books.at),
  };
  const chunk = linesOf([
    { ledger: beginning, signature: signatureOf({ kind: 'beginning', content: beginning }, key.privateKey) },
  ]);
  digest.update(chunk);
  yield chunk;
  for (let after = 0; after < books.entries && !signal.aborted;) {
    const part = { organizationId, after, through: books.entries };
    const entries = await sealedEntries(queries, { ...part, limit: ENTRIES_PER_PAGE });
    const last = entries.at(-1);
    // Somebody has taken them out. The file says so to whoever verifies it, and it ends.
    if (last === undefined) break;
    const checkpoints = await checkpointsBetween(queries, { ...part, through: last.position });
    const lines: object[] = [];
    for (const { position, entry, hash } of entries) {
      lines.push({ position, entry, hash });
      while (checkpoints[0] !== undefined && checkpoints[0].position <= position) {
        const { at, signature, ...signed } = checkpoints.shift() as (typeof checkpoints)[number];
        lines.push({
          checkpoint: {
            organization_id: organizationId,
            position: signed.position,
            hash: signed.hash,
            at: toInstant(at),
          },
          signature,
        });
      }
    }
    const page = linesOf(lines);
    digest.update(page);
    yield page;
    after = last.position;
  }
  // Cut off, not ended: what has no last line does not verify.
  if (signal.aborted) return;
  const end: ExportEnd = {
    organization_id: organizationId,
    entries: books.entries,
    balances: books.balances,
    lines_sha256: digest.digest('hex'),
  };
  yield linesOf([{ end, signature: signatureOf({ kind: 'end', content: end }, key.privateKey) }]);
}

function linesOf(lines: readonly object[]): string {
  return lines.map(line => `${JSON.stringify(line)}\n`).join('');
}

const COLUMNS = [
  'entry_id',
  'created_at',
  'kind',
  'amount',
  'available_effect',
  'held_effect',
  'currency',
  'description',
  'department_id',
  'project_id',
  'user_id',
  'allocation_id',
  'period_from',
  'period_to',
  'actor_type',
  'actor_id',
  'reference',
  'correlation_id',
  'seal_position',
  'seal_hash',
] as const;

/** Entries as CSV, newest first, one page after the other. Amounts are decimal numbers with six places, so that sums are exact. */
export async function* ledgerCsv(
  queries: Queries,
  options: { filter: EntryFilter; signal: AbortSignal },
): AsyncGenerator<string> {
  yield csvOf([[...COLUMNS]]);
  let cursor: string | undefined;
  do {
    const page = await entriesPage(queries, { filter: options.filter, limit: ENTRIES_PER_PAGE, cursor });
    if (page.rows.length > 0) yield csvOf(page.rows.map(rowOf));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && !options.signal.aborted);
}

function rowOf(row: EntryRow): (string | number | null)[] {
  return [
    row.entry_id,
    toInstant(row.created_at),
    row.kind,
    toDecimal(row.amount_micros),
    toDecimal(row.available_micros),
    toDecimal(row.held_micros),
    row.currency,
    row.description,
    row.department_id,
    row.project_id,
    row.user_id,
    row.allocation_id,
    toInstantOrNull(row.period_from_at),
    toInstantOrNull(row.period_to_at),
    row.actor_type,
    row.actor_id,
    row.reference,
    row.correlation_id,
    row.seal_position,
    row.seal_hash,
  ];
}

function csvOf(lines: (string | number | null)[][]): string {
  // As the usage list does; but amounts may be negative here, and a number is no formula.
  return stringify(lines, {
    record_delimiter: '\r\n',
    cast: {
      string: text =>
        /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) && !/^-?[0-9.]+$/.test(text) ? `'${text}` : text,
    },
  });
}
