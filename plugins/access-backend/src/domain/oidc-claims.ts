import { mailAddressSchema } from '@portico/plugin-kit/contract';

/** What an identity provider says of a person, whatever was verified before: every claim may be missing or of another type. */
export type Claims = Readonly<Record<string, unknown>>;

export interface ClaimedPerson {
  readonly email: string | null;
  /** Whether the provider says that the address is the person's. How much that counts is another question. */
  readonly emailVerified: boolean;
  readonly displayName: string | null;
  readonly preferredUsername: string | null;
  readonly hasSecondFactor: boolean;
  /** Epoch milliseconds at which the person proved to the provider who they are; null when it does not say. */
  readonly authenticatedAt: number | null;
}

/** The same bounds as for what people type themselves: what no mail can be sent to is no address, whoever says that it is one. */
const EMAIL = new RegExp(mailAddressSchema.pattern, 'u');
const EMAIL_LENGTH_MAX = mailAddressSchema.maxLength;
const NAME_LENGTH_MAX = 80;

/** Methods that mean more than a password or a PIN was asked for (RFC 8176). */
const SECOND_FACTORS: ReadonlySet<unknown> = new Set([
  'face',
  'fpt',
  'hwk',
  'iris',
  'mfa',
  'otp',
  'retina',
  'sc',
  'sms',
  'swk',
  'vbm',
]);

export function claimedPerson(claims: Claims): ClaimedPerson {
  const email = text(claims.email);
  const isEmail = email !== null && email.length <= EMAIL_LENGTH_MAX && EMAIL.test(email);
  const fullName = [text(claims.given_name), text(claims.family_name)].filter(part => part !== null).join(' ');
  return {
    email: isEmail ? email : null,
    emailVerified: isEmail && claims.email_verified === true,
    displayName: oneLine(text(claims.name)) ?? oneLine(fullName),
    preferredUsername: text(claims.preferred_username),
    hasSecondFactor: Array.isArray(claims.amr) && claims.amr.some(method => SECOND_FACTORS.has(method)),
    authenticatedAt:
      typeof claims.auth_time === 'number' && Number.isSafeInteger(claims.auth_time) && claims.auth_time > 0
        ? claims.auth_time * 1000
        : null,
  };
}

/**
 * What the ID token says, and where it says nothing, what the provider tells on request. That an address is verified is said of the address beside it, never of one
 * from elsewhere.
 */
export function completedClaims(idToken: Claims, userInfo: Claims): Claims {
  const { email_verified, ...others } = userInfo;
  return { ...others, ...(Object.hasOwn(idToken, 'email') ? {} : { email_verified }), ...idToken };
}

/** Whether a claim is that value, or has it among its values. */
export function claimHas(claims: Claims, name: string, value: string): boolean {
  const claim = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return [claim]
    .flat()
    .some(one => (typeof one === 'boolean' || typeof one === 'number' ? String(one) : one) === value);
}

export interface MembershipRule {
  readonly claim: string;
  readonly value: string;
  /** Its slug or its id. */
  readonly organization: string;
  readonly role: string;
}

/** Organization → role, as the claims have it. Of several rules that match for one organization the first counts. */
export function claimedMemberships(rules: readonly MembershipRule[], claims: Claims): ReadonlyMap<string, string> {
  const roles = new Map<string, string>();
  for (const { claim, value, organization, role } of rules) {
    const name = organization.toLowerCase();
    if (!roles.has(name) && claimHas(claims, claim, value)) roles.set(name, role);
  }
  return roles;
}

function text(claim: unknown): string | null {
  return typeof claim === 'string' && claim.trim() !== '' ? claim.trim() : null;
}

function oneLine(name: string | null): string | null {
  const clean = (name ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return clean === '' ? null : [...clean].slice(0, NAME_LENGTH_MAX).join('').trim();
}
