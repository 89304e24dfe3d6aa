import { RECOVERY_CODES } from '@portico/plugin-access/contract';
import { randomBytes } from 'node:crypto';

/** No letter looks like a digit or another letter when it is read from paper. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUP_LENGTH = 5;
/** Three groups of five: 74 bits, beyond guessing even for who has the hashes but not their key. */
const GROUPS = 3;

/** A set of codes for people to keep: `abcde-fghjk-mnpqr`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () =>
    Array.from({ length: GROUPS }, () => letters(GROUP_LENGTH)).join('-'),
  );
}

/** The code as it is hashed, however it was typed; null for what cannot be one. */
export function canonicalRecoveryCode(typed: string): string | null {
  const code = typed.toLowerCase().replaceAll(/[\s-]/g, '');
  const fits = code.length === GROUPS * GROUP_LENGTH && [...code].every(letter => ALPHABET.includes(letter));
  return fits ? code : null;
}

/** Bytes beyond the last whole multiple of the alphabet are thrown away: each letter is as likely as the others. */
function letters(count: number): string {
  const fair = 256 - (256 % ALPHABET.length);
  let text = '';
  while (text.length < count) {
    for (const byte of randomBytes(count)) {
      if (byte < fair && text.length < count) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}
