import type { Actor, Audit, Transaction } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { auditedSession } from '../audited';
import type { SessionKeys } from '../authentication/session-keys';
import { accessExpiry, refreshExpiry, SESSION_KEPT_SECONDS } from '../domain/session';
import type { SessionKind } from '../domain/session';
import { newHandle, newToken } from '../domain/session-token';
import { deleteSessionsBefore, insertSession } from '../store/sessions';

/** Who signs in from where, as the request tells it. */
export interface SignInOrigin {
  readonly kind: SessionKind;
  readonly device: string | null;
  readonly address: string;
  readonly correlationId: string;
}

/** How the person proved who they are. */
export interface SignInProof {
  /** The identity provider that vouches for them; null: the portal's own form. */
  readonly provider: string | null;
  readonly hasSecondFactor: boolean;
}

export const PASSWORD_ALONE: SignInProof = { provider: null, hasSecondFactor: false };

export interface OpenedSession {
  readonly sessionId: string;
  readonly kind: SessionKind;
  /** Of a session by cookie: what the cookie carries. */
  readonly accessToken: string;
  readonly refreshToken: string | null;
}

export async function openSession(
  tx: Transaction,
  services: { keys: SessionKeys; audit: Audit },
  options: { userId: string; organizationId: string; origin: SignInOrigin; proof: SignInProof },
): Promise<OpenedSession> {
  const { userId, organizationId, origin, proof } = options;
  const { keys, audit } = services;
  const sessionId = newId('sess', tx.now);
  const handle = newHandle();
  const accessToken = newToken('access', handle);
  const refreshToken = origin.kind === 'token' ? newToken('refresh', handle) : null;
  // Each sign-in clears what is long over, so that a user's rows stay few without a job of their own.
  await deleteSessionsBefore(tx, { userId, lastUsedBefore: tx.now - SESSION_KEPT_SECONDS * 1000 });
  await insertSession(tx, {
    sessionId,
    userId,
    kind: origin.kind,
    handleHash: keys.ofHandle(handle),
    accessHash: keys.ofToken(accessToken),
    accessExpiresAt: accessExpiry(origin.kind, tx.now),
    refreshHash: refreshToken === null ? null : keys.ofToken(refreshToken),
    refreshExpiresAt: refreshToken === null ? null : refreshExpiry(tx.now),
    device: origin.device,
    address: origin.address,
    ...proof,
  });
  const actor: Actor = { type: 'user', id: userId, sessionId, address: origin.address };
  await audit.record(tx, {
    action: 'access.session.open',
    actor,
    organizationId,
    resource: auditedSession,
    targetId: sessionId,
    correlationId: origin.correlationId,
    after: {
      user_id: userId,
      kind: origin.kind,
      device: origin.device,
      address: origin.address,
      provider: proof.provider,
      second_factor: proof.hasSecondFactor,
    },
  });
  return { sessionId, kind: origin.kind, accessToken, refreshToken };
}
