import { randomBytes } from 'node:crypto';

/** Bytes: as much as nobody guesses, whatever they may try. */
const TOKEN_BYTES = 32;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

export type InvitationStatus = 'open' | 'accepted' | 'revoked' | 'expired';

/** An invitation is open until it is accepted, revoked or its time is over, whichever comes first; none of these is undone but the last, by a new link. */
export function invitationStatus(
  invitation: { acceptedAt: number | null; revokedAt: number | null; expiresAt: number },
  now: number,
): InvitationStatus {
  if (invitation.acceptedAt !== null) return 'accepted';
  if (invitation.revokedAt !== null) return 'revoked';
  return invitation.expiresAt <= now ? 'expired' : 'open';
}

export function invitationExpiry(days: number, now: number): number {
  return now + days * DAY_MILLISECONDS;
}

export function newInvitationToken(): string {
  return `inv_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

/** What comes after the `#` stays in the browser: it is in no log of a server or proxy. */
export function invitationLink(publicUrl: string, token: string): string {
  return `${publicUrl.replace(/\/$/, '')}/invitations#${token}`;
}

/**
 * Whether two addresses are one. Case is folded for ASCII alone: other letters fold onto ASCII ones (the Kelvin sign onto k), and an address that only
 * resembles another belongs to somebody else.
 */
export function isSameAddress(one: string, other: string): boolean {
  return foldedAddress(one) === foldedAddress(other);
}

function foldedAddress(address: string): string {
  return address.replaceAll(/[A-Z]/g, letter => letter.toLowerCase());
}

/** Enough to recognise one’s own address by, and too little to learn somebody else’s. */
export function addressHint(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}…${address.slice(at)}`;
}
