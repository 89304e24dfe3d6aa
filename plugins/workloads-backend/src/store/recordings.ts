import { placeholders } from '@portico/plugin-kit/backend';
import type { Place, Queries, Secrets, Transaction } from '@portico/plugin-kit/backend';
import type { RecordedConnection } from '@portico/plugin-workloads/contract';

/** What is known of a recording from its first moment. */
export interface RecordingOrigin {
  readonly recordingId: string;
  readonly connectionId: string;
  readonly connection: RecordedConnection;
  readonly allocationId: string;
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  readonly columns: number;
  readonly rows: number;
  readonly startedAt: number;
}

/** How far it has come. */
export interface RecordingProgress {
  readonly lastEventAt: number;
  readonly sizeBytes: number;
  readonly isTruncated: boolean;
  readonly isIncomplete: boolean;
}

export interface Recording extends RecordingOrigin, RecordingProgress {
  readonly endedAt: number | null;
}

/** Lines of the asciicast that were written down together. Its text never changes: writing it twice is writing it once. */
export interface RecordingPiece {
  readonly position: number;
  readonly text: string;
}

interface RecordingRow {
  recording_id: string;
  connection_id: string;
  connection: RecordedConnection;
  allocation_id: string;
  organization_id: string;
  project_id: string;
  user_id: string;
  terminal_columns: number;
  terminal_rows: number;
  started_at: number;
  last_event_at: number;
  ended_at: number | null;
  size_bytes: number;
  is_truncated: number;
  is_incomplete: number;
}

/** Pieces read at once while a recording is streamed: a few hundred KiB. */
const PIECES_PER_READ = 4;

/** Bound to its place: no piece opens as part of another recording, or elsewhere in its own. */
function purposeOf(recordingId: string, position: number): string {
  return `workloads.recording:${recordingId}:${position}`;
}

/** Appends to a recording, which begins with its first pieces. What only became true stays so, whoever said it. */
export async function appendToRecording(
  tx: Transaction,
  secrets: Pick<Secrets, 'encrypt'>,
  written: { origin: RecordingOrigin; progress: RecordingProgress; pieces: readonly RecordingPiece[] },
): Promise<void> {
  const { origin, progress, pieces } = written;
  const [isTruncated, isIncomplete] = [progress.isTruncated ? 1 : 0, progress.isIncomplete ? 1 : 0];
  await tx.run(
    `INSERT INTO workloads_recordings
       (recording_id, connection_id, connection, allocation_id, organization_id, project_id, user_id, terminal_columns, terminal_rows,
        started_at, last_event_at, size_bytes, is_truncated, is_incomplete)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (recording_id) DO UPDATE SET
       last_event_at = excluded.last_event_at,
       size_bytes = excluded.size_bytes,
       is_truncated = excluded.is_truncated,
       is_incomplete = CASE WHEN excluded.is_incomplete = 1 THEN 1 ELSE workloads_recordings.is_incomplete END`,
    [
      origin.recordingId,
      origin.connectionId,
      origin.connection,
      origin.allocationId,
      origin.organizationId,
      origin.projectId,
      origin.userId,
      origin.columns,
      origin.rows,
      origin.startedAt,
      progress.lastEventAt,
      progress.sizeBytes,
      isTruncated,
      isIncomplete,
    ],
  );
  for (const { position, text } of pieces) {
    await tx.run(
      `INSERT INTO workloads_recording_pieces (recording_id, position, text_encrypted) VALUES (?, ?, ?)
       ON CONFLICT (recording_id, position) DO NOTHING`,
      [origin.recordingId, position, secrets.encrypt(purposeOf(origin.recordingId, position), text)],
    );
  }
}

export async function endRecording(tx: Transaction, recordingId: string): Promise<void> {
  await tx.run('UPDATE workloads_recordings SET ended_at = ? WHERE recording_id = ? AND ended_at IS NULL', [
    tx.now,
    recordingId,
  ]);
}

/** Ends what the portal of a connection can no longer end; its last seconds were never written down. */
export async function breakOffRecordings(tx: Transaction, connectionId: string): Promise<readonly string[]> {
  const rows = await tx.all<{ recording_id: string }>(
    `UPDATE workloads_recordings SET ended_at = ?, is_incomplete = 1 WHERE connection_id = ? AND ended_at IS NULL
     RETURNING recording_id`,
    [tx.now, connectionId],
  );
  return rows.map(row => row.recording_id);
}

export async function findRecording(queries: Queries, recordingId: string): Promise<Recording | undefined> {
  const row = await queries.first<RecordingRow>('SELECT * FROM workloads_recordings WHERE recording_id = ?', [
    recordingId,
  ]);
  return row && fromRow(row);
}

/** Newest first. */
export async function recordingsOf(
  queries: Queries,
  allocationId: string,
  { after, limit }: { after: Place | undefined; limit: number },
): Promise<readonly Recording[]> {
  const from = after === undefined ? '' : 'AND (started_at < ? OR (started_at = ? AND recording_id < ?))';
  const rows = await queries.all<RecordingRow>(
    `SELECT * FROM workloads_recordings WHERE allocation_id = ? ${from} ORDER BY started_at DESC, recording_id DESC LIMIT ?`,
    [allocationId, ...(after === undefined ? [] : [after.at, after.at, after.id]), limit],
  );
  return rows.map(fromRow);
}

/** The text of a recording, in order, a few pieces in memory at a time. */
export async function* recordedText(
  queries: Queries,
  secrets: Pick<Secrets, 'decrypt'>,
  recordingId: string,
): AsyncGenerator<string> {
  let last = -1;
  for (;;) {
    const rows = await queries.all<{ position: number; text_encrypted: string }>(
      'SELECT position, text_encrypted FROM workloads_recording_pieces WHERE recording_id = ? AND position > ? ORDER BY position LIMIT ?',
      [recordingId, last, PIECES_PER_READ],
    );
    for (const { position, text_encrypted: text } of rows) {
      last = position;
      yield secrets.decrypt(purposeOf(recordingId, position), text);
    }
    if (rows.length < PIECES_PER_READ) return;
  }
}

/** Deletes at most so many that ended before then, and says how many it were. */
export async function deleteRecordings(
  tx: Transaction,
  { endedBefore, limit }: { endedBefore: number; limit: number },
): Promise<number> {
  const old = await tx.all<{ recording_id: string }>(
    'SELECT recording_id FROM workloads_recordings WHERE ended_at < ? ORDER BY ended_at, recording_id LIMIT ?',
    [endedBefore, limit],
  );
  if (old.length === 0) return 0;
  const ids = old.map(row => row.recording_id);
  const among = `recording_id IN (${placeholders(ids.length)})`;
  await tx.run(`DELETE FROM workloads_recording_pieces WHERE ${among}`, ids);
  await tx.run(`DELETE FROM workloads_recordings WHERE ${among}`, ids);
  return ids.length;
}

function fromRow(row: RecordingRow): Recording {
  return {
    recordingId: row.recording_id,
    connectionId: row.connection_id,
    connection: row.connection,
    allocationId: row.allocation_id,
    organizationId: row.organization_id,
    projectId: row.project_id,
    userId: row.user_id,
    columns: row.terminal_columns,
    rows: row.terminal_rows,
    startedAt: row.started_at,
    lastEventAt: row.last_event_at,
    endedAt: row.ended_at,
    sizeBytes: row.size_bytes,
    isTruncated: row.is_truncated === 1,
    isIncomplete: row.is_incomplete === 1,
  };
}
