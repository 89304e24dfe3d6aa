import { pageByTime } from '@portico/plugin-kit/backend';
import type { Queries, Secrets } from '@portico/plugin-kit/backend';
import { toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { listMessages, QueryOf, ReplyOf } from '@portico/plugin-kit/contract';
import { mailPage } from './mail-store';
import { MAIL_TEXT_PURPOSE } from './mail-text';

export async function messagesReply(
  queries: Queries,
  secrets: Secrets,
  query: Partial<QueryOf<typeof listMessages>>,
): Promise<ReplyOf<typeof listMessages>> {
  const { shown, nextCursor } = await pageByTime(query, {
    name: 'messages',
    rows: page => mailPage(queries, page),
    placeOf: mail => ({ at: mail.createdAt, id: mail.messageId }),
  });
  return {
    items: shown.map(mail => ({
      message_id: mail.messageId,
      to: mail.recipient,
      subject: mail.subject,
      // Links of messages under way are the recipient's alone.
      text:
        mail.status === 'kept' && mail.textEncrypted !== null
          ? secrets.decrypt(MAIL_TEXT_PURPOSE, mail.textEncrypted)
          : null,
      status: mail.status,
      attempts: mail.attempts,
      last_error: mail.lastError,
      correlation_id: mail.correlationId,
      created_at: toInstant(mail.createdAt),
      sent_at: toInstantOrNull(mail.sentAt),
    })),
    next_cursor: nextCursor,
  };
}
