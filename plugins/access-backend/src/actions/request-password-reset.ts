import { PASSWORD_RESET_SECONDS } from '@portico/plugin-access/contract';
import type { DomainEvent, Transaction } from '@portico/plugin-kit/backend';
import { mailAddressSchema, newId } from '@portico/plugin-kit/contract';
import { auditedLink } from '../audited';
import { passwordResetMail } from '../domain/account-mail';
import { canonicalUsername } from '../domain/username';
import type { AccessServices } from '../services';
import { profileByUsername, profileByVerifiedEmail, profileForChange } from '../store/profiles';
import type { Profile } from '../store/profiles';
import { sendLink } from './send-link';

const ADDRESS = new RegExp(mailAddressSchema.pattern, 'u');

export const RESET_REQUESTED = 'access.password_reset_requested';

/**
 * Only writes down that somebody asked: the same row for every name, so that neither the answer nor its time tells whether there is such an account. What follows
 * from it is done when the request is long answered.
 */
export async function requestPasswordReset(
  tx: Transaction,
  services: Pick<AccessServices, 'outbox' | 'accountKeys'>,
  request: { login: string; correlationId: string },
): Promise<void> {
  await services.outbox.append(tx, {
    eventType: RESET_REQUESTED,
    correlationId: request.correlationId,
    organizationId: null,
    resource: { type: 'password_reset', id: newId('mail', tx.now) },
    payload: { login_sealed: services.accountKeys.sealLogin(request.login) },
  });
}

/** Sends the link, where there is an account to send it for and a mailbox that is known to be its owner's. */
export async function answerPasswordReset(
  tx: Transaction,
  services: Pick<AccessServices, 'audit' | 'accountKeys' | 'mail' | 'title' | 'publicUrl'>,
  event: DomainEvent,
): Promise<void> {
  const { correlationId } = event;
  const login = services.accountKeys.openLogin(String(event.payload['login_sealed']));
  const found = await profileOfLogin(tx, login.trim());
  const profile = found && (await profileForChange(tx, found.userId));
  if (!profile || !mayReset(profile)) return;
  const { userId, username, email } = profile;
  const isSent = await sendLink(tx, services, {
    userId,
    purpose: 'reset_password',
    email,
    seconds: PASSWORD_RESET_SECONDS,
    correlationId,
    write: token => passwordResetMail(services, { username, token }),
  });
  if (!isSent) return;
  await services.audit.record(tx, {
    action: 'access.password.reset_request',
    actor: { type: 'system', id: 'access' },
    organizationId: profile.organizationId,
    resource: auditedLink,
    targetId: userId,
    correlationId,
    after: { purpose: 'reset_password', email },
  });
}

function profileOfLogin(tx: Transaction, login: string): Promise<Profile | undefined> {
  // What is no address is not looked for: there is text no database takes, and a request that cannot be dealt with would keep others waiting.
  if (ADDRESS.test(login)) return profileByVerifiedEmail(tx, login);
  const username = canonicalUsername(login);
  return username === null ? Promise.resolve(undefined) : profileByUsername(tx, username);
}

/**
 * An address nobody confirmed may be a stranger's by a slip of the finger. An account without a password signs in through an identity provider, which could be got
 * around by giving it one.
 */
function mayReset(profile: Profile): profile is Profile & { readonly email: string } {
  const { status, kind, email, emailVerifiedAt, passwordHash } = profile;
  return (
    status === 'active' && kind === 'person' && email !== null && emailVerifiedAt !== null && passwordHash !== null
  );
}
