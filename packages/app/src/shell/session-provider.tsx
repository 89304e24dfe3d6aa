import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { IdentityApi } from '@backstage/frontend-plugin-api';
import { getMe, signOut } from '@portico/plugin-access/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { ApiError, apiClientRef, liveEventsRef, SessionContext } from '@portico/plugin-kit/ui';
import type { Session } from '@portico/plugin-kit/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { requestState } from './request-state';

type Me = ReplyOf<typeof getMe>;

/** The framework's identity is a proxy that waits until it is given its target. */
type IdentityProxy = IdentityApi & { setTarget(identity: IdentityApi, options: { signOutTargetUrl: string }): void };

const PROJECT_KEY = 'portico.project';
const SESSION_CHANNEL = 'portico-session';
export const meQueryKey = ['getMe'] as const;

function rememberedProject(me: Me): string {
  const remembered = sessionStorage.getItem(PROJECT_KEY);
  const known = me.projects.some(project => project.project_id === remembered);
  return known && remembered !== null ? remembered : me.default_project.project_id;
}

/** Tabs share one session: when one of them signs in or out, the others ask again who is there. */
function useOtherTabs(onChange: () => void): () => void {
  const channel = useRef<BroadcastChannel | null>(null);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    const opened = new BroadcastChannel(SESSION_CHANNEL);
    opened.onmessage = () => latest.current();
    channel.current = opened;
    return () => opened.close();
  }, []);
  return useCallback(() => channel.current?.postMessage('changed'), []);
}

/** What is known of the session: nothing yet, nobody, somebody, or that the portal could not be asked. */
export type SessionState =
  | { kind: 'loading' }
  | { kind: 'signed_out' }
  | { kind: 'unreachable'; error: ApiError; retry: () => void }
  | { kind: 'signed_in'; session: Session };

/** Asks who is signed in, tells the client what to send, and provides the session to pages. */
export function SessionProvider(props: { children: (state: SessionState) => ReactNode }) {
  const client = useApi(apiClientRef);
  const live = useApi(liveEventsRef) as ReturnType<typeof import('@portico/plugin-kit/ui').createLiveEvents>;
  const identity = useApi(identityApiRef) as IdentityProxy;
  const queries = useQueryClient();
  const [chosenProject, setChosenProject] = useState<string | null>(null);

  const me = useQuery<Me | null, ApiError>({
    queryKey: meQueryKey,
    queryFn: async ({ signal }) => {
      try {
        return await client.call(getMe, {}, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    retry: false,
  });

  const end = useCallback(() => {
    requestState.set({ csrfToken: null, projectId: null });
    queries.setQueryData(meQueryKey, null);
    // What was read belongs to who read it. The question who is signed in stays: this component watches its answer.
    queries.removeQueries({ predicate: query => query.queryKey[0] !== meQueryKey[0] });
  }, [queries]);
  useEffect(() => requestState.whenSignedOut(end), [end]);
  const announce = useOtherTabs(() => void queries.invalidateQueries({ queryKey: meQueryKey }));

  const data = me.data;
  const session = useMemo<Session | null>(() => {
    if (data === undefined || data === null) return null;
    const projectId =
      chosenProject !== null && data.projects.some(project => project.project_id === chosenProject)
        ? chosenProject
        : rememberedProject(data);
    // Before any page reads: the first request of a page must carry project and CSRF token already.
    requestState.set({ csrfToken: data.csrf_token ?? null, projectId });
    return {
      user: { userId: data.user.user_id, username: data.user.username, displayName: data.user.display_name },
      organization: { organizationId: data.organization.organization_id, name: data.organization.name },
      projects: data.projects.map(project => ({ projectId: project.project_id, name: project.name })),
      projectId,
      permissions: new Set(data.permissions),
      restriction: data.restriction,
      selectProject(next) {
        sessionStorage.setItem(PROJECT_KEY, next);
        setChosenProject(next);
      },
      async signOut() {
        await client.call(signOut, {}).catch((error: unknown) => {
          // Whoever cannot be reached cannot end the session; one that is over already needs no ending.
          if (!(error instanceof ApiError && error.status === 401)) throw error;
        });
        end();
        announce();
      },
    };
  }, [data, chosenProject, client, end, announce]);

  const userId = session?.user.userId ?? null;
  const wasNobody = useRef(false);
  useEffect(() => {
    if (userId !== null && wasNobody.current) announce();
    wasNobody.current = data === null;
  }, [userId, data, announce]);
  useEffect(() => {
    if (session === null) return undefined;
    identity.setTarget(
      {
        getBackstageIdentity: async () => ({
          type: 'user',
          userEntityRef: `user:default/${session.user.username}`,
          ownershipEntityRefs: [],
        }),
        getCredentials: async () => ({}),
        getProfileInfo: async () => ({ displayName: session.user.displayName }),
        signOut: session.signOut,
      },
      { signOutTargetUrl: '/login' },
    );
    return live.start();
    // One stream and one identity for as long as the same person is signed in.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [userId]);

  let state: SessionState;
  if (session !== null) state = { kind: 'signed_in', session };
  else if (data === null) state = { kind: 'signed_out' };
  else if (me.error !== null) state = { kind: 'unreachable', error: me.error, retry: () => void me.refetch() };
  else state = { kind: 'loading' };
  return <SessionContext.Provider value={session}>{props.children(state)}</SessionContext.Provider>;
}
