import { useState } from 'react';

/** One key for one wish: a press that is repeated does it once, a changed form is another wish. The same as long as the text is. */
export function useIdempotencyKeyOf(text: string): string {
  const [keys] = useState(() => new Map<string, string>());
  const key = keys.get(text) ?? crypto.randomUUID();
  keys.set(text, key);
  return key;
}
