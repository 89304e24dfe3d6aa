import { canonicalUsername, isReserved } from './username';

/** Characters of a user name; what is longer is cut so that a number still fits behind. */
const LENGTH_MIN = 3;
const LENGTH_MAX = 32;
const SUFFIX_LENGTH_MAX = 6;
/** Names tried with a small number behind before a random one ends the search. */
const NUMBERED_MAX = 9;

/**
 * User names for a newcomer, best first: what their provider calls them, cleaned of what a user name cannot have, then with a number, at last with something
 * random that nobody has. `random` is called for the last alone and gives letters and digits.
 */
export function* usernameCandidates(
  person: { preferredUsername: string | null; email: string | null; displayName: string | null },
  random: () => string,
): Generator<string> {
  const base =
    [person.preferredUsername, person.email, person.displayName].map(cleaned).find(name => name !== null) ?? 'user';
  if (!isReserved(base)) yield base;
  const stem = base.slice(0, LENGTH_MAX - SUFFIX_LENGTH_MAX - 1).replace(/[._-]+$/, '');
  for (let number = 2; number <= NUMBERED_MAX; number += 1) yield `${stem}-${number}`;
  for (;;) yield `${stem}-${random().slice(0, SUFFIX_LENGTH_MAX).toLowerCase()}`;
}

/** An address stands for what is before its `@`: some providers use addresses as names, and the domain tells strangers where one works. */
function cleaned(text: string | null): string | null {
  const name = (text ?? '')
    .split('@', 1)
    .join('')
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|[._-]+$/g, '')
    .slice(0, LENGTH_MAX)
    .replace(/[._-]+$/, '');
  return name.length < LENGTH_MIN ? null : canonicalUsername(name);
}
