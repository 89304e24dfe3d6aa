/**
 * A look into an organization by somebody who is no member of it. Invariants: it belongs to one sign-in session and ends with it; it is open for a
 * fixed time, and no longer than its user may look in; what it grants is reading.
 */
export interface SupportSessionTimes {
  readonly expiresAt: number;
  readonly endedAt: number | null;
  /** Of the sign-in session it belongs to; null while that works. */
  readonly signInEndedAt: number | null;
  /** Whether that session and its user still work. */
  readonly isSignedIn: boolean;
}

export type SupportSessionStatus = 'open' | 'ended' | 'expired';

export function supportStatus(
  times: SupportSessionTimes,
  now: number,
): { status: SupportSessionStatus; endedAt: number | null } {
  const { expiresAt, endedAt, signInEndedAt, isSignedIn } = times;
  const early = earliest(endedAt, signInEndedAt);
  if (early !== null && early < expiresAt) return { status: 'ended', endedAt: early };
  if (expiresAt <= now) return { status: 'expired', endedAt: expiresAt };
  return isSignedIn ? { status: 'open', endedAt: null } : { status: 'ended', endedAt: null };
}

function earliest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
