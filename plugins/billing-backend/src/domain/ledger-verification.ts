import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { chainHash, CHAIN_START, isSignedBy } from './ledger-chain';
import type { ChainedEntry, Checkpoint, ExportBeginning, ExportEnd } from './ledger-chain';
import { UsageTiles } from './usage-tiles';

/**
 * Checks an exported ledger without the portal. Every hash is reckoned anew from the entry and the one before, positions have no gap, the postings of every entry sum to zero, the
 * balances are the sums of all postings, the usage of an allocation tiles, and beginning, checkpoints and end are signed. What is found first is named.
 */
export type LedgerVerdict =
  | {
      readonly kind: 'intact';
      readonly organizationId: string;
      readonly currency: string;
      readonly entries: number;
      readonly checkpoints: number;
      readonly balances: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'altered';
      readonly line: number;
      /** The first entry that is not what it was, where the matter lies with one. */
      readonly position: number | null;
      readonly entryId: string | null;
      readonly reason: string;
    };

type Line =
  | { readonly ledger: ExportBeginning; readonly signature: string }
  | { readonly position: number; readonly entry: ChainedEntry; readonly hash: string }
  | { readonly checkpoint: Checkpoint; readonly signature: string }
  | { readonly end: ExportEnd; readonly signature: string };

/** `publicKey` is the one noted down earlier; without it the one in the file is taken, which proves that the file is whole but not whose it is. */
export async function verifyLedgerExport(
  lines: AsyncIterable<string>,
  options: { publicKey?: string } = {},
): Promise<LedgerVerdict> {
  const check = new ExportCheck(options.publicKey);
  try {
    for await (const text of lines) check.line(text);
    return check.end();
  } catch (error) {
    if (error instanceof Altered) return error.verdict;
    throw error;
  }
}

class Altered extends Error {
  constructor(readonly verdict: LedgerVerdict) {
    super('the export was altered');
  }
}

class ExportCheck {
  readonly #digest = createHash('sha256');
  readonly #sums = new Map<string, bigint>();
  readonly #tiles = new UsageTiles();
  readonly #knownKey: string | undefined;
  #key: KeyObject | undefined;
  #beginning: ExportBeginning | undefined;
  #end: ExportEnd | undefined;
  #line = 0;
  #position = 0;
  #hash = CHAIN_START;
  #checkpoints = 0;
  /** Position and line of the last checkpoint: nothing after it is signed but by the end. */
  #signedThrough = 0;

  constructor(publicKey: string | undefined) {
    this.#knownKey = publicKey;
  }

  line(text: string): void {
    this.#line += 1;
    if (this.#end !== undefined) this.#altered('lines follow after the end of the export');
    const line = this.#parsed(text);
    if (this.#line === 1 || 'ledger' in line) this.#begin(line);
    else if ('position' in line) this.#entry(line);
    else if ('checkpoint' in line) this.#checkpoint(line);
    else this.#finish(line);
    this.#digest.update(`${text}\n`);
  }

  end(): LedgerVerdict {
    this.#line += 1;
    if (this.#end === undefined || this.#beginning === undefined)
      return this.#altered('the export is cut off: its last line is missing');
    return {
      kind: 'intact',
      organizationId: this.#beginning.organization_id,
      currency: this.#beginning.currency,
      entries: this.#position,
      checkpoints: this.#checkpoints,
      balances: this.#end.balances,
    };
  }

  /** Only the one form the portal writes: no field more or less, no other order, no blank. */
  #parsed(text: string): Line {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      return this.#altered('the line is not JSON', this.#next());
    }
    const isObject = typeof line === 'object' && line !== null && !Array.isArray(line);
    const fields = isObject ? Object.keys(line as object).join(' ') : '';
    if (!FORMS.has(fields) || JSON.stringify(line) !== text)
      return this.#altered('the line is not in the form the portal writes', this.#next());
    return line as Line;
  }

  #begin(line: Line): void {
    if (this.#line !== 1) this.#altered('a second beginning');
    if (!('ledger' in line)) return this.#altered('the first line is missing');
    const { ledger, signature } = line;
    let key: KeyObject;
    try {
      key = createPublicKey(this.#knownKey ?? ledger.public_key);
    } catch {
      return this.#altered('there is no public key in the first line');
    }
    if (!isSignedBy({ kind: 'beginning', content: ledger }, signature, key))
      this.#altered('the first line is not signed by this key');
    if (ledger.version !== 1) this.#altered(`the export is of version ${String(ledger.version)}, which is not known`);
    this.#key = key;
    this.#beginning = ledger;
  }

  #entry(line: { position: number; entry: ChainedEntry; hash: string }): void {
    const { position, entry, hash } = line;
    const at = this.#next(entry?.entry_id);
    if (position !== this.#position + 1)
      this.#altered(
        typeof position === 'number' && position > this.#position + 1
          ? `the entry at position ${this.#position + 1} is missing`
          : `the entry stands at position ${String(position)}, where ${this.#position + 1} comes next`,
        { position: this.#position + 1, entryId: null },
      );
    if (chainHash(this.#hash, { position, entry }) !== hash) this.#altered('its content is not what was sealed', at);
    this.#books(entry, at);
    this.#position = position;
    this.#hash = hash;
  }

  /** What the portal sealed has to make sense as well. */
  #books(entry: ChainedEntry, at: Place): void {
    if (entry.organization_id !== this.#beginning?.organization_id)
      this.#altered('it belongs to another organization', at);
    if (entry.currency !== this.#beginning.currency) this.#altered('it is in another currency', at);
    let sum = 0n;
    for (const [account, amount] of Object.entries(entry.postings)) {
      sum += BigInt(amount);
      this.#sums.set(account, (this.#sums.get(account) ?? 0n) + BigInt(amount));
    }
    if (sum !== 0n) this.#altered(`its postings sum to ${sum} and not to zero`, at);
    this.#tiles.add(entry, { ...at, line: this.#line });
  }

  #checkpoint({ checkpoint, signature }: { checkpoint: Checkpoint; signature: string }): void {
    if (this.#key === undefined || !isSignedBy({ kind: 'checkpoint', content: checkpoint }, signature, this.#key))
      this.#altered('the checkpoint is not signed by this key');
    if (checkpoint.position > this.#position)
      this.#altered(`the entry at position ${this.#position + 1} is missing`, this.#next());
    if (
      checkpoint.organization_id !== this.#beginning?.organization_id ||
      checkpoint.position !== this.#position ||
      checkpoint.hash !== this.#hash
    )
      this.#altered('the checkpoint is of another chain, or not in its place');
    this.#checkpoints += 1;
    this.#signedThrough = this.#position;
  }

  #finish({ end, signature }: { end: ExportEnd; signature: string }): void {
    if (this.#key === undefined || !isSignedBy({ kind: 'end', content: end }, signature, this.#key))
      this.#altered('the last line is not signed by this key');
    if (end.organization_id !== this.#beginning?.organization_id)
      this.#altered('the last line is of another organization');
    if (end.entries !== this.#position)
      this.#altered(`the entry at position ${this.#position + 1} is missing`, this.#next());
    if (this.#signedThrough !== this.#position) this.#altered('the checkpoint after the last entry is missing');
    if (end.lines_sha256 !== this.#digest.copy().digest('hex'))
      this.#altered('a line before this one is missing or was put in, or the file is put together from several');
    for (const account of new Set([...this.#sums.keys(), ...Object.keys(end.balances)])) {
      const [balance, sum] = [BigInt(end.balances[account] ?? '0'), this.#sums.get(account) ?? 0n];
      if (balance !== sum) this.#altered(`the balance of ${account} is ${balance}, and its postings sum to ${sum}`);
    }
    const gap = this.#tiles.firstGap();
    if (gap !== undefined) {
      this.#line = gap.at.line;
      this.#altered(gap.reason, gap.at);
    }
    this.#end = end;
  }

  /** Where the next entry stands or should stand. */
  #next(entryId?: unknown): Place {
    return { position: this.#position + 1, entryId: typeof entryId === 'string' ? entryId : null };
  }

  #altered(reason: string, at?: Place): never {
    throw new Altered({
      kind: 'altered',
      line: this.#line,
      position: at?.position ?? null,
      entryId: at?.entryId ?? null,
      reason,
    });
  }
}

interface Place {
  readonly position: number;
  readonly entryId: string | null;
}

/** The fields of each kind of line, in their order. */
const FORMS = new Set(['ledger signature', 'position entry hash', 'checkpoint signature', 'end signature']);
