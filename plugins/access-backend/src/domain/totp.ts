import { Secret, TOTP } from 'otpauth';

/**
 * Codes of an authenticator app, RFC 6238 as every such app has it: SHA-1, six digits, 30 seconds. The code of the step before and of the one after
 * are taken too, for clocks that differ and fingers that are slow. A code is good once: a step is accepted only when it is later than the last
 * one that was, so a code somebody read over a shoulder opens nothing.
 */
const ALGORITHM = 'SHA1';
const DIGITS = 6;
const STEP_SECONDS = 30;
const WINDOW_STEPS = 1;
/** Bytes: 160 bits, what RFC 4226 recommends. */
const SECRET_BYTES = 20;

/** Base 32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

export function totpUri(options: { secret: string; issuer: string; username: string }): string {
  const { secret, issuer, username } = options;
  return new TOTP({
    issuer,
    label: username,
    secret,
    algorithm: ALGORITHM,
    digits: DIGITS,
    period: STEP_SECONDS,
  }).toString();
}

/** The step whose code this is; null when it is none of the three, or when that step is spent. `now` in epoch milliseconds. */
export function totpStep(options: {
  secret: string;
  code: string;
  now: number;
  lastStep: number | null;
}): number | null {
  const { secret, code, now, lastStep } = options;
  const token = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return null;
  const delta = TOTP.validate({
    token,
    secret: Secret.fromBase32(secret),
    algorithm: ALGORITHM,
    digits: DIGITS,
    period: STEP_SECONDS,
    timestamp: now,
    window: WINDOW_STEPS,
  });
  if (delta === null) return null;
  const step = Math.floor(now / (STEP_SECONDS * 1000)) + delta;
  return lastStep !== null && step <= lastStep ? null : step;
}
