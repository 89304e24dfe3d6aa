/**
 * Mail: a message is a row written in the transaction of what it tells of, so one exists exactly when the other does. After the commit a loop hands it to the
 * mail server, and again until the server takes it. While no server is configured, messages are written to the log and kept for administrators.
 */
import { coreServices, createServiceFactory } from '@backstage/backend-plugin-api';
import {
  attentionRef,
  clockRef,
  databaseRef,
  mailRef,
  secretsRef,
  settingsRef,
  WakeableLoop,
} from '@portico/plugin-kit/backend';
import type { Mail, Secrets, Settings } from '@portico/plugin-kit/backend';
import { mailAddressSchema, newId } from '@portico/plugin-kit/contract';
import { appSettings } from '../settings/platform-sections';
import { deliverNext, POLL_MILLISECONDS } from './mail-delivery';
import { mailSettings } from './mail-settings';
import { insertMail } from './mail-store';
import { mailMigrations } from './mail-tables';
import { MAIL_TEXT_PURPOSE, subjectLine } from './mail-text';
import { smtpSender } from './smtp-sender';

const ADDRESS = new RegExp(mailAddressSchema.pattern, 'u');

/** `wake` is called after the commit of a transaction that queued something. */
export function createMail(secrets: Secrets, wake: () => void): Mail {
  return {
    async enqueue(tx, { to, subject, text, correlationId }) {
      if (to.length > mailAddressSchema.maxLength || !ADDRESS.test(to))
        throw new Error('what mail is to be sent to is not one mail address');
      await insertMail(tx, {
        messageId: newId('mail', tx.now),
        recipient: to,
        subject: subjectLine(subject),
        textEncrypted: secrets.encrypt(MAIL_TEXT_PURPOSE, text),
        correlationId,
      });
      tx.afterCommit(wake);
    },
  };
}

export const mailServiceFactory = createServiceFactory({
  service: mailRef,
  deps: {
    settings: settingsRef,
    database: databaseRef,
    clock: clockRef,
    secrets: secretsRef,
    attention: attentionRef,
    logger: coreServices.rootLogger,
    lifecycle: coreServices.rootLifecycle,
  },
  async factory({ settings, lifecycle, ...services }) {
    const { database, clock, secrets, logger } = services;
    await database.migrate('platform_mail', mailMigrations);
    const { smtp } = settings.of(mailSettings);
    const send = smtp === undefined ? null : smtpSender(smtp, senderOf(settings));
    const loop = new WakeableLoop({
      name: 'mail delivery',
      clock,
      logger,
      pollMilliseconds: POLL_MILLISECONDS,
      work: () => deliverNext({ ...services, send }),
    });
    lifecycle.addStartupHook(() => loop.start());
    lifecycle.addBeforeShutdownHook(() => loop.stop());
    return createMail(secrets, () => loop.wake());
  },
});

function senderOf(settings: Settings): { name: string; address: string } {
  const { hostname } = new URL(settings.server.publicUrl);
  return {
    name: settings.of(appSettings).title,
    address: settings.of(mailSettings).from ?? `portico@${hostname}`,
  };
}
