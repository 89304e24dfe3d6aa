import { randomInt } from 'node:crypto';

/** Letters and digits nobody mistakes for another when typing them off a screen. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Five groups of five: 123 bits. */
const GROUPS = 5;
const GROUP_LENGTH = 5;

/** A password to be read off a screen once. */
export function generatedPassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
