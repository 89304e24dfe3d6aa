import type { Session } from '@portico/plugin-kit/ui';

type Restriction = NonNullable<Session['restriction']>;

/** `description` stands on the pages of the organization, `advice` above those of the account, where one can follow it. */
const words = {
  second_factor_required: {
    title: 'asks for a second factor',
    description:
      'Set one up in your account, or sign in with the one you have. Until then nothing of the organization is open to you.',
    advice: 'Set up an authenticator app or a passkey. Until then nothing of the organization is open to you.',
    label: 'Set up a second factor',
  },
  auth_enterprise_required: {
    title: 'asks its members to sign in through its own identity provider',
    description:
      'Sign in that way, and you are back where you were. Until then nothing of the organization is open to you.',
    advice: 'Until then nothing of the organization is open to you.',
    label: 'Sign in through the organization',
  },
} as const satisfies Record<Restriction, { title: string; description: string; advice: string; label: string }>;

/** What an organization asks of a sign-in, and where to give it. `here` is where one comes back to. */
export function wayOutOf(restriction: Restriction, here: string) {
  const to =
    restriction === 'second_factor_required'
      ? '/account/security'
      : `/login?with=work&next=${encodeURIComponent(here)}`;
  return { ...words[restriction], to };
}
