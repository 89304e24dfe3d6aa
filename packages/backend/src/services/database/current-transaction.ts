import { AsyncLocalStorage } from 'node:async_hooks';

/** The transaction the running code is inside of. Shared by both dialects. */
const current = new AsyncLocalStorage<{ open: boolean }>();

export function insideTransaction<Result>(state: { open: boolean }, work: () => Promise<Result>): Promise<Result> {
  return current.run(state, work);
}

/**
 * A second transaction, or a read past the first, would wait for the one it is inside of (SQLite has one writer; PostgreSQL's pool can run dry), so it
 * is refused at once, with the name of what to do instead. Code that merely outlived its transaction is free.
 */
export function assertOutsideTransaction(call: 'transaction' | 'read'): void {
  if (current.getStore()?.open !== true) return;
  throw new Error(
    call === 'transaction'
      ? 'database.transaction() was called inside a transaction; pass the open `tx` on instead'
      : 'database.read was used inside a transaction; ask the open `tx`, which sees its own writes',
  );
}
