import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { IdentityApi } from '@backstage/frontend-plugin-api';
import { getMe, getOidcLogoutUrl, signOut } from '@portico/plugin-access/contract';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { ApiError, apiClientRef, liveEventsRef, SessionContext } from '@portico/plugin-kit/ui';
import type { createLiveEvents, Session } from '@portico/plugin-kit/ui';
import { showToast } from '@portico/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { requestState } from './request-state';
import { useOtherTabs } from './other-tabs';
import { sessionOf } from './session-of';
import { useArrival } from './use-arrival';
import { whereOneWent } from './where-one-went';

type Me = ReplyOf<typeof getMe>;

/** The framework's identity is a proxy that waits until it is given its target. */
type IdentityProxy = IdentityApi & { setTarget(identity: IdentityApi, options: { signOutTargetUrl: string }): void };

const PROJECT_KEY = 'portico.project';
const ME = 'getMe';
/** Keyed by the project that was asked for; null before any was. */
const meKey = (projectId: string | null) => [ME, projectId] as const;
/** Refusals come in bursts; one question for all of a burst. */
const DOUBT_MILLISECONDS = 300;

/** What is known of the session: nothing yet, nobody, somebody, or that the portal could not be asked. */
export type SessionState =
  | { kind: 'loading' }
  | { kind: 'signed_out' }
  | { kind: 'unreachable'; error: ApiError; retry: () => void }
  | { kind: 'signed_in'; session: Session };

/**
 * Asks who is signed in and what they may do where this tab works, tells the client what to send, and provides the session to pages. Each tab
 * keeps its own project: what another tab switches to, or makes the default, changes nothing here.
 */
export function SessionProvider(props: { children: (state: SessionState) => ReactNode }) {
  const client = useApi(apiClientRef);
  const live = useApi(liveEventsRef) as ReturnType<typeof createLiveEvents>;
  const identity = useApi(identityApiRef) as IdentityProxy;
  const queries = useQueryClient();
  const [wanted, setWanted] = useState(() => sessionStorage.getItem(PROJECT_KEY));

  /** What was switched to by hand: the other tabs are told of that alone, since what was lost is lost for all of them. */
  const chosen = useRef<string | null>(null);

  const askFor = useCallback(
    (projectId: string | null) => ({
      queryKey: meKey(projectId),
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Me | null> => {
        try {
          return await client.call(getMe, {}, { signal, projectId });
        } catch (error) {
          if (error instanceof ApiError && error.status === 401) return null;
          throw error;
        }
      },
      retry: false,
    }),
    [client],
  );
  const me = useQuery<Me | null, ApiError>(askFor(wanted));
  const data = me.data;

  const keep = useCallback((projectId: string) => {
    sessionStorage.setItem(PROJECT_KEY, projectId);
    setWanted(projectId);
  }, []);
  const askAgain = useCallback(() => void queries.invalidateQueries({ queryKey: [ME] }), [queries]);

  const end = useCallback(() => {
    requestState.set({ csrfToken: null, projectId: null });
    queries.setQueriesData({ queryKey: [ME] }, null);
    // What was read belongs to who read it. The question who is signed in stays: this component watches its answer.
    queries.removeQueries({ predicate: query => query.queryKey[0] !== ME });
  }, [queries]);
  useEffect(() => requestState.whenSignedOut(end), [end]);

  const session = useMemo<Session | null>(() => {
    if (data === undefined || data === null) return null;
    // Before any page reads: the first request of a page must carry project and CSRF token already.
    requestState.set({ csrfToken: data.csrf_token ?? null, projectId: data.active_project_id });
    return {
      ...sessionOf(data),
      async selectProject(next) {
        if (next === data.active_project_id) return;
        try {
          const there = await queries.fetchQuery<Me | null, ApiError>({ ...askFor(next), staleTime: 0 });
          if (there === null) return;
          if (there.active_project_id === next) {
            chosen.current = next;
            keep(next);
          } else
            showToast({ tone: 'failed', title: 'That project cannot be reached any more. You are where you were.' });
        } catch {
          showToast({ tone: 'failed', title: 'The portal cannot be reached. You are where you were; try again.' });
        }
      },
      async signOut() {
        // Asked while there is a session to ask with. A provider that does not answer keeps nobody from signing out here.
        const provider = await client.call(getOidcLogoutUrl, {}).catch(() => null);
        await client.call(signOut, {}).catch((error: unknown) => {
          // Whoever cannot be reached cannot end the session; one that is over already needs no ending.
          if (!(error instanceof ApiError && error.status === 401)) throw error;
        });
        end();
        tabs.announceSession();
        // The provider ends its own session too, or the next press of its button would sign in again unasked; it leads back to the sign-in page.
        if (provider?.end_session_url) window.location.assign(provider.end_session_url);
      },
    };
    // `tabs` is made below and never changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [data, client, queries, askFor, keep, end]);

  const tabs = useOtherTabs(session, askAgain);
  const announceChoice = useCallback(
    (there: Session) => {
      if (there.projectId === chosen.current) tabs.announceProject(there);
    },
    [tabs],
  );
  useArrival(session, announceChoice);

  // The project asked for is gone, or none was asked for yet: this tab works in the one that was answered from now on.
  const before = useRef<Session | null>(null);
  useEffect(() => {
    const last = before.current;
    before.current = session;
    if (session === null || session.projectId === wanted) return;
    queries.setQueryData(meKey(session.projectId), data);
    keep(session.projectId);
    if (last?.user.userId === session.user.userId && last.projectId === wanted) showToast(whereOneWent(last, session));
  }, [session, wanted, data, queries, keep]);

  // What was refused may be refused because the project is gone or a role was taken; events tell of both, but not everybody may hear them.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const doubt = () => {
      clearTimeout(timer);
      timer = setTimeout(askAgain, DOUBT_MILLISECONDS);
    };
    requestState.whenRefused(doubt);
    const unsubscribe = live.subscribe(message => {
      if (message.kind === 'reset' || message.event.event_type.startsWith('access.')) doubt();
    });
    return () => {
      clearTimeout(timer);
      requestState.whenRefused(() => undefined);
      unsubscribe();
    };
  }, [live, askAgain]);

  const userId = session?.user.userId ?? null;
  const projectId = session?.projectId ?? null;
  const restriction = session?.restriction ?? null;
  const last = useRef<{ userId: string | null; restriction: string | null } | null>(null);
  useEffect(() => {
    if (data === undefined) return;
    const was = last.current;
    last.current = { userId, restriction };
    if (was === null || userId === null) return;
    if (was.userId !== userId) tabs.announceSession();
    // Signed in anew without signing out: what somebody else read is theirs, and what was refused is open now.
    if (was.userId !== null && (was.userId !== userId || was.restriction !== restriction))
      void queries.resetQueries({ predicate: query => query.queryKey[0] !== ME });
  }, [userId, restriction, data, tabs, queries]);
  useEffect(() => {
    if (session === null) return;
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
    // One identity for as long as the same person is signed in.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [userId]);
  const mayListen = session !== null && session.restriction === null && session.permissions.has('events.stream.read');
  useEffect(
    () => (userId !== null && projectId !== null && mayListen ? live.start(projectId) : undefined),
    [live, userId, projectId, mayListen],
  );

  let state: SessionState;
  if (session !== null) state = { kind: 'signed_in', session };
  else if (data === null) state = { kind: 'signed_out' };
  else if (me.error !== null) state = { kind: 'unreachable', error: me.error, retry: () => void me.refetch() };
  else state = { kind: 'loading' };
  return <SessionContext.Provider value={session}>{props.children(state)}</SessionContext.Provider>;
}
