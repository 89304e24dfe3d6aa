import type { Place, Queries, Transaction } from '@portico/plugin-kit/backend';

/** `kept`: there was no mail server. Only `queued` goes anywhere from there. */
export type MailStatus = 'queued' | 'sent' | 'failed' | 'kept';

export interface StoredMail {
  readonly messageId: string;
  readonly recipient: string;
  readonly subject: string;
  readonly textEncrypted: string | null;
  readonly correlationId: string;
  readonly status: MailStatus;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: number;
  readonly sentAt: number | null;
}

interface MailRow {
  message_id: string;
  recipient: string;
  subject: string;
  text_encrypted: string | null;
  correlation_id: string;
  status: MailStatus;
  attempts: number;
  due_at: number;
  last_error: string | null;
  created_at: number;
  sent_at: number | null;
}

export async function insertMail(
  tx: Transaction,
  mail: { messageId: string; recipient: string; subject: string; textEncrypted: string; correlationId: string },
): Promise<void> {
  await tx.run(
    `INSERT INTO platform_mail (message_id, recipient, subject, text_encrypted, correlation_id, status, due_at, created_at)
     VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)`,
    [mail.messageId, mail.recipient, mail.subject, mail.textEncrypted, mail.correlationId, tx.now, tx.now],
  );
}

/** Takes the message that is due first until `leaseEnd`: nobody else tries it before. */
export async function claimDueMail(tx: Transaction, leaseEnd: number): Promise<StoredMail | undefined> {
  const skipLocked = tx.dialect === 'postgres' ? ' FOR UPDATE SKIP LOCKED' : '';
  const row = await tx.first<MailRow>(
    `UPDATE platform_mail SET due_at = ?, attempts = attempts + 1 WHERE message_id = (
       SELECT message_id FROM platform_mail WHERE status = 'queued' AND due_at <= ? ORDER BY due_at, message_id LIMIT 1${skipLocked})
     RETURNING *`,
    [leaseEnd, tx.now],
  );
  return row && fromRow(row);
}

/** When the next message is due; null when none waits. */
export async function nextDueAt(queries: Queries): Promise<number | null> {
  const row = await queries.first<{ due_at: number | null }>(
    `SELECT MIN(due_at) AS due_at FROM platform_mail WHERE status = 'queued'`,
  );
  return row?.due_at ?? null;
}

/** The message has ended. Its text goes with it, unless it is kept for people to read. */
export async function endMail(
  tx: Transaction,
  end: { messageId: string; status: Exclude<MailStatus, 'queued'>; lastError: string | null },
): Promise<void> {
  await tx.run(
    `UPDATE platform_mail SET status = ?, last_error = ?, sent_at = ?${end.status === 'kept' ? '' : ', text_encrypted = NULL'}
     WHERE message_id = ? AND status = 'queued'`,
    [end.status, end.lastError, end.status === 'sent' ? tx.now : null, end.messageId],
  );
}

export async function postponeMail(
  tx: Transaction,
  retry: { messageId: string; dueAt: number; lastError: string },
): Promise<void> {
  await tx.run(`UPDATE platform_mail SET due_at = ?, last_error = ? WHERE message_id = ? AND status = 'queued'`, [
    retry.dueAt,
    retry.lastError,
    retry.messageId,
  ]);
}

export async function deleteMailBefore(tx: Transaction, createdBefore: number): Promise<void> {
  await tx.run(`DELETE FROM platform_mail WHERE created_at < ? AND status <> 'queued'`, [createdBefore]);
}

/** Newest first; `after` is the last row of the page before. */
export async function mailPage(
  queries: Queries,
  page: { after?: Place | undefined; limit: number },
): Promise<StoredMail[]> {
  const { after, limit } = page;
  const rows = await queries.all<MailRow>(
    `SELECT * FROM platform_mail ${after ? 'WHERE (created_at, message_id) < (?, ?)' : ''}
     ORDER BY created_at DESC, message_id DESC LIMIT ?`,
    after ? [after.at, after.id, limit] : [limit],
  );
  return rows.map(fromRow);
}

function fromRow(row: MailRow): StoredMail {
  return {
    messageId: row.message_id,
    recipient: row.recipient,
    subject: row.subject,
    textEncrypted: row.text_encrypted,
    correlationId: row.correlation_id,
    status: row.status,
    attempts: row.attempts,
    lastError: row.last_error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}
