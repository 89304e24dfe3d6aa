import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Attention, Clock, Database, Secrets } from '@portico/plugin-kit/backend';
import { claimDueMail, deleteMailBefore, endMail, nextDueAt, postponeMail } from './mail-store';
import type { StoredMail } from './mail-store';
import { MAIL_TEXT_PURPOSE } from './mail-text';
import type { SendMail } from './smtp-sender';

/** Milliseconds a replica has a message to itself: longer than any attempt takes, since one that began twice is sent twice. */
export const LEASE_MILLISECONDS = 2 * 60 * 1000;
/** Milliseconds before the second attempt, doubling up to the maximum: a restart of the mail server is hardly noticed, a long outage costs little. */
const RETRY_MILLISECONDS = 5_000;
const RETRY_MILLISECONDS_MAX = 30 * 60 * 1000;
/** Links in messages are good for a day at most. */
const GIVE_UP_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Days a message is listed. */
const KEPT_MILLISECONDS = 30 * 24 * 60 * 60 * 1000;
/** Milliseconds between two looks when nobody calls. */
export const POLL_MILLISECONDS = 30_000;

const ATTENTION = { kind: 'mail.undelivered', resource: { type: 'mail_server', id: 'smtp' } } as const;

export interface DeliveryServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly attention: Attention;
  readonly logger: Pick<LoggerService, 'info' | 'warn'>;
  /** Null while no mail server is configured. */
  readonly send: SendMail | null;
}

/**
 * One round: the message that is due first. It is claimed in a transaction, sent without one, and marked in another; whoever dies in between leaves a claim
 * that runs out, and the message is sent again under the same Message-ID. So each is delivered at least once.
 */
export async function deliverNext(services: DeliveryServices): Promise<boolean | number> {
  const { database, clock } = services;
  const due = await nextDueAt(database.read);
  if (due === null || due > clock.now())
    return due === null ? POLL_MILLISECONDS : Math.min(due - clock.now(), POLL_MILLISECONDS);
  const mail = await database.transaction(async tx => {
    await deleteMailBefore(tx, tx.now - KEPT_MILLISECONDS);
    return claimDueMail(tx, tx.now + LEASE_MILLISECONDS);
  });
  if (mail === undefined) return false;
  await deliver(services, mail);
  return true;
}

async function deliver(services: DeliveryServices, mail: StoredMail): Promise<void> {
  const { database, secrets, attention, logger, send } = services;
  const { messageId, recipient, subject } = mail;
  const text = secrets.decrypt(MAIL_TEXT_PURPOSE, mail.textEncrypted ?? '');
  if (send === null) {
    // Marked first: a message in the log twice would only confuse, and administrators find it in the list anyway.
    await database.transaction(tx => endMail(tx, { messageId, status: 'kept', lastError: null }));
    logger.info('mail that no mail server is configured for', { recipient, subject, text });
    return;
  }
  const result = await send({ messageId, to: recipient, subject, text });
  await database.transaction(async tx => {
    if (result.kind === 'sent') {
      await endMail(tx, { messageId, status: 'sent', lastError: null });
      await attention.clear(tx, ATTENTION);
      return;
    }
    const isTooOld = tx.now - mail.createdAt >= GIVE_UP_MILLISECONDS;
    if (result.forGood || isTooOld) await endMail(tx, { messageId, status: 'failed', lastError: result.error });
    else
      await postponeMail(tx, { messageId, dueAt: tx.now + retryMilliseconds(mail.attempts), lastError: result.error });
    // A recipient that does not exist is nobody's task; a mail server that takes nothing for a day is.
    if (isTooOld && !result.forGood)
      await attention.raise(tx, {
        ...ATTENTION,
        organizationId: null,
        message: `The mail server has taken no message for a day, and messages are given up: ${result.error}`,
      });
  });
  if (result.kind === 'refused')
    logger.warn('mail could not be delivered', {
      message_id: messageId,
      attempt: mail.attempts,
      problem: result.error,
    });
}

/** After the first, second, … attempt. */
export function retryMilliseconds(attempts: number): number {
  return Math.min(RETRY_MILLISECONDS * 2 ** (attempts - 1), RETRY_MILLISECONDS_MAX);
}
