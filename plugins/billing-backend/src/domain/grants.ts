import type { Micros } from '@portico/plugin-kit/contract';

/**
 * Credits that were given without a payment, and what is unspent of them. Usage spends given money before paid money, and of given money what ends first; so what a customer
 * paid is theirs for longest and can go back to the card. What is unspent follows from the customer's usage alone. All open grants of a customer share one mark, a usage that they
 * have taken into account: the highest that is written with any of them. What was used since is taken from them in order. So only those that something is taken from are written,
 * and one that carries the mark. Nothing is written while usage grows; the mark moves when a grant is added or ends. Usage that is given back is given back to the customer's own money: a spent grant stays spent.
 */
export interface Grant {
  readonly grantId: string;
  readonly kind: GrantKind;
  /** At the mark. */
  readonly unspent: Micros;
  /** All usage of the customer, ever, that was taken into account when this grant was written; the highest of the open ones holds for all. */
  readonly usageMark: Micros;
  readonly createdAt: number;
  /** Null: it stays. */
  readonly expiresAt: number | null;
  readonly announcedAt: number | null;
  /** When its end was first dealt with: what was held for something then is taken once it comes back. */
  readonly expiredAt: number | null;
}

export type GrantKind = 'trial' | 'voucher' | 'internal_credit';

const DAY_MILLISECONDS = 86_400_000;
/** People are told so long before a credit ends; not about one that is given for less. */
const ANNOUNCED_BEFORE_MILLISECONDS = 7 * DAY_MILLISECONDS;

export function expiryAfter(days: number, from: number): number {
  return from + days * DAY_MILLISECONDS;
}

/** The usage that all of a customer's open grants have taken into account. */
export function markOf(grants: readonly Grant[]): Micros {
  return grants.reduce((most, grant) => (grant.usageMark > most ? grant.usageMark : most), 0n);
}

/** All open grants of a customer as they are once so much was used in all. A usage below the mark changes nothing. */
export function spentTo(grants: readonly Grant[], usage: Micros): Grant[] {
  const mark = markOf(grants);
  return spend(grants, { from: mark, to: usage > mark ? usage : mark });
}

/** Takes what was used beyond `from` off these grants, which are those that end first. */
export function spend(grants: readonly Grant[], usage: { from: Micros; to: Micros }): Grant[] {
  let left = usage.to - usage.from;
  return [...grants].sort(endsFirst).map(grant => {
    const spent = grant.unspent < left ? grant.unspent : left;
    left -= spent;
    return { ...grant, unspent: grant.unspent - spent, usageMark: usage.to };
  });
}

export function unspentIn(grants: readonly Grant[]): Micros {
  return grants.reduce((sum, grant) => sum + grant.unspent, 0n);
}

/** What ends next of what is unspent, among what has not ended; several that end at the same instant are one. */
export function nextExpiry(grants: readonly Grant[], now: number): { amount: Micros; at: number } | null {
  const ending = grants.filter(grant => grant.unspent > 0n && grant.expiresAt !== null && grant.expiresAt > now);
  const at = Math.min(...ending.map(grant => grant.expiresAt ?? Infinity));
  return ending.length === 0 ? null : { at, amount: unspentIn(ending.filter(grant => grant.expiresAt === at)) };
}

/** When its end is to be announced; null when that was done or is not worth a message. */
export function announcementAt(grant: Grant): number | null {
  if (grant.expiresAt === null || grant.announcedAt !== null || grant.expiredAt !== null) return null;
  const at = grant.expiresAt - ANNOUNCED_BEFORE_MILLISECONDS;
  return at > grant.createdAt ? at : null;
}

/** When something is to be done about these grants by itself; null: never. What waits for a hold is looked at when money moves. */
export function nextGrantInstant(grants: readonly Grant[]): number | null {
  const instants = grants.flatMap(grant =>
    grant.expiredAt === null && grant.expiresAt !== null ? [announcementAt(grant) ?? grant.expiresAt] : [],
  );
  return instants.length === 0 ? null : Math.min(...instants);
}

/** What never ends comes last; of two that end together, the older first. */
function endsFirst(one: Grant, other: Grant): number {
  const [a, b] = [one.expiresAt ?? Infinity, other.expiresAt ?? Infinity];
  if (a !== b) return a < b ? -1 : 1;
  if (one.createdAt !== other.createdAt) return one.createdAt - other.createdAt;
  return one.grantId < other.grantId ? -1 : 1;
}
