import { useState } from 'react';

export interface CalmRows<Row> {
  rows: readonly Row[] | undefined;
  /** Rows that came since, and are not among `rows` yet. */
  newCount: number;
  showNew: () => void;
}

/**
 * Rows that were read again while somebody looks at them: those that are shown change in place, those that came since wait until they are asked
 * for, so that nothing moves under the pointer. `identity` names the question (filters, sort, page); another question starts anew.
 */
export function useCalmRows<Row>(options: {
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  identity: string;
  /** What is there belongs to the question before. */
  isStale?: boolean;
}): CalmRows<Row> {
  const { rows, rowKey, identity, isStale = false } = options;
  const [known, setKnown] = useState<{ identity: string; keys: ReadonlySet<string> } | null>(null);
  if (rows === undefined || isStale) return { rows, newCount: 0, showNew: () => undefined };
  const remember = () => setKnown({ identity, keys: new Set(rows.map(rowKey)) });
  // A list that shows nothing has nothing that could move.
  if (known === null || known.identity !== identity || known.keys.size === 0) {
    if (known?.identity !== identity || rows.length > 0) remember();
    return { rows, newCount: 0, showNew: remember };
  }
  const shown = rows.filter(row => known.keys.has(rowKey(row)));
  if (shown.length === 0) {
    if (rows.length > 0) remember();
    return { rows, newCount: 0, showNew: remember };
  }
  return { rows: shown, newCount: rows.length - shown.length, showNew: remember };
}
