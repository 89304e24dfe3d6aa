import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/**
 * The hash chain of one organization's ledger. Invariants: an entry's hash covers all that is known of it, its postings, its position and the hash before it, so that no
 * entry can be altered, taken out, put in or moved without every later hash changing; a checkpoint is a signature over one hash, so that not even whoever can
 * write to the database can make a new chain without the key. Each organization has a chain of its own, because it may see its own books whole and nobody else's.
 */
export interface ChainedEntry {
  readonly entry_id: string;
  readonly organization_id: string;
  readonly kind: string;
  readonly currency: string;
  /** Micro-units, as the customer sees it. */
  readonly amount: string;
  readonly department_id: string | null;
  readonly project_id: string | null;
  readonly user_id: string | null;
  readonly allocation_id: string | null;
  readonly actor_type: string;
  readonly actor_id: string;
  readonly correlation_id: string | null;
  readonly reference: string;
  readonly description: string;
  /** RFC 3339, as all instants here. */
  readonly period_from: string | null;
  readonly period_to: string | null;
  readonly created_at: string;
  /** Account → micro-units, by name of the account. */
  readonly postings: Readonly<Record<string, string>>;
}

/** What the first entry has as the hash before it. */
export const CHAIN_START = '0'.repeat(64);

/**
 * SHA-256 in hex over three lines: the hash before, the position, and the entry as JSON without spaces, its fields in the order they are declared in. A field that comes later
 * is left out of entries that have none, so that these hash as they always did.
 */
export function chainHash(previousHash: string, place: { position: number; entry: ChainedEntry }): string {
  return createHash('sha256')
    .update(`${previousHash}\n${place.position}\n${JSON.stringify(place.entry)}`)
    .digest('hex');
}

/** What is signed, each under a word of its own so that no signature stands for anything else. */
export type Statement =
  | { readonly kind: 'beginning'; readonly content: ExportBeginning }
  | { readonly kind: 'checkpoint'; readonly content: Checkpoint }
  | { readonly kind: 'end'; readonly content: ExportEnd };

export interface ExportBeginning {
  readonly version: 1;
  readonly organization_id: string;
  readonly currency: string;
  /** SPKI in PEM. */
  readonly public_key: string;
  readonly at: string;
}

export interface Checkpoint {
  readonly organization_id: string;
  readonly position: number;
  readonly hash: string;
  readonly at: string;
}

export interface ExportEnd {
  readonly organization_id: string;
  /** How many, all of them sealed: an export seals what waits before it begins. */
  readonly entries: number;
  /** Account → micro-units, as the portal kept them, not as they were summed for the export. */
  readonly balances: Readonly<Record<string, string>>;
  /** SHA-256 in hex over all lines before, each with a line feed. */
  readonly lines_sha256: string;
}

function textOf({ kind, content }: Statement): Buffer {
  return Buffer.from(`portico-ledger-${kind}\n${JSON.stringify(content)}`);
}

/** Ed25519, base64url. */
export function signatureOf(statement: Statement, privateKey: KeyObject): string {
  return sign(null, textOf(statement), privateKey).toString('base64url');
}

export function isSignedBy(statement: Statement, signature: unknown, publicKey: KeyObject): boolean {
  // One signature has one text: base64url in another form would decode to the same bytes.
  if (typeof signature !== 'string' || !/^[A-Za-z0-9_-]{86}$/.test(signature)) return false;
  const bytes = Buffer.from(signature, 'base64url');
  return bytes.toString('base64url') === signature && verify(null, textOf(statement), publicKey, bytes);
}
