/**
 * Tells those in this process who wait for new entries that some were committed. A hint and no more: entries of another replica, and of a process that ended before it
 * heard, are found by looking.
 */
const listeners = new Set<() => void>();

export function entriesWerePosted(): void {
  for (const listener of listeners) listener();
}

/** Returns how to stop listening. */
export function onEntriesPosted(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
