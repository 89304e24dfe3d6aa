import { USERNAME_PATTERN } from '@portico/plugin-access/contract';

/**
 * A user name is 3 to 32 ASCII letters, digits, dots, underscores and hyphens. Two names that differ in case alone are one, so only
 * the lower-case form is ever stored or looked up. The pattern is checked before the case is folded: folding first would let
 * letters outside ASCII in (the Kelvin sign becomes a `k`).
 */
const pattern = new RegExp(USERNAME_PATTERN, 'u');

/** Names that would pass for the portal itself. */
const RESERVED: ReadonlySet<string> = new Set(['admin', 'administrator', 'root', 'system', 'portico', 'support']);

/** The one form of a name, or null for a text that cannot be one (and is never sent to the database). */
export function canonicalUsername(text: string): string | null {
  return pattern.test(text) ? text.toLowerCase() : null;
}

export function isReserved(username: string): boolean {
  return RESERVED.has(username);
}
