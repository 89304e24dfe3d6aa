import { SSH_KEY_COMMENT_LENGTH_MAX } from '@portico/plugin-access/contract';
import { createHash, createPublicKey } from 'node:crypto';
import { utils } from 'ssh2';
import { readWireFields } from './ssh-wire';

/**
 * What counts as an SSH public key here: exactly one line `type base64 [comment]`, of a type the SSH gateway can verify and a strength
 * that stands. The comment is kept apart and the rest in canonical form, so equal keys are equal texts. Anything that looks like
 * a private key is refused before it is parsed, and no rejection carries any of the text.
 */
const ACCEPTED_KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const;
export type SshKeyType = (typeof ACCEPTED_KEY_TYPES)[number];

/** Bits. Below this RSA is within reach of factoring (NIST SP 800-131A). */
const RSA_BITS_MIN = 2048;
/** Bits. OpenSSH accepts no longer ones, and verifying them would cost too much. */
const RSA_BITS_MAX = 16_384;

export interface ParsedSshKey {
  readonly keyType: SshKeyType;
  /** Type and key alone. */
  readonly publicKey: string;
  readonly fingerprint: string;
  /** What stands behind the key, often `user@host`. */
  readonly comment: string | null;
}
export interface SshKeyRejection {
  readonly code: 'key_malformed' | 'key_too_weak' | 'key_type_unsupported' | 'private_key_refused';
  /** Why and what to do, in a sentence, where the code alone does not say it. */
  readonly reason: string;
}

const PRIVATE_MARKS = [/PRIVATE KEY/i, /PuTTY-User-Key-File/i, /b3BlbnNzaC1rZXktdjE/];

export function parseSshKey(text: string): ParsedSshKey | SshKeyRejection {
  if (PRIVATE_MARKS.some(mark => mark.test(text))) {
    return {
      code: 'private_key_refused',
      reason: 'Paste the file that ends in .pub, and make a new key pair if others may have seen this one.',
    };
  }
  const line = text.trim();

  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(line))
    return malformed('A public key is one line; add keys one by one.');
  const [keyType = '', encoded = '', ...words] = line.split(/[ \t]+/);
  const refused = refusalOfType(keyType, line);
  if (refused) return refused;

  const blob = Buffer.from(encoded, 'base64');
  if (blob.length === 0 || blob.toString('base64') !== encoded)
    return malformed('The key itself is cut off or has characters that do not belong there.');
  const fields = readWireFields(blob);
  if (fields === null || fields[0]?.toString('latin1') !== keyType)
    return malformed('The key does not hold what its first word says.');

  if (keyType === 'ssh-rsa') {
    const weakness = rsaRejection(fields);
    if (weakness) return weakness;
  }
  const key = verified(keyType as SshKeyType, encoded, blob);
  return 'code' in key ? key : { ...key, comment: commentOf(words) };
}

function refusalOfType(keyType: string, line: string): SshKeyRejection | null {
  if ((ACCEPTED_KEY_TYPES as readonly string[]).includes(keyType)) return null;
  if (keyType.startsWith('sk-')) {
    return {
      code: 'key_type_unsupported',
      reason: 'The gateway cannot verify hardware-backed keys; make one with: ssh-keygen -t ed25519',
    };
  }
  if (/-cert-v\d+@openssh\.com$/.test(keyType)) {
    return {
      code: 'key_type_unsupported',
      reason: 'This is a certificate; paste the plain public key it was made for.',
    };
  }
  if (keyType === 'ssh-dss')
    return { code: 'key_too_weak', reason: 'DSA keys are no longer safe; make one with: ssh-keygen -t ed25519' };
  if (/\s(ssh-(ed25519|rsa|dss)|ecdsa-sha2-\S+|sk-\S+)\s/.test(line)) {
    return malformed('Remove what stands before the key type; options are not taken over.');
  }
  return malformed('It must begin with a key type such as ssh-ed25519.');
}

/** `string "ssh-rsa", mpint e, mpint n` (RFC 4253, 6.6). */
function rsaRejection(fields: readonly Buffer[]): SshKeyRejection | null {
  const [, exponent, modulus] = fields;
  if (fields.length !== 3 || !exponent?.length || !modulus?.length) return malformed('The RSA key is incomplete.');
  const bits = bitLength(modulus);
  if (bits > RSA_BITS_MAX) return malformed(`RSA keys have at most ${RSA_BITS_MAX} bits.`);
  if (bits < RSA_BITS_MIN) {
    return {
      code: 'key_too_weak',
      reason: `RSA keys need at least ${RSA_BITS_MIN} bits, this one has ${bits}; make one with: ssh-keygen -t ed25519`,
    };
  }
  const even = ((exponent.at(-1) ?? 0) & 1) === 0;
  if (even || bitLength(exponent) < 2)
    return { code: 'key_too_weak', reason: 'The exponent of this RSA key is not safe; make a new key pair.' };
  return null;
}

function bitLength(number: Buffer): number {
  const first = number.findIndex(byte => byte !== 0);
  return first < 0 ? 0 : (number.length - first - 1) * 8 + (32 - Math.clz32(number[first] ?? 0));
}

/** The library that will verify signatures must read it and write back the same bytes, and the crypto library must accept the point or modulus. */
function verified(keyType: SshKeyType, encoded: string, blob: Buffer): Omit<ParsedSshKey, 'comment'> | SshKeyRejection {
  try {
    const key = utils.parseKey(`${keyType} ${encoded}`);
    if (key instanceof Error || !key.getPublicSSH().equals(blob))
      return malformed('The key is not in the standard form; export it again.');
    createPublicKey(key.getPublicPEM());
  } catch {
    return malformed('The key is not a valid one of its type.');
  }
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  return { keyType, publicKey: `${keyType} ${encoded}`, fingerprint };
}

/** It only helps people to tell keys apart, so a long one is cut, not refused. */
function commentOf(words: readonly string[]): string | null {
  return [...words.join(' ')].slice(0, SSH_KEY_COMMENT_LENGTH_MAX).join('') || null;
}

function malformed(reason: string): SshKeyRejection {
  return { code: 'key_malformed', reason };
}
