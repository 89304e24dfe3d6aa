import type { AccountMail, Sender } from './account-mail';

/** What people are told of: whatever opens their account from now on or no longer does, and attempts that should not be theirs. */
const notices = {
  totp_added: {
    subject: 'An app that shows codes was added to',
    text: 'signs in with a code of the app that was set up, besides the password.',
    otherwise: 'take the app away and change your password now',
  },
  totp_removed: {
    subject: 'The app that shows codes was removed from',
    text: 'no longer asks for its codes.',
    otherwise: 'change your password now and set the app up again',
  },
  passkey_added: {
    subject: 'A passkey was added to',
    text: 'can be signed in to with the passkey that was added.',
    otherwise: 'take the passkey away and change your password now',
  },
  passkey_removed: {
    subject: 'A passkey was removed from',
    text: 'can no longer be signed in to with the passkey that was removed.',
    otherwise: 'change your password now and add the passkey again',
  },
  factors_removed: {
    subject: 'An administrator removed the second factors of',
    text: 'is signed in to with the password alone, until you set up a second factor again.',
    otherwise: 'ask the administrator, and change your password now',
  },
  recovery_codes_renewed: {
    subject: 'New recovery codes were made for',
    text: 'has new recovery codes; those you kept before do not work any more.',
    otherwise: 'make others and change your password now',
  },
  recovery_code_used: {
    subject: 'A recovery code opened',
    text: 'was signed in to with a recovery code, which does not work a second time. When few are left, make new ones.',
    otherwise: 'change your password and make new codes now',
  },
  second_factor_guessed: {
    subject: 'Somebody knows the password of',
    text: 'was not opened: the password was right, and then five answers for the second factor were wrong.',
    otherwise: 'change your password now',
  },
} as const satisfies Record<string, { subject: string; text: string; otherwise: string }>;

export type FactorNotice = keyof typeof notices;

export function factorMail(sender: Sender, notice: { kind: FactorNotice; username: string }): AccountMail {
  const { subject, text, otherwise } = notices[notice.kind];
  return {
    subject: `${subject} your ${sender.title} account`,
    text: `The account “${notice.username}” ${text}\n\nIf that was not you, ${otherwise}:\n\n${sender.publicUrl}/account\n`,
  };
}
