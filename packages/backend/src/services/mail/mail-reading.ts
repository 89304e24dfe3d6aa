import { cutPage, decodeCursor, encodeCursor } from '@portico/plugin-kit/backend';
import type { Queries, Secrets } from '@portico/plugin-kit/backend';
import { PAGE_LIMIT_DEFAULT, toInstant, toInstantOrNull } from '@portico/plugin-kit/contract';
import type { listMessages, QueryOf, ReplyOf } from '@portico/plugin-kit/contract';
import { mailPage } from './mail-store';
import { MAIL_TEXT_PURPOSE } from './mail-text';

const LIST = 'messages';

export async function messagesReply(
  queries: Queries,
  secrets: Secrets,
  query: Partial<QueryOf<typeof listMessages>>,
): Promise<ReplyOf<typeof listMessages>> {
  const limit = query.limit ?? PAGE_LIMIT_DEFAULT;
  const position = query.cursor === undefined ? undefined : decodeCursor(LIST, query.cursor, ['number', 'string']);
  const before = position && { createdAt: position[0] as number, messageId: position[1] as string };
  const found = await mailPage(queries, { limit: limit + 1, ...(before ? { before } : {}) });
  const { shown, nextCursor } = cutPage(found, limit, last => encodeCursor(LIST, [last.createdAt, last.messageId]));
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
