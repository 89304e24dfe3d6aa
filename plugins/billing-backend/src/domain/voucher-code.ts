import { randomBytes } from 'node:crypto';

/**
 * A voucher's code is money to whoever has it: 100 random bits, which nobody guesses, in Crockford's base 32, which people type without mistaking a letter for a digit. It is
 * compared by a keyed hash of its one form, so that case, dashes and spaces do not matter.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHARACTERS = 20;
const GROUP = 4;
const pattern = new RegExp(`^[${ALPHABET}]{${CHARACTERS}}$`);

/** As it is shown: `7QK2-…`, five groups of four. */
export function newVoucherCode(): string {
  return grouped([...randomBytes(CHARACTERS)].map(byte => ALPHABET.charAt(byte % ALPHABET.length)).join(''));
}

/** The one form of what somebody typed; null when it cannot be a code. O is read as 0, I and L as 1, as Crockford has it. */
export function canonicalVoucherCode(typed: string): string | null {
  const bare = typed
    .toUpperCase()
    .replace(/[\s\u002d\u00ad\u2010-\u2015\u2212]/gu, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return pattern.test(bare) ? grouped(bare) : null;
}

export function lastFour(code: string): string {
  return code.slice(-GROUP);
}

function grouped(bare: string): string {
  return bare.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? bare;
}
