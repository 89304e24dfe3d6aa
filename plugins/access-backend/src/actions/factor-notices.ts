import type { Transaction } from '@portico/plugin-kit/backend';
import type { AccessServices } from '../services';
import { verifiedAddressOf } from '../store/verified-addresses';

/** What people are told of by mail: whatever opens their account from now on, or no longer does, and attempts that should not be theirs. */
const notices = {
  totp_added: {
    subject: 'An app that shows codes was added to your account',
    text: 'From now on signing in asks for a code of the app that was set up.',
  },
  totp_removed: {
    subject: 'The app that shows codes was removed from your account',
    text: 'Its codes open nothing any more.',
  },
  passkey_added: {
    subject: 'A passkey was added to your account',
    text: 'It signs in to your account from now on.',
  },
  passkey_removed: {
    subject: 'A passkey was removed from your account',
    text: 'It opens nothing any more.',
  },
  recovery_codes_renewed: {
    subject: 'New recovery codes were made for your account',
    text: 'Those you kept before do not work any more.',
  },
  recovery_code_used: {
    subject: 'A recovery code was used to sign in to your account',
    text: 'It does not work a second time. When few are left, make new ones in your account.',
  },
  second_factor_guessed: {
    subject: 'Somebody knows your password and guessed at your second factor',
    text: 'Your password was right, and then five answers were wrong. Nobody was let in. If that was not you, change your password now.',
  },
} as const satisfies Record<string, { subject: string; text: string }>;

export type FactorNotice = keyof typeof notices;

/** Only to an address that is known to be theirs. */
export async function sendNotice(
  tx: Transaction,
  services: Pick<AccessServices, 'mail' | 'title' | 'publicUrl'>,
  notice: { kind: FactorNotice; userId: string; correlationId: string },
): Promise<void> {
  const { mail, title, publicUrl } = services;
  const person = await verifiedAddressOf(tx, notice.userId);
  if (!person) return;
  const { subject, text } = notices[notice.kind];
  await mail.enqueue(tx, {
    to: person.email,
    subject: `${title}: ${subject}`,
    text: [
      `${person.displayName}, this is about your account ${person.username}.`,
      text,
      'If it was not you, look at your sessions and factors, and tell the administrator of the portal.',
      publicUrl,
    ].join('\n\n'),
    correlationId: notice.correlationId,
  });
}
