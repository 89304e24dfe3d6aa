import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A message as the mail server got it. */
export interface CaughtMail {
  readonly from: string;
  /** The envelope's recipients, which is where it goes, whatever the headers say. */
  readonly to: readonly string[];
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly raw: string;
}

export interface MailCatcher {
  readonly port: number;
  /** What `mail` in the settings must be for mail to come here. */
  readonly settings: {
    readonly from: string;
    readonly smtp: { readonly host: string; readonly port: number; readonly secure: 'none' };
  };
  /** In the order of arrival. */
  readonly mails: readonly CaughtMail[];
  /** The newest message to an address, if there is one. */
  to(address: string): CaughtMail | undefined;
  stop(): Promise<void>;
}

/** A real SMTP server on 127.0.0.1 that keeps what it is sent. */
export async function startMailCatcher(
  options: {
    /** A free port when absent. */
    port?: number;
    /** What it answers a recipient with; undefined accepts. */
    refuse?: (recipient: string) => string | undefined;
    /** Called when a message is there, before the server says that it took it. */
    taking?: (mail: CaughtMail) => Promise<void>;
  } = {},
): Promise<MailCatcher> {
  const mails: CaughtMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo({ address }, _session, done) {
      const refusal = options.refuse?.(address);
      done(refusal === undefined ? null : Object.assign(new Error(refusal), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail = parsed(Buffer.concat(chunks).toString('utf8'), {
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
        });
        mails.push(mail);
        void Promise.resolve(options.taking?.(mail)).then(() => done(null));
      });
    },
  });
  // Clients that vanish in the middle are what tests do.
  server.on('error', () => {});
  await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    settings: { from: 'portico@example.org', smtp: { host: '127.0.0.1', port, secure: 'none' } },
    mails,
    to: address => mails.findLast(mail => mail.to.includes(address)),
    stop: () => new Promise(resolve => server.close(() => resolve())),
  };
}

function parsed(raw: string, envelope: { from: string; to: string[] }): CaughtMail {
  const end = raw.indexOf('\r\n\r\n');
  const headers = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string) => new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1]?.trim() ?? '';
  const body = raw.slice(end + 4);
  return {
    ...envelope,
    messageId: header('Message-ID'),
    subject: header('Subject'),
    text: decoded(body, header('Content-Transfer-Encoding')),
    raw,
  };
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
