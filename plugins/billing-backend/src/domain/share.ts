const PARTS = 1_000_000n;

/** So much of a whole, between 0 and 1, rounded down to six places; nothing of nothing is 0. For display: shares need not come to 1. */
export function shareOf(part: bigint, whole: bigint): number {
  return whole <= 0n ? 0 : Number((part * PARTS) / whole) / Number(PARTS);
}
