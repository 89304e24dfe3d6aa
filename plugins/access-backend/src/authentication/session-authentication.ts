import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Audit, Authentication, Caller, Clock, Database, Queries, UserCaller } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';
import type { IncomingMessage } from 'node:http';
import { isApiKey, secretIdentityOf } from '../domain/api-key';
import { COOKIE_OVERLAP_SECONDS, presentedSecret, TOUCH_SECONDS } from '../domain/session';
import { handleOf } from '../domain/session-token';
import { callerRowsByHandle, callerRowsBySession, callerRowsByUser } from '../store/callers';
import type { CallerRow } from '../store/callers';
import { endSession } from '../actions/end-session';
import { touchSession } from '../store/sessions';
import { ApiKeyAuthentication } from './api-key-authentication';
import { callerOfRows } from './caller-of-rows';
import { isSafe, isSameOrigin } from './cross-site';
import type { SessionCookie } from './session-cookie';
import type { SessionKeys } from './session-keys';

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly keys: SessionKeys;
  readonly cookie: SessionCookie;
  readonly publicUrl: string;
  /** How long a proof of identity counts. */
  readonly proofSeconds: number;
  readonly logger: LoggerService;
}

interface Credential {
  readonly kind: 'token' | 'cookie';
  readonly token: string;
}

/** Who asks, by one statement per request. Nothing is cached: a session that ended is refused by the next request on every replica. */
export class SessionAuthentication implements Authentication {
  readonly #apiKeys: ApiKeyAuthentication;

  constructor(private readonly parts: Parts) {
    this.#apiKeys = new ApiKeyAuthentication(parts);
  }

  async authenticate(request: IncomingMessage, projectId: string | null): Promise<Caller> {
    const credential = this.#credentialOf(request);
    if (credential === null) return { kind: 'anonymous' };
    if (credential.kind === 'token' && isApiKey(credential.token))
      return this.#apiKeys.authenticate(credential.token, projectId);

    const { keys, database, clock } = this.parts;
    const handle = handleOf('access', credential.token);
    if (handle === null) throw common.fail('authentication_required');
    const rows = await callerRowsByHandle(database.read, {
      handleHash: keys.ofHandle(handle),
      projectId,
      now: clock.now(),
    });
    const row = rows[0];
    if (!row || row.session_id === null || row.kind !== credential.kind) throw common.fail('authentication_required');
    await this.#checkSecret(row, credential.token);
    if (row.kind === 'cookie' && !isSafe(request.method)) this.#checkCrossSite(request, row.session_id);
    const caller = callerOfRows(rows, this.parts.proofSeconds);
    if (caller === null) throw common.fail('not_found');
    return caller;
  }

  async revalidate(caller: UserCaller): Promise<UserCaller | null> {
    const { read } = this.parts.database;
    const now = this.parts.clock.now();
    if (caller.sessionId === null) return this.callerFor(read, caller);
    const secret = secretIdentityOf(caller.sessionId);
    if (secret !== null) return this.#apiKeys.revalidate(secret, caller.projectId);
    const rows = await callerRowsBySession(read, {
      sessionId: caller.sessionId,
      projectId: caller.projectId,
      now,
    });
    const row = rows[0];
    // The session's own end counts here, not that of the short access token a stream was opened with.
    const end = row?.kind === 'token' ? row.refresh_expires_at : row?.access_expires_at;
    return (end ?? 0) > now ? callerOfRows(rows, this.parts.proofSeconds) : null;
  }

  async callerFor(queries: Queries, options: { userId: string; projectId: string }): Promise<UserCaller | null> {
    return callerOfRows(await callerRowsByUser(queries, options), this.parts.proofSeconds);
  }

  #credentialOf({ headers }: IncomingMessage): Credential | null {
    if (headers.authorization !== undefined) {
      const token = /^Bearer +(\S+)$/i.exec(headers.authorization)?.[1];
      if (token === undefined) throw common.fail('authentication_required');
      return { kind: 'token', token };
    }
    const token = this.parts.cookie.read(headers);
    return token === null ? null : { kind: 'cookie', token };
  }

  async #checkSecret(row: CallerRow, token: string): Promise<void> {
    const now = this.parts.clock.now();
    const session = {
      kind: row.kind ?? 'token',
      accessHash: row.access_hash,
      accessExpiresAt: row.access_expires_at,
      previousAccessHash: row.previous_access_hash,
      previousAccessExpiresAt: row.previous_access_expires_at,
    };
    const presented = presentedSecret(session, { hash: this.parts.keys.ofToken(token), now });
    if (presented === 'reused') await this.#endReused(row);
    if (presented === 'reused' || presented === 'expired') throw common.fail('authentication_required');

    const overlapEnd = now + COOKIE_OVERLAP_SECONDS * 1000;
    const confirms =
      session.kind === 'cookie' && presented === 'current' && (session.previousAccessExpiresAt ?? 0) > overlapEnd;
    if (!confirms && row.last_used_at > now - TOUCH_SECONDS * 1000) return;
    await this.#touch(row, confirms ? overlapEnd : session.previousAccessExpiresAt);
  }

  #checkCrossSite(request: IncomingMessage, sessionId: string): void {
    const { keys, publicUrl } = this.parts;
    if (!isSameOrigin(request.headers, publicUrl) || !keys.isCsrfToken(sessionId, request.headers['x-csrf-token'])) {
      throw common.fail('csrf_token_invalid');
    }
  }

  async #endReused(row: CallerRow): Promise<void> {
    const { database, audit } = this.parts;
    const sessionId = row.session_id ?? '';
    await database.transaction(tx =>
      endSession(tx, audit, {
        sessionId,
        userId: row.user_id,
        organizationId: row.organization_id,
        reason: 'reused',
        actor: { type: 'system', id: 'access' },
        correlationId: newId('corr', tx.now),
      }),
    );
  }

  /** Being seen is noted for people; a disk that is full must not keep anyone from reading. */
  async #touch(row: CallerRow, previousAccessExpiresAt: number | null): Promise<void> {
    const session = {
      sessionId: row.session_id ?? '',
      userId: row.user_id,
      accessHash: row.access_hash,
      previousAccessExpiresAt,
    };
    try {
      await this.parts.database.transaction(tx => touchSession(tx, session));
    } catch (error) {
      this.parts.logger.warn('could not note that a session was used', { error: String(error) });
    }
  }
}
