/** Prefixed, opaque, sortable by creation to the millisecond: 48 bits of time and 80 of randomness in Crockford base 32 (as ULID does). */
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
  | 'sess'
  | 'evt'
  | 'aud'
  | 'led'
  | 'hold'
  | 'quote'
  | 'att'
  | 'term'
  | 'corr'
  | 'batch'
  | 'price'
  | 'use'
  | 'step';

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
