import type { Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';

/**
 * The shell of that user in that allocation, found again by every tab and after every lost connection, or a new one when the last has
 * ended. The allocation's row is locked, so two tabs cannot open two.
 */
export async function openTerminalSession(
  tx: Transaction,
  options: { allocationId: string; userId: string },
): Promise<string> {
  await tx.first(`SELECT allocation_id FROM workloads_allocations WHERE allocation_id = ?${tx.forUpdate}`, [
    options.allocationId,
  ]);
  const open = await tx.first<{ session_id: string }>(
    'SELECT session_id FROM workloads_terminal_sessions WHERE allocation_id = ? AND user_id = ? AND ended_at IS NULL',
    [options.allocationId, options.userId],
  );
  if (open !== undefined) return open.session_id;
  const sessionId = newId('term', tx.now);
  await tx.run(
    'INSERT INTO workloads_terminal_sessions (session_id, allocation_id, user_id, started_at) VALUES (?, ?, ?, ?)',
    [sessionId, options.allocationId, options.userId, tx.now],
  );
  return sessionId;
}

export async function endTerminalSession(tx: Transaction, sessionId: string): Promise<void> {
  await tx.run('UPDATE workloads_terminal_sessions SET ended_at = ? WHERE session_id = ? AND ended_at IS NULL', [
    tx.now,
    sessionId,
  ]);
}
