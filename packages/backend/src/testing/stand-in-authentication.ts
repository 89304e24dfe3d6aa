import { createServiceFactory } from '@backstage/backend-plugin-api';
import { authenticationRef } from '@portico/plugin-kit/backend';
import type { Authentication, UserCaller } from '@portico/plugin-kit/backend';
import { common, newId } from '@portico/plugin-kit/contract';

/** The callers of tests that run without the access plugin: a token is whoever the test says it is. */
export class StandInCallers {
  readonly #callers = new Map<string, UserCaller>();

  /** A token for a new user of a new organization, unless said otherwise. */
  token(
    given: Partial<Omit<UserCaller, 'kind' | 'permissions' | 'organizationPermissions'>> & {
      permissions?: Iterable<string>;
      /** All of `permissions` when absent. */
      organizationPermissions?: Iterable<string>;
    },
  ): string {
    const token = newId('key');
    this.#callers.set(token, {
      kind: 'user',
      userId: newId('usr'),
      username: 'someone',
      sessionId: newId('sess'),
      organizationId: newId('org'),
      projectId: newId('proj'),
      departmentId: newId('dept'),
      isServiceAccount: false,
      onlyProjectId: null,
      freshUntil: Number.MAX_SAFE_INTEGER,
      restriction: null,
      ...given,
      permissions: new Set(given.permissions ?? []),
      organizationPermissions: new Set(given.organizationPermissions ?? given.permissions ?? []),
    });
    return token;
  }

  caller(token: string): UserCaller {
    const caller = this.#callers.get(token);
    if (!caller) throw new Error('no such token');
    return caller;
  }

  /** From now on the token is refused, and streams opened with it end. */
  revoke(token: string): void {
    this.#callers.delete(token);
  }

  readonly authentication: Authentication = {
    authenticate: async (request, projectId) => {
      const header = request.headers.authorization;
      if (header === undefined) return { kind: 'anonymous' };
      const caller = this.#callers.get(header.replace(/^Bearer /, ''));
      if (!caller) throw common.fail('authentication_required');
      if (projectId === null) return caller;
      const there = this.#sameSessionIn({ ...caller, projectId });
      if (there === null) throw common.fail('not_found');
      return there;
    },
    revalidate: async caller => this.#sameSessionIn(caller),
    callerFor: async (_queries, { userId, projectId }) => {
      const caller = [...this.#callers.values()].find(known => known.userId === userId);
      return caller ? { ...caller, sessionId: null, projectId } : null;
    },
  };

  #sameSessionIn({ sessionId, projectId }: UserCaller): UserCaller | null {
    const known = [...this.#callers.values()];
    return known.find(caller => caller.sessionId === sessionId && caller.projectId === projectId) ?? null;
  }

  readonly factory = createServiceFactory({ service: authenticationRef, deps: {}, factory: () => this.authentication });
}
