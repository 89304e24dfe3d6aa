import { createHash, timingSafeEqual } from 'node:crypto';
import { utils } from 'ssh2';
import { RuntimeError } from '@portico/plugin-fleet/port';

/** A host key as `known_hosts` has it: `ssh-ed25519 AAAA…`. */
export type HostKey = string;

/** What `ssh-keygen -l` prints: `SHA256:` and base64 without padding. */
export function fingerprintOf(key: HostKey): string {
  return `SHA256:${digestOf(rawOf(key)).toString('base64').replace(/=+$/, '')}`;
}

export function hostKeyFromRaw(raw: Buffer): HostKey {
  return `${typeOf(raw)} ${raw.toString('base64')}`;
}

/** The key without comment, as it is kept; undefined for what is no public key. */
export function parseHostKey(text: string): HostKey | undefined {
  const [type, base64] = text.trim().split(/\s+/);
  if (type === undefined || base64 === undefined) return undefined;
  const parsed = utils.parseKey(`${type} ${base64}`);
  if (parsed instanceof Error || parsed.isPrivateKey()) return undefined;
  return `${type} ${base64}`;
}

export function isSameKey(raw: Buffer, pinned: HostKey): boolean {
  return timingSafeEqual(digestOf(raw), digestOf(rawOf(pinned)));
}

/** Kinds of signature a host proves such a key with. Asked for alone, so that a host with several keys shows the pinned one. */
export function signaturesOf(key: HostKey): readonly HostKeySignature[] {
  const [type = ''] = key.split(' ');
  if (type === 'ssh-rsa') return ['rsa-sha2-512', 'rsa-sha2-256'];
  return hostKeySignatures.filter(signature => signature === type);
}

/** In the order in which a key is chosen when nothing is pinned yet. No SHA-1. */
export const hostKeySignatures = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
export type HostKeySignature = (typeof hostKeySignatures)[number];

/** The host shows another key than the pinned one; `seen` is what it showed, null when it has none of that kind any more. */
export class HostKeyChangedError extends RuntimeError {
  constructor(
    readonly pinned: HostKey,
    readonly seen: HostKey | null,
  ) {
    super(
      'host_key_changed',
      `The host key is not the pinned one: ${fingerprintOf(pinned)} was expected, ${seen === null ? 'no key of that kind' : fingerprintOf(seen)} was shown. Nothing was sent.`,
    );
    this.name = 'HostKeyChangedError';
  }
}

function rawOf(key: HostKey): Buffer {
  return Buffer.from(key.split(' ')[1] ?? '', 'base64');
}
function typeOf(raw: Buffer): string {
  return raw.subarray(4, 4 + raw.readUInt32BE(0)).toString('latin1');
}
function digestOf(raw: Buffer): Buffer {
  return createHash('sha256').update(raw).digest();
}
