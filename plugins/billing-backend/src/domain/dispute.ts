/**
 * A payment that somebody disputes at their bank: `inquiry → open → lost → won`, any of them left out, and told in any order and more than once. What is further along stays
 * (an appeal may turn `lost` into `won`). While it is open or lost the amount is not the customer's: it is claimed from the balance once, and given back once when it is won.
 */
export const DISPUTE_STATUSES = ['inquiry', 'open', 'lost', 'won'] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

export const DISPUTE_TRANSITIONS = {
  inquiry: ['open', 'lost', 'won'],
  open: ['lost', 'won'],
  lost: ['won'],
  won: [],
} as const satisfies Record<DisputeStatus, readonly DisputeStatus[]>;

export function isNewStatus(from: DisputeStatus, to: DisputeStatus): boolean {
  const next: readonly DisputeStatus[] = DISPUTE_TRANSITIONS[from];
  return next.includes(to);
}

/** What the books have to do when it reaches a status. */
export function moneyOf(to: DisputeStatus, isClaimed: boolean): 'claim' | 'give_back' | 'nothing' {
  if (to === 'won') return isClaimed ? 'give_back' : 'nothing';
  return to !== 'inquiry' && !isClaimed ? 'claim' : 'nothing';
}

export function isClosed(status: DisputeStatus): boolean {
  return status === 'lost' || status === 'won';
}
