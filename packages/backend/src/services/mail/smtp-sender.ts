import type { SettingsOf } from '@portico/plugin-kit/backend';
import { createTransport } from 'nodemailer';
import type { mailSettings } from './mail-settings';

export type SmtpSettings = NonNullable<SettingsOf<typeof mailSettings>['smtp']>;

/** Milliseconds. A mail server answers within seconds or is as good as down; the lease of a message must outlast them all. */
const CONNECT_MILLISECONDS_MAX = 10_000;
const SILENCE_MILLISECONDS_MAX = 20_000;
const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

export interface OutgoingMail {
  /** The same in every attempt, so that a mail program shows two deliveries of one message as one. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export type SendResult =
  | { readonly kind: 'sent' }
  /** `forGood`: the server knows this recipient or message and will not have it, whoever asks again. */
  | { readonly kind: 'refused'; readonly forGood: boolean; readonly error: string };

export type SendMail = (mail: OutgoingMail) => Promise<SendResult>;

/** Hands one message at a time to the mail server, over a connection of its own. */
export function smtpSender(smtp: SmtpSettings, from: { name: string; address: string }): SendMail {
  const { username, password, secure } = smtp;
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port ?? PORTS[secure],
    secure: secure === 'tls',
    requireTLS: secure === 'starttls',
    ignoreTLS: secure === 'none',
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    connectionTimeout: CONNECT_MILLISECONDS_MAX,
    greetingTimeout: CONNECT_MILLISECONDS_MAX,
    socketTimeout: SILENCE_MILLISECONDS_MAX,
    // A message is its text; nothing in it names a file or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const host = from.address.slice(from.address.lastIndexOf('@') + 1);
  return async mail => {
    try {
      await transport.sendMail({
        messageId: `<${mail.messageId}@${host}>`,
        from,
        // As a structure: an address in text form would be parsed, and could be read as several.
        to: { name: '', address: mail.to },
        subject: mail.subject,
        text: mail.text,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return { kind: 'sent' };
    } catch (error) {
      return { kind: 'refused', forGood: isForGood(error), error: describe(error) };
    }
  };
}

/** 5xx to the recipient or the message; 5xx to the greeting or the sign-in is about the configuration, which a person can mend. */
function isForGood(error: unknown): boolean {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  return (responseCode ?? 0) >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
}

/** The server's words about a message, without what was said in it. */
const ERROR_CHARACTERS_MAX = 300;
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, ERROR_CHARACTERS_MAX);
}
