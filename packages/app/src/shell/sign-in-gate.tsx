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
export function SignInGate({ state, children }: { state: SessionState; children: ReactNode }) {
  const location = useLocation();
  const atSignIn = location.pathname === '/login';
  switch (state.kind) {
    case 'loading':
      return <PageState state={{ kind: 'loading', layout: 'text' }} />;
    case 'unreachable':
      return <PageState state={{ kind: 'error', failure: state.error, onRetry: state.retry }} />;
    case 'signed_out':
      if (atSignIn) return <>{children}</>;
      return <Navigate to={`/login?next=${encodeURIComponent(location.pathname + location.search)}`} replace />;
    case 'signed_in':
      return atSignIn ? <Navigate to={pathAfterSignIn(location.search)} replace /> : <>{children}</>;
  }
}
