/** Crockford's base 32: no letter looks like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

export type IdPrefix =
  | 'alloc'
  | 'task'
  | 'org'
  | 'dept'
  | 'proj'
  | 'usr'
  | 'node'
  | 'slot'
  | 'sku'
  | 'img'
  | 'key'
  | 'apikey'
  | 'sess'
  | 'evt'
  | 'aud'
  | 'led'
  | 'hold'
  | 'att'
  | 'term'
  | 'corr'
  | 'price'
  | 'inv'
  | 'mail'
  | 'passkey'
  | 'ident'
  | 'sup'
  | 'pol'
  | 'batch'
  | 'slotmap'
  | 'disc'
  | 'conn'
  | 'rec'
  | 'pay'
  | 'payev'
  | 'refund'
  | 'dispute'
  | 'voucher'
  | 'grant'
  | 'invoice'
  | 'budget';

/**
 * Prefixed, opaque, sortable by creation to the millisecond: 50 bits of time and 80 of randomness, as ULID has it. `now` in epoch milliseconds is the
 * transaction's; only tests leave it out.
 */
export function newId(prefix: IdPrefix, now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  let text = '';
  let time = now;
  for (let place = 0; place < 10; place += 1) {
    text = ALPHABET.charAt(time % 32) + text;
    time = Math.floor(time / 32);
  }
  for (const byte of random) text += ALPHABET.charAt(byte % 32);
  return `${prefix}_${text}`;
}
