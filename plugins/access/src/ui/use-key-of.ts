import { useState } from 'react';

/** One idempotency key for one wish: the same as long as the text is, so a press that is repeated does nothing twice and a changed form does. */
export function useKeyOf(text: string): string {
  const [kept, setKept] = useState(() => ({ text, key: crypto.randomUUID() as string }));
  if (kept.text === text) return kept.key;
  const next = { text, key: crypto.randomUUID() as string };
  setKept(next);
  return next.key;
}
