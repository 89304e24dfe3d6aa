import { createServiceRef } from '@backstage/backend-plugin-api';
import type { Transaction } from './database';

export interface MailMessage {
  readonly to: string;
  readonly subject: string;
  /** Plain text in paragraphs; a link stands in a paragraph of its own. */
  readonly text: string;
  readonly correlationId: string;
}

export interface Mail {
  /**
   * Queues the message in the transaction of what it tells of; it is sent after the commit, and again until the mail server takes it. While no mail server is
   * configured it is written to the log and kept for administrators to read.
   */
  enqueue(tx: Transaction, message: MailMessage): Promise<void>;
}

export const mailRef = createServiceRef<Mail>({ id: 'portico.mail', scope: 'root' });
