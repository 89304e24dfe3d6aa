import { useState } from 'react';
import type { FormEvent } from 'react';
import { useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, CircleCheckIcon, CircleXIcon, LinkButton, Stack, TextField } from '@portico/ui';
import { PASSWORD_LENGTH_MAX } from '../../contract/limits';
import { useLinkToken } from './link-token';
import { PasswordAdvice } from './password-advice';
import { adviceOf } from './personal-sign-in';
import { SignInFrame, SignInOutcome } from './sign-in-frame';
import { resetPasswordPage } from './sign-in-pages';

/** Sets a new password with the token of a link. */
export function ResetPasswordPage() {
  const token = useLinkToken();
  const reset = useAction(resetPasswordPage, 'resetPassword', { invalidates: ['getMe'] });
  const [password, setPassword] = useState('');
  const [isEmpty, setEmpty] = useState(false);

  if (token === null || reset.error?.code === 'reset_link_invalid' || reset.error?.code === 'request_malformed') {
    return (
      <SignInOutcome
        title="This link does not work any more"
        icon={CircleXIcon}
        tone="failed"
        actions={
          <LinkButton to="/login/forgot" variant="primary" size="large" isFullWidth>
            Ask for a new link
          </LinkButton>
        }
      >
        <p>A link works once, within one hour, and a newer one ends those before. If you copied it, copy all of it.</p>
      </SignInOutcome>
    );
  }
  if (reset.isSuccess) {
    return (
      <SignInOutcome
        title="Your password is set"
        icon={CircleCheckIcon}
        tone="success"
        actions={
          <LinkButton to="/login?with=personal" variant="primary" size="large" isFullWidth>
            Sign in
          </LinkButton>
        }
      >
        <p>You were signed out everywhere. API keys go on working.</p>
      </SignInOutcome>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setEmpty(password === '');
    if (password !== '' && !reset.isPending) reset.mutate({ body: { token, password } });
  };
  const isWeak = reset.error?.code === 'password_too_weak';
  let problem: string | null = null;
  if (isEmpty) problem = 'Enter a new password.';
  else if (reset.error !== null && isWeak) problem = adviceOf(reset.error);
  return (
    <SignInFrame title="Set a new password">
      <h1 className="sign-in-title">Set a new password</h1>
      <form onSubmit={submit} noValidate aria-label="Set a new password">
        <Stack>
          <div className="sign-in-password">
            <TextField
              label="New password"
              name="password"
              type="password"
              value={password}
              onChange={setPassword}
              autoComplete="new-password"
              maxLength={PASSWORD_LENGTH_MAX}
              error={problem}
              autoFocus
            />
            <PasswordAdvice password={password} />
          </div>
          {reset.error !== null && !isWeak && <Banner tone="failed">{reset.error.message}</Banner>}
          <Button type="submit" variant="primary" size="large" isFullWidth isPending={reset.isPending}>
            Set password
          </Button>
          <p className="sign-in-lead">You are signed out everywhere; API keys go on working.</p>
        </Stack>
      </form>
    </SignInFrame>
  );
}
