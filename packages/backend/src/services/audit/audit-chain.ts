import { createHash, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/**
 * The hash chain of the audit log. Invariants: an entry's hash covers every field a person may read of it, its position and the hash before it, so that no
 * entry can be altered, taken out, put in or moved without every later hash changing; a checkpoint is a signature over one hash, so that not even whoever
 * can write to the database can make a new chain without the key.
 */
export interface ChainedEntry {
  readonly position: number;
  readonly auditId: string;
  /** RFC 3339. */
  readonly at: string;
  readonly action: string;
  readonly actor: {
    readonly type: string;
    readonly id: string;
    readonly session_id: string | null;
    readonly address: string | null;
    /** Absent in entries of a time when no actor had any. */
    readonly key_id?: string | null;
    readonly support_session_id?: string | null;
  };
  readonly onBehalfOf: { readonly type: string; readonly id: string } | null;
  readonly resource: { readonly type: string; readonly id: string };
  readonly organizationId: string | null;
  readonly projectId: string | null;
  readonly correlationId: string;
  readonly reason: string | null;
  readonly changes: Readonly<Record<string, unknown>>;
}

/** What the first entry has as the hash before it. */
export const CHAIN_START = '0'.repeat(64);

/**
 * SHA-256 in hex over the hash before and the entry's fields, in this order, as one JSON array: no two entries share a text. What was not there when the chain began
 * makes a last, further element where an entry has any of it, so that an entry without reads as it always did.
 */
export function chainHash(previousHash: string, entry: ChainedEntry): string {
  const { actor, resource, onBehalfOf } = entry;
  const later = [
    actor.key_id ?? null,
    actor.support_session_id ?? null,
    onBehalfOf?.type ?? null,
    onBehalfOf?.id ?? null,
  ];
  const text = JSON.stringify([
    previousHash,
    entry.position,
    entry.auditId,
    entry.at,
    entry.action,
    actor.type,
    actor.id,
    actor.session_id,
    actor.address,
    resource.type,
    resource.id,
    entry.organizationId,
    entry.projectId,
    entry.correlationId,
    entry.reason,
    entry.changes,
    ...(later.some(value => value !== null) ? [later] : []),
  ]);
  return createHash('sha256').update(text).digest('hex');
}

export interface Checkpoint {
  readonly position: number;
  readonly hash: string;
  /** RFC 3339. */
  readonly at: string;
  /** Ed25519, base64url. */
  readonly signature: string;
}

function checkpointText(checkpoint: Omit<Checkpoint, 'signature'>): Buffer {
  return Buffer.from(`portico-audit-checkpoint\n${checkpoint.position}\n${checkpoint.hash}\n${checkpoint.at}`);
}

export function signCheckpoint(checkpoint: Omit<Checkpoint, 'signature'>, privateKey: KeyObject): Checkpoint {
  return { ...checkpoint, signature: sign(null, checkpointText(checkpoint), privateKey).toString('base64url') };
}

export function isSignedBy(checkpoint: Checkpoint, publicKey: KeyObject): boolean {
  return verify(null, checkpointText(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64url'));
}
