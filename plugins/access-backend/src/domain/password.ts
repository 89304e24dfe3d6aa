import { PASSWORD_LENGTH_MIN } from '@portico/plugin-access/contract';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/**
 * What a new password must be. Length carries the strength, and an estimate of how many guesses it withstands says what length does not: 49,000 leaked passwords,
 * rows of keys, dates, repetitions and what everybody knows of the person count little. No rule asks for a digit or a sign, since such rules make passwords
 * predictable rather than strong (NIST SP 800-63B, 3.1.1.2). A rule looks at the normalised password, as the hash does.
 */

/** Characters a password has besides the user name, so that `alice-2026` is not one of alice. */
const BESIDES_USERNAME_MIN = 6;
/** Different characters: below this it is one character or a short pattern repeated. */
const DISTINCT_CHARACTERS_MIN = 4;
/** Of 4. From here on a password withstands 10^8 guesses: what the limits on sign-in let through in twenty years. */
const SCORE_MIN = 3;
/** Characters that are estimated. The work grows with their square, 25 ms for these; a password that is weak as far as here is no good one. */
const ESTIMATED_LENGTH_MAX = 64;
/** Words of what is known of a person shorter than this say nothing. */
const KNOWN_WORD_LENGTH_MIN = 3;

/** NFKC, so that one password typed on two keyboards is the same bytes. Sign-up and sign-in both use it. */
export function normalizedPassword(password: string): string {
  return password.normalize('NFKC');
}

/** Whose password it would be; what others know of them is guessed first. */
export interface PasswordOwner {
  readonly username: string;
  readonly email?: string | null;
  /** What the portal is called. */
  readonly title?: string;
}

export interface PasswordWeakness {
  readonly reason: 'too_short' | 'too_repetitive' | 'too_common' | 'contains_username' | 'too_guessable';
  /** What to do, in a sentence. */
  readonly advice: string;
  /** 0 to 4, for a bar. */
  readonly score: number;
}

export interface PasswordStrength {
  /** 0 to 4, for a bar. */
  readonly score: number;
  /** The first rule it breaks, or null. */
  readonly weakness: PasswordWeakness | null;
}

export function passwordWeakness(candidate: PasswordOwner & { password: string }): PasswordWeakness | null {
  return passwordStrength(candidate).weakness;
}

export function passwordStrength(candidate: PasswordOwner & { password: string }): PasswordStrength {
  const password = normalizedPassword(candidate.password);
  const estimate = estimated(password, candidate);
  const broken = brokenRule(password.toLowerCase(), candidate.username.toLowerCase(), estimate);
  if (broken === null) return { score: estimate.score, weakness: null };
  // A password that is refused never fills the bar.
  const score = Math.min(estimate.score, SCORE_MIN - 1);
  return { score, weakness: { ...broken, score } };
}

interface Estimate {
  readonly score: number;
  /** What the estimator finds wrong, by its own word for it; null when it finds nothing. */
  readonly finding: string | null;
}

function brokenRule(password: string, username: string, estimate: Estimate): Omit<PasswordWeakness, 'score'> | null {
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
  const besides = username === '' ? password : password.split(username).join('');
  if (besides.length < password.length && [...besides].length < BESIDES_USERNAME_MIN) {
    return {
      reason: 'contains_username',
      advice: `Leave the user name out, or use at least ${BESIDES_USERNAME_MIN} other characters with it.`,
    };
  }
  if (estimate.score >= SCORE_MIN) return null;
  const reason = COMMON_FINDINGS.has(estimate.finding ?? '') ? 'too_common' : 'too_guessable';
  return { reason, advice: ADVICE[estimate.finding ?? ''] ?? 'Make it longer: a few unrelated words do well.' };
}

const COMMON_FINDINGS: ReadonlySet<string> = new Set(['topTen', 'topHundred', 'common', 'similarToCommon', 'pwned']);
const COMMON_ADVICE = 'This is one of the first passwords anyone would try; use a few unrelated words instead.';
const ADVICE: Readonly<Record<string, string>> = {
  topTen: COMMON_ADVICE,
  topHundred: COMMON_ADVICE,
  common: COMMON_ADVICE,
  pwned: COMMON_ADVICE,
  similarToCommon: 'This is close to a password many people use; use a few unrelated words instead.',
  userInputs: 'Leave out what others know of you and of this portal; use a few unrelated words instead.',
  straightRow: 'Keys next to each other are guessed first; use a few unrelated words instead.',
  keyPattern: 'Keys next to each other are guessed first; use a few unrelated words instead.',
  simpleRepeat: 'Repeating adds little; use a few unrelated words instead.',
  extendedRepeat: 'Repeating adds little; use a few unrelated words instead.',
  sequences: 'Rows like abc and 6543 are guessed first; use a few unrelated words instead.',
  recentYears: 'Leave years out; use a few unrelated words instead.',
  dates: 'Leave dates out; use a few unrelated words instead.',
  wordByItself: 'One word is not enough; use a few unrelated words.',
};

/** Passwords of published leaks that the list does not have. */
const LEAKED_TOO = ['contraseña', 'g_czechout', 'iloveyousomuch', 'rockyou123'];

let estimator: ZxcvbnFactory | undefined;

function estimated(password: string, owner: PasswordOwner): Estimate {
  // Made when first needed: its lists are large, and most processes never look at a new password.
  estimator ??= new ZxcvbnFactory({ dictionary: { ...dictionary, leakedToo: LEAKED_TOO }, graphs: adjacencyGraphs });
  const known = [owner.username, owner.email ?? '', owner.title ?? '']
    .flatMap(text => [text, ...text.split(/[^\p{L}\p{N}]+/u)])
    .filter(word => word.length >= KNOWN_WORD_LENGTH_MIN);
  const begin = [...password].slice(0, ESTIMATED_LENGTH_MAX).join('');
  const { score, feedback } = estimator.check(begin, [...new Set(known)]);
  return { score, finding: feedback.warning };
}
