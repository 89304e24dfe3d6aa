import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Authentication, Clock, Database, Secrets, UserCaller } from '@portico/plugin-kit/backend';
import { issuePortAdmission, portSession, redeemPortTicket } from '../../store/port-admissions';
import type { PublishedAddress, PublishedPort } from '../../published-address';
import type { AllocationAccess, ReachableAllocation } from '../allocation-access';
import { STANDING_CHECK_SECONDS } from '../standing-check';
import type { Standing } from '../standing-check';
import { cookieOf, KEY_HEADER } from './forwarded-headers';
import { isOwnRequest } from './same-origin';

/** From entering to having to come through the portal again, a working day. It ends before with the sign-in session it came from. */
const SESSION_SECONDS_MAX = 12 * 60 * 60;
/** People whose right to be here was looked up a moment ago: a page is dozens of requests. */
const REMEMBERED_MAX = 10_000;

export interface AdmissionServices {
  readonly access: AllocationAccess;
  readonly address: PublishedAddress;
  readonly authentication: Authentication;
  readonly clock: Clock;
  readonly database: Database;
  readonly secrets: Secrets;
}

export interface Admitted {
  readonly caller: UserCaller;
  readonly allocation: ReachableAllocation;
}

export type Refusal = 'sign_in' | 'forbidden' | 'not_active' | 'foreign_request';

/** Who may look at a published port: whoever may open a terminal there, as long as they may. */
export interface PortAdmission {
  readonly cookieName: string;
  /** Changes a ticket into the value of a cookie, and how long it is good. Undefined for a ticket that is unknown, used, expired or for another port. */
  enter(published: PublishedPort, ticket: string): Promise<{ cookie: string; seconds: number } | undefined>;
  admit(request: IncomingMessage, published: PublishedPort, how: { isUpgrade: boolean }): Promise<Admitted | Refusal>;
  /** For what stays open. */
  standing(admitted: Admitted, published: PublishedPort): Promise<Standing>;
}

export function createPortAdmission(services: AdmissionServices): PortAdmission {
  const { access, address, authentication, clock, database, secrets } = services;
  // A name with `__Host-` is taken by browsers over TLS only, and then no other host can set it.
  const cookieName = address.isSecure ? '__Host-portico-port' : 'portico-port';
  const remembered = new Map<string, { until: number; answer: Promise<Admitted | Refusal> }>();

  async function judged(caller: UserCaller | null, published: PublishedPort): Promise<Admitted | Refusal> {
    if (caller === null) return 'sign_in';
    const allocation = await access.active(database.read, published.allocationId);
    if (allocation === undefined) return 'not_active';
    if (!access.mayConnect(caller, allocation)) return 'forbidden';
    return allocation.publishedPorts.some(({ port }) => port === published.port)
      ? { caller, allocation }
      : 'not_active';
  }

  async function byCookie(token: string, published: PublishedPort): Promise<Admitted | Refusal> {
    const grant = await portSession(database.read, secrets, { token, now: clock.now() });
    if (grant?.allocationId !== published.allocationId || grant.port !== published.port) return 'sign_in';
    const user = await authentication.callerFor(database.read, { userId: grant.userId, projectId: grant.projectId });
    return judged(user && (await authentication.revalidate({ ...user, sessionId: grant.sessionId })), published);
  }

  /** The portal's own way of reading a key, on a request that carries it where the portal expects it. */
  async function byKey(key: string, published: PublishedPort): Promise<Admitted | Refusal> {
    const asked = { method: 'GET', url: '/', headers: { authorization: key } } as IncomingMessage;
    const caller = await authentication.authenticate(asked, null).catch(() => null);
    if (caller?.kind !== 'user') return 'sign_in';
    // The key's own project may be another than the allocation's: what counts is the one asked about.
    const allocation = await access.active(database.read, published.allocationId);
    if (allocation === undefined || allocation.organizationId !== caller.organizationId) return 'not_active';
    const there = await authentication.authenticate(asked, allocation.projectId).catch(() => null);
    return judged(there?.kind === 'user' ? there : null, published);
  }

  function shortly(asker: string, answer: () => Promise<Admitted | Refusal>): Promise<Admitted | Refusal> {
    const now = clock.now();
    // Strangers choose how long it is, and a credential is nothing to keep.
    const key = createHash('sha256').update(asker).digest('base64');
    const known = remembered.get(key);
    if (known !== undefined && known.until > now) return known.answer;
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    const asked = answer();
    remembered.set(key, { until: now + STANDING_CHECK_SECONDS * 1000, answer: asked });
    asked.catch(() => remembered.delete(key));
    return asked;
  }

  return {
    cookieName,

    async enter(published, ticket) {
      return database.transaction(async tx => {
        const grant = await redeemPortTicket(tx, secrets, ticket);
        if (grant?.allocationId !== published.allocationId || grant.port !== published.port) return undefined;
        const allocation = await access.active(tx, published.allocationId);
        if (allocation === undefined) return undefined;
        // A policy of how long connections last is one of these too.
        const policy = await access.sessionSeconds(tx, allocation, grant.userId);
        const seconds = Math.min(SESSION_SECONDS_MAX, policy);
        const cookie = await issuePortAdmission(tx, secrets, {
          kind: 'session',
          grant,
          expiresAt: tx.now + seconds * 1000,
        });
        return { cookie, seconds };
      });
    },

    async admit(request, published, { isUpgrade }) {
      const key = request.headers[KEY_HEADER];
      const at = `${published.allocationId} ${published.port}`;
      if (typeof key === 'string') return shortly(`key ${at} ${key}`, () => byKey(key, published));
      const cookie = cookieOf(request.headers.cookie, cookieName);
      if (cookie === undefined || cookie === '') return 'sign_in';
      const origin = address.urlOf(published) ?? '';
      if (!isOwnRequest(request, { origin, isUpgrade })) return 'foreign_request';
      return shortly(`cookie ${at} ${cookie}`, () => byCookie(cookie, published));
    },

    async standing({ caller }, published) {
      const now = await authentication.revalidate(caller);
      if (now === null) return { stands: false, reason: 'signed_out' };
      const answer = await judged(now, published);
      if (typeof answer === 'object') return { stands: true };
      return { stands: false, reason: answer === 'forbidden' ? 'permission_denied' : 'not_active' };
    },
  };
}
