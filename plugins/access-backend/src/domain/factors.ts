/**
 * Second factors of an account: an app that shows codes, and passkeys. Recovery codes stand in for them and are none themselves: they come with
 * the first factor and go with the last.
 */
export interface FactorCount {
  readonly hasTotp: boolean;
  readonly passkeys: number;
  readonly recoveryCodesLeft: number;
}

export type SecondFactorMethod = 'passkey' | 'totp' | 'recovery_code';
export type ProofMethod = 'passkey' | 'totp' | 'password';

/** Seconds somebody has to answer a challenge: to find a telephone, not to be talked into reading a code to a stranger. */
export const CHALLENGE_SECONDS = 5 * 60;
/** Seconds in which the set-up of an app must be confirmed: to install one first. */
export const TOTP_SETUP_SECONDS = 15 * 60;
/** Wrong answers after which a sign-in begins again with the password: three codes of a million are good at a time. */
export const WRONG_ANSWERS_MAX = 5;

export function hasSecondFactor(factors: FactorCount): boolean {
  return factors.hasTotp || factors.passkeys > 0;
}

/** What finishes a sign-in, the preferred one first: only a passkey cannot be given away by mistake. Empty: the password was enough. */
export function secondFactorMethods(factors: FactorCount): SecondFactorMethod[] {
  if (!hasSecondFactor(factors)) return [];
  return [
    ...(factors.passkeys > 0 ? (['passkey'] as const) : []),
    ...(factors.hasTotp ? (['totp'] as const) : []),
    ...(factors.recoveryCodesLeft > 0 ? (['recovery_code'] as const) : []),
  ];
}

/** What confirms in a session that it is still the same person. Whoever has a second factor shows it: a password may be known to others. */
export function proofMethods(factors: FactorCount, hasPassword: boolean): ProofMethod[] {
  if (!hasSecondFactor(factors)) return hasPassword ? ['password'] : [];
  return [...(factors.passkeys > 0 ? (['passkey'] as const) : []), ...(factors.hasTotp ? (['totp'] as const) : [])];
}
