import { PASSWORD_LENGTH_MIN } from '@portico/plugin-access/contract';
import { COMMON_PASSWORDS } from './common-passwords';

/**
 * What a new password must be. Length carries the strength; no rule asks for a digit or a sign, since such rules make passwords
 * predictable rather than strong (NIST SP 800-63B, 3.1.1.2). A rule looks at the normalised password, as the hash does.
 */

/** Characters a password has besides the user name, so that `alice-2026` is not one of alice. */
const BESIDES_USERNAME_MIN = 6;
/** Different characters: below this it is one character or a short pattern repeated. */
const DISTINCT_CHARACTERS_MIN = 4;

/** NFKC, so that one password typed on two keyboards is the same bytes. Sign-up and sign-in both use it. */
export function normalizedPassword(password: string): string {
  return password.normalize('NFKC');
}

export interface PasswordWeakness {
  readonly reason: 'too_short' | 'too_repetitive' | 'too_common' | 'contains_username';
  /** What to do, in a sentence. */
  readonly advice: string;
}

/** The first rule a password breaks, or null. */
export function passwordWeakness(options: { password: string; username: string }): PasswordWeakness | null {
  const password = normalizedPassword(options.password).toLowerCase();
  const characters = [...password];
  if (characters.length < PASSWORD_LENGTH_MIN) {
    return {
      reason: 'too_short',
      advice: `Use at least ${PASSWORD_LENGTH_MIN} characters; a few unrelated words do well.`,
    };
  }
  if (new Set(characters).size < DISTINCT_CHARACTERS_MIN) {
    return {
      reason: 'too_repetitive',
      advice: 'Use more than a few different characters; a few unrelated words do well.',
    };
  }
  if (COMMON_PASSWORDS.has(password)) {
    return {
      reason: 'too_common',
      advice: 'This is one of the first passwords anyone would try; use a few unrelated words instead.',
    };
  }
  const besides = password.split(options.username.toLowerCase()).join('');
  if (besides.length < password.length && [...besides].length < BESIDES_USERNAME_MIN) {
    return {
      reason: 'contains_username',
      advice: `Leave the user name out, or use at least ${BESIDES_USERNAME_MIN} other characters with it.`,
    };
  }
  return null;
}
