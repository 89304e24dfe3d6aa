import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router-dom';
import { PageState } from '@portico/ui';
import type { SessionState } from './session-provider';

/** Where to go after signing in travels in the address; only a path of this portal is ever followed. */
export function pathAfterSignIn(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : '/';
}

/** Lets nobody past without a session, and nobody with one back to the sign-in page. */
export function SignInGate(props: { state: SessionState; children: ReactNode }) {
  const location = useLocation();
  const atSignIn = location.pathname === '/login';
  const { state } = props;
  if (state.kind === 'loading') return <PageState kind="loading" />;
  if (state.kind === 'unreachable') return <PageState kind="error" title="The portal cannot be reached" message={state.error.message} onRetry={state.retry} />;
  if (state.kind === 'signed_out' && !atSignIn) {
    return <Navigate to={`/login?next=${encodeURIComponent(location.pathname + location.search)}`} replace />;
  }
  if (state.kind === 'signed_in' && atSignIn) return <Navigate to={pathAfterSignIn(location.search)} replace />;
  return <>{props.children}</>;
}
