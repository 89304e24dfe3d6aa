/** Works on all items, at most `limit` at a time, until none is left or the signal aborts. Rejects with the first failure; what is under way goes on. */
export async function inParallel<Item>(
  items: readonly Item[],
  { limit, signal }: { limit: number; signal?: AbortSignal },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const lane = async () => {
    for (const item of queue) {
      if (signal?.aborted) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
}
