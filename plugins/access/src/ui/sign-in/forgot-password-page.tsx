import { useState } from 'react';
import type { FormEvent } from 'react';
import { useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, formatDuration, LinkButton, Stack, TextField } from '@portico/ui';
import { Link } from 'react-router-dom';
import { LOGIN_LENGTH_MAX } from '../../contract/limits';
import { SignInFrame } from './sign-in-frame';
import { forgotPasswordPage } from './sign-in-pages';

/** Asks for a link to set a new password. Says the same whoever asks, for whichever account. */
export function ForgotPasswordPage() {
  const ask = useAction(forgotPasswordPage, 'requestPasswordReset');
  const [login, setLogin] = useState('');
  const [wasTried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (login.trim() !== '' && !ask.isPending) ask.mutate({ body: { login: login.trim() } });
  };
  if (ask.isSuccess) {
    return (
      <SignInFrame title="Look at your mail">
        <div className="sign-in-outcome" role="status">
          <h1 className="sign-in-title">Look at your mail</h1>
          <div className="sign-in-outcome-text">
            <p>
              If there is such an account and it has a confirmed e-mail address, a link to set a new password is on its
              way there. It is valid for one hour.
            </p>
            <p>
              Nothing came? Look among the unwanted mail. Without a confirmed address no link can be sent: ask the
              administrator of this portal.
            </p>
          </div>
        </div>
        <div className="sign-in-actions">
          <LinkButton to="/login?with=personal" size="large" isFullWidth>
            Back to sign-in
          </LinkButton>
          <Button variant="quiet" onPress={() => ask.reset()}>
            Try another name
          </Button>
        </div>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title="Forgot your password?">
      <h1 className="sign-in-title">Forgot your password?</h1>
      <form onSubmit={submit} noValidate aria-label="Forgot your password?">
        <Stack>
          <p className="sign-in-lead">You are sent a link to set a new one.</p>
          <TextField
            label="User name or e-mail"
            name="login"
            value={login}
            onChange={setLogin}
            autoComplete="username"
            maxLength={LOGIN_LENGTH_MAX}
            error={wasTried && login.trim() === '' ? 'Enter your user name or your e-mail address.' : null}
            autoFocus
          />
          {ask.error !== null && (
            <Banner tone="failed">
              {ask.error.code === 'rate_limited'
                ? `Too many requests. Try again in ${formatDuration(ask.error.retryAfterSeconds ?? 60)}.`
                : ask.error.message}
            </Banner>
          )}
          <Button type="submit" variant="primary" size="large" isFullWidth isPending={ask.isPending}>
            Send the link
          </Button>
          <Link className="pt-link" to="/login?with=personal">
            Back to sign-in
          </Link>
        </Stack>
      </form>
    </SignInFrame>
  );
}
