import { placeholders } from '@portico/plugin-kit/backend';
import type { Actor, Transaction } from '@portico/plugin-kit/backend';
import type { RecordedConnection } from '@portico/plugin-workloads/contract';

/** Somebody is in an allocation, by the terminal of the pages or an SSH client. The row goes when the audit says that they left. */
export interface StoredConnection {
  readonly connectionId: string;
  readonly connection: RecordedConnection;
  readonly allocationId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly openedAt: number;
  /** When the portal that holds it last said that it does. */
  readonly seenAt: number;
}

interface ConnectionRow {
  connection_id: string;
  connection: RecordedConnection;
  allocation_id: string;
  organization_id: string;
  project_id: string;
  actor_json: string;
  correlation_id: string;
  opened_at: number;
  seen_at: number;
}

/** Ids in one statement; SQLite takes 32 766 parameters, and nothing is gained by more. */
const IDS_PER_STATEMENT = 500;

export async function insertConnection(
  tx: Transaction,
  opened: Omit<StoredConnection, 'openedAt' | 'seenAt'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO workloads_connections
       (connection_id, connection, allocation_id, organization_id, project_id, actor_json, correlation_id, opened_at, seen_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      opened.connectionId,
      opened.connection,
      opened.allocationId,
      opened.organizationId,
      opened.projectId,
      JSON.stringify(opened.actor),
      opened.correlationId,
      tx.now,
      tx.now,
    ],
  );
}

export async function renewConnections(tx: Transaction, connectionIds: readonly string[]): Promise<void> {
  for (let from = 0; from < connectionIds.length; from += IDS_PER_STATEMENT) {
    const ids = connectionIds.slice(from, from + IDS_PER_STATEMENT);
    await tx.run(`UPDATE workloads_connections SET seen_at = ? WHERE connection_id IN (${placeholders(ids.length)})`, [
      tx.now,
      ...ids,
    ]);
  }
}

/** Of any number who would close it, one gets it. */
export async function takeConnection(tx: Transaction, connectionId: string): Promise<StoredConnection | undefined> {
  const row = await tx.first<ConnectionRow>('DELETE FROM workloads_connections WHERE connection_id = ? RETURNING *', [
    connectionId,
  ]);
  return row && fromRow(row);
}

/** One whose portal has not been heard of since; the longest silent first. */
export async function takeSilentConnection(
  tx: Transaction,
  silentSince: number,
): Promise<StoredConnection | undefined> {
  const silent = await tx.first<{ connection_id: string }>(
    `SELECT connection_id FROM workloads_connections WHERE seen_at < ? ORDER BY seen_at, connection_id LIMIT 1${tx.forUpdate}`,
    [silentSince],
  );
  return silent && takeConnection(tx, silent.connection_id);
}

function fromRow(row: ConnectionRow): StoredConnection {
  return {
    connectionId: row.connection_id,
    connection: row.connection,
    allocationId: row.allocation_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    actor: JSON.parse(row.actor_json) as Actor,
    correlationId: row.correlation_id,
    openedAt: row.opened_at,
    seenAt: row.seen_at,
  };
}
