import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router-dom';
import { PageState } from '@portico/ui';
import { asksForWorkSignIn, openPageAt, pathAfterSignIn } from './open-pages';
import type { SessionState } from './session-provider';

/** Lets nobody past without a session, and nobody with one back to the sign-in page. */
export function SignInGate({ state, children }: { state: SessionState; children: ReactNode }) {
  const { pathname, search } = useLocation();
  const openPage = openPageAt(pathname);
  switch (state.kind) {
    case 'loading':
      return <PageState state={{ kind: 'loading', layout: 'text' }} />;
    case 'unreachable':
      return <PageState state={{ kind: 'error', failure: state.error, onRetry: state.retry }} />;
    case 'signed_out':
      if (openPage !== null) return <>{children}</>;
      return <Navigate to={`/login?next=${encodeURIComponent(pathname + search)}`} replace />;
    case 'signed_in':
      if (openPage?.leadsOn === true && !(state.session.restriction !== null && asksForWorkSignIn(search)))
        return <Navigate to={pathAfterSignIn(search)} replace />;
      return <>{children}</>;
  }
}
