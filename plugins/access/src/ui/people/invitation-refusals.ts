interface Refusal {
  readonly title: string;
  /** What to do. */
  readonly then: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  invitation_unknown: {
    title: 'No invitation is known by this link',
    then: 'A link that was copied may lack its end: copy all of it. A newer link ends those before. Otherwise ask whoever invited you for a new one.',
  },
  request_malformed: {
    title: 'No invitation is known by this link',
    then: 'A link that was copied may lack its end: copy all of it.',
  },
  invitation_used: {
    title: 'This invitation was accepted already',
    then: 'Each is good once. If it was you, sign in: the organization is in the menu of your account. If it was not, tell whoever invited you, and ask for a new one.',
  },
  invitation_expired: {
    title: 'This invitation has expired',
    then: 'Ask whoever invited you for a new link; it takes them a moment.',
  },
  invitation_revoked: {
    title: 'This invitation was taken back',
    then: 'Somebody of the organization revoked it. Ask whoever invited you.',
  },
  invitation_void: {
    title: 'This invitation no longer holds',
    then: 'Whoever invited you may no longer do so. Ask somebody else of the organization for a new one.',
  },
  invitation_for_another: {
    title: 'This invitation is for another address',
    then: 'Use the account that has confirmed that address, or confirm it for this one in your account.',
  },
  invitation_already_member: {
    title: 'You belong to this organization already',
    then: 'Choose it in the menu of your account, or at the top of every page.',
  },
};

/** What to tell somebody whose invitation was refused; null for refusals that are not about the invitation. */
export function refusedInvitation(code: string): Refusal | null {
  return refusals[code] ?? null;
}
