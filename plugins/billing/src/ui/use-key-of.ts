import { useState } from 'react';

/** One idempotency key for one wish: the same as long as what is asked for is, however often the button is pressed. */
export function useKeyOf(wish: unknown): string {
  const text = JSON.stringify(wish);
  const [kept, setKept] = useState(() => ({ text, key: crypto.randomUUID() as string }));
  if (kept.text === text) return kept.key;
  const next = { text, key: crypto.randomUUID() as string };
  setKept(next);
  return next.key;
}
