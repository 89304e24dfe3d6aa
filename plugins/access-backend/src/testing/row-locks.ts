import type { Transaction } from '@portico/plugin-kit/backend';

/**
 * Whether so many other connections to the same PostgreSQL database wait for a row by now: a test that holds the row knows then that a request was let in, read
 * what it reads before the lock, and stands where the test wants it. SQLite has one writer and nothing to wait for there.
 */
export async function isWaiting(tx: Transaction, connections = 1): Promise<boolean> {
  // Without this a transaction sees the connections that were there when it first looked.
  await tx.all('SELECT pg_stat_clear_snapshot()');
  // The first to wait for a row waits for the transaction that holds it, those behind for the row itself.
  const waiting = await tx.all(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple')`,
  );
  return waiting.length >= connections;
}
