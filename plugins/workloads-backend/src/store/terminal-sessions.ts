import type { Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';

/** A person's shell in an allocation: one at a time, found again by every tab and after every lost connection. */
export interface TerminalSessionRecord {
  readonly sessionId: string;
  readonly startedAt: number;
}

/** The open session of that user in that allocation, or a new one. The allocation's row is locked, so two tabs cannot open two. */
export async function openTerminalSession(
  tx: Transaction,
  options: { allocationId: string; userId: string },
): Promise<TerminalSessionRecord> {
  await tx.first(`SELECT allocation_id FROM workloads_allocations WHERE allocation_id = ?${tx.forUpdate}`, [options.allocationId]);
  const open = await tx.first<{ session_id: string; started_at: number }>(
    'SELECT session_id, started_at FROM workloads_terminal_sessions WHERE allocation_id = ? AND user_id = ? AND ended_at IS NULL',
    [options.allocationId, options.userId],
  );
  if (open !== undefined) return { sessionId: open.session_id, startedAt: open.started_at };
  const sessionId = newId('term', tx.now);
  await tx.run('INSERT INTO workloads_terminal_sessions (session_id, allocation_id, user_id, started_at) VALUES (?, ?, ?, ?)', [
    sessionId, options.allocationId, options.userId, tx.now,
  ]);
  return { sessionId, startedAt: tx.now };
}

export async function endTerminalSession(tx: Transaction, sessionId: string): Promise<void> {
  await tx.run('UPDATE workloads_terminal_sessions SET ended_at = ? WHERE session_id = ? AND ended_at IS NULL', [tx.now, sessionId]);
}
