import { createServiceRef } from '@backstage/backend-plugin-api';
import type { IncomingMessage } from 'node:http';
import { common } from '../contract';
import type { Queries } from './database';

/** Who is asking. Made by the authentication service alone; permissions are read anew for every request. */
export type Caller = AnonymousCaller | UserCaller;

export interface AnonymousCaller {
  readonly kind: 'anonymous';
}

export interface UserCaller {
  readonly kind: 'user';
  readonly userId: string;
  readonly username: string;
  /** A person, or an account made for programs: nobody can be asked anything there. */
  readonly isServiceAccount: boolean;
  /**
   * What the request was made with and ends with: the sign-in session, or the secret of an API key. Null where the user is acted for without
   * one (an SSH key).
   */
  readonly sessionId: string | null;
  /** Present under an API key, which may do less than its user. */
  readonly apiKey?: { readonly keyId: string };
  readonly organizationId: string;
  /** The active project: the one the request names, else the caller's default; always one of the organization the caller may see. */
  readonly projectId: string;
  readonly departmentId: string;
  /** Granted in this organization and project, platform permissions included. */
  readonly permissions: ReadonlySet<string>;
  /** Those of `permissions` that hold in every project of the organization; the others come from a role in the active project and end with it. */
  readonly organizationPermissions: ReadonlySet<string>;
  /** The one project everything asked for must lie in: of a key bound to one, or the active one for what is held in it alone. Null: none. */
  readonly onlyProjectId: string | null;
  /** Epoch milliseconds until which the person counts as having just proved who they are; null where nobody can be asked to. */
  readonly freshUntil: number | null;
  /** What the organization demands of a sign-in and this one lacks: until then only what is the person's own account is open. */
  readonly restriction: 'second_factor_required' | 'auth_enterprise_required' | null;
  /** Present while a support agent looks into an organization they are no member of. */
  readonly support?: { readonly supportSessionId: string };
}

/** The caller as one permission makes them: what is held through a role in one project reaches nothing outside it. */
export function callerWithin(caller: UserCaller, permission: string): UserCaller {
  if (caller.onlyProjectId !== null || caller.organizationPermissions.has(permission)) return caller;
  return { ...caller, onlyProjectId: caller.projectId };
}

/** Whether what belongs to this organization and project is there for the caller: if not, the answer is `not_found`. */
export function isInReach(
  caller: UserCaller,
  owner: { readonly organizationId: string | null; readonly projectId: string | null },
): boolean {
  const { organizationId, onlyProjectId } = caller;
  return owner.organizationId === organizationId && (onlyProjectId === null || owner.projectId === onlyProjectId);
}

/** The project a list is narrowed to: the one asked for, else the only one in reach. Throws `not_found` when those are two. */
export function projectInReach(caller: UserCaller, asked?: string): string | undefined {
  const only = caller.onlyProjectId ?? undefined;
  if (only !== undefined && asked !== undefined && asked !== only) throw common.fail('not_found');
  return asked ?? only;
}

/** Implemented by the access plugin. */
export interface Authentication {
  /**
   * Reads bearer token or cookie (with CSRF check for unsafe methods); throws `authentication_required` on a credential that is no longer good, and
   * `not_found` when the project that shall be active is not there for the caller. Null: the caller's default project.
   */
  authenticate(request: IncomingMessage, projectId: string | null): Promise<Caller>;
  /** The same caller as of now, or null when session or user has ended: long-lived streams ask every few seconds. */
  revalidate(caller: UserCaller): Promise<UserCaller | null>;
  /** The caller a user would be, for gateways that know the user by a key of theirs. Null when disabled. */
  callerFor(queries: Queries, options: { userId: string; projectId: string }): Promise<UserCaller | null>;
}

export const authenticationRef = createServiceRef<Authentication>({ id: 'portico.authentication', scope: 'root' });

/** Decides, from data. Denied unless a permission the caller holds says otherwise. */
export interface Authorization {
  /** Throws `authentication_required` or `permission_denied` (details: `permission`, `sentence`). */
  require(caller: Caller, permission: string): asserts caller is UserCaller;
  allows(caller: Caller, permission: string): boolean;
  /** All known permissions with their sentences. */
  readonly permissions: ReadonlyMap<string, string>;
}

export const authorizationRef = createServiceRef<Authorization>({ id: 'portico.authorization', scope: 'root' });

/** What stands in audit rows, tasks and ledger entries as the one who did it. Whoever has a user id is found by it: a person, their key, support. */
export type Actor =
  | PersonalActor
  /** A task may say for whom it works. */
  | { readonly type: 'task'; readonly id: string; readonly forUserId?: string }
  | { readonly type: 'system'; readonly id: string };

/** A user, and how they came: `id` is theirs, `sessionId` the sign-in session or the secret of the key. */
export type PersonalActor = {
  readonly id: string;
  readonly sessionId: string | null;
  readonly address: string | null;
} & (
  | { readonly type: 'user' }
  /** A program of theirs. */
  | { readonly type: 'api_key'; readonly keyId: string }
  /** `id` is the account's own. */
  | { readonly type: 'service_account'; readonly keyId: string | null }
  /** Somebody who looks into an organization they do not belong to. */
  | { readonly type: 'support'; readonly supportSessionId: string; readonly organizationId: string }
);

/** All an action needs to know of the request that caused it. */
export interface RequestContext {
  readonly caller: UserCaller;
  readonly actor: Actor;
  readonly correlationId: string;
}
