/**
 * Tells those in this process who send money back that a refund was decided. A hint and no more: what another replica decided, and what was decided before a crash, is found
 * by looking.
 */
const listeners = new Set<() => void>();

export function refundWasDecided(): void {
  for (const listener of listeners) listener();
}

/** Returns how to stop listening. */
export function onRefundDecided(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
