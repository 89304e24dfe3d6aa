import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { CircleCheckIcon, CircleXIcon, ClockIcon, LinkButton, ProgressIcon } from '@portico/ui';
import { useNavigate } from 'react-router-dom';
import { SignInOutcome } from './sign-in-frame';
import { signInCallbackPage } from './sign-in-pages';

/** What the provider sent the browser back with. */
interface Answer {
  code: string | null;
  state: string | null;
  iss: string | null;
  error: string | null;
}

const SECURITY_PATH = '/account/security';

/** Where an identity provider sends people back to: its answer is exchanged for a session, or links an identity to the account. */
export function SignInCallbackPage() {
  const navigate = useNavigate();
  const [answer] = useState(readAnswer);
  const exchange = useAction(signInCallbackPage, 'exchangeOidc', { invalidates: ['getMe'] });
  const link = useAction(signInCallbackPage, 'linkIdentity', { invalidates: ['listIdentities'] });
  const isLinking = answer.state?.startsWith('link.') ?? false;
  const wasSent = useRef(false);
  useEffect(() => {
    // Once: the answer is good for one exchange. It is taken out of the address, so that it stays in no history.
    if (wasSent.current) return;
    wasSent.current = true;
    window.history.replaceState(window.history.state, '', window.location.pathname);
    const { code, state, iss } = answer;
    if (answer.error !== null || code === null || state === null) return;
    const body = { code, state, ...(iss === null ? {} : { iss }) };
    const leadOn = (to: string) => ({
      onSuccess: (reply: { return_to: string | null }) => navigate(pathOf(reply.return_to) ?? to, { replace: true }),
    });
    if (isLinking) link.mutate({ body }, leadOn(SECURITY_PATH));
    else exchange.mutate({ body: { ...body, session: 'cookie' } }, leadOn('/'));
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const back = isLinking
    ? { to: SECURITY_PATH, label: 'Back to your account' }
    : { to: '/login?with=work', label: 'Back to sign-in' };
  const actions = (
    <LinkButton to={back.to} variant="primary" size="large" isFullWidth>
      {back.label}
    </LinkButton>
  );
  if (answer.error !== null) {
    const isOwnWish = answer.error === 'access_denied';
    return (
      <SignInOutcome
        title={isOwnWish ? 'You did not sign in' : 'The provider refused'}
        icon={CircleXIcon}
        tone="failed"
        actions={actions}
      >
        <p>
          {isOwnWish
            ? 'Your identity provider says that the sign-in was cancelled, or that you may not use this portal. Nothing was changed.'
            : 'Your identity provider did not let the sign-in through. Try again; if it goes on, tell the administrator of this portal what it says here.'}
        </p>
        {!isOwnWish && <p className="pt-mono">{codeOf(answer.error)}</p>}
      </SignInOutcome>
    );
  }
  const error = isLinking ? link.error : exchange.error;
  if (answer.code === null || answer.state === null || error?.code === 'oidc_flow_invalid') {
    return (
      <SignInOutcome title="This sign-in has expired" icon={ClockIcon} tone="failed" actions={actions}>
        <p>
          A sign-in is finished within ten minutes, once, and in the browser that began it. Nothing was changed; begin
          again.
        </p>
      </SignInOutcome>
    );
  }
  if (error !== null) return <Refused error={error} isLinking={isLinking} actions={actions} />;
  if (exchange.isSuccess || link.isSuccess)
    return (
      <SignInOutcome
        title={isLinking ? 'The identity is linked' : `Signed in through ${exchange.data?.provider.label ?? 'work'}`}
        icon={CircleCheckIcon}
        tone="success"
      />
    );
  return (
    <SignInOutcome title={isLinking ? 'Linking…' : 'Signing you in…'} icon={ProgressIcon} tone="waiting">
      <p>Your identity provider has answered; this takes a moment.</p>
    </SignInOutcome>
  );
}

const titles: Readonly<Record<string, string>> = {
  oidc_account_unknown: 'There is no account for you yet',
  oidc_account_disabled: 'This account is disabled',
  identity_in_use: 'This identity is in use',
  step_up_required: 'The identity was not linked',
};

function Refused({ error, isLinking, actions }: { error: ApiError; isLinking: boolean; actions: ReactNode }) {
  return (
    <SignInOutcome
      title={titles[error.code] ?? (isLinking ? 'The identity was not linked' : 'You could not be signed in')}
      icon={CircleXIcon}
      tone="failed"
      actions={actions}
    >
      <p>{error.message}</p>
      {error.correlationId !== undefined && <p className="pt-mono">{error.correlationId}</p>}
    </SignInOutcome>
  );
}

function readAnswer(): Answer {
  const query = new URLSearchParams(window.location.search);
  return { code: query.get('code'), state: query.get('state'), iss: query.get('iss'), error: query.get('error') };
}

/** Anybody can write such an address, so nothing of it is shown that is not one word. */
function codeOf(error: string): string {
  return /^[a-z_]{1,40}$/.test(error) ? error : 'unknown_error';
}

/** The portal checked it at the beginning; it is followed as a path of this portal only. */
function pathOf(returnTo: string | null): string | null {
  if (returnTo === null || !returnTo.startsWith('/')) return null;
  const url = URL.parse(returnTo, window.location.origin);
  return url?.origin === window.location.origin ? url.pathname + url.search + url.hash : null;
}
