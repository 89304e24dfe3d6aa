import { useState } from 'react';
import type { FormEvent } from 'react';
import { configApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useAction, useOperation } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import {
  AppMark,
  Banner,
  Button,
  formatDuration,
  SegmentedControl,
  Stack,
  TextField,
  ThemeToggle,
  useDocumentTitle,
} from '@portico/ui';
import { PASSWORD_LENGTH_MIN, USERNAME_PATTERN } from '../contract/limits';
import { signInPage } from './pages';
import { SignInStory } from './sign-in-story';
import './sign-in-page.css';

type Mode = 'sign_in' | 'sign_up';
interface FieldErrors {
  username?: string;
  password?: string;
}

/** What can be told before asking the server; the server checks all of it again. */
function validate(
  mode: Mode,
  { username, password }: { username: string; password: string },
  passwordLengthMin: number,
): FieldErrors {
  const errors: FieldErrors = {};
  if (username === '') errors.username = 'Enter your user name.';
  else if (mode === 'sign_up' && !new RegExp(USERNAME_PATTERN).test(username)) {
    errors.username = 'Use 3 to 32 letters, digits, dots, underscores or hyphens.';
  }
  if (password === '') errors.password = 'Enter your password.';
  else if (mode === 'sign_up' && password.length < passwordLengthMin) {
    errors.password = `Use at least ${passwordLengthMin} characters; a few words you remember do well.`;
  }
  return errors;
}

/** A refusal that belongs to a field is shown there, the others above the button. */
function placeRefusal(error: ApiError): FieldErrors & { form?: string } {
  switch (error.code) {
    case 'username_taken':
      return { username: 'This user name is taken. Choose another, or sign in with it.' };
    case 'password_too_weak':
      return { password: error.message };
    case 'rate_limited':
      return { form: `Too many attempts. Try again in ${formatDuration(error.retryAfterSeconds ?? 60)}.` };
    default:
      return { form: error.message };
  }
}

/** Signing in and making an account, in one form. The shell leads on once there is a session. */
export function SignInPage() {
  const appTitle = useApi(configApiRef).getString('app.title');
  const options = useOperation(signInPage, 'getSignInOptions', {});
  const enter = {
    sign_in: useAction(signInPage, 'signIn', { invalidates: ['getMe'] }),
    sign_up: useAction(signInPage, 'signUp', { invalidates: ['getMe'] }),
  };
  const [chosenMode, setMode] = useState<Mode>('sign_in');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [errors, setErrors] = useState<FieldErrors & { form?: string }>({});

  const canSignUp = options.data?.sign_up === 'open';
  const mode: Mode = canSignUp ? chosenMode : 'sign_in';
  const { isPending } = enter[mode];
  const words =
    mode === 'sign_in'
      ? { title: 'Sign in', submit: 'Sign in' }
      : { title: 'Create your account', submit: 'Create account' };
  useDocumentTitle(words.title);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    const found = validate(
      mode,
      { username: username.trim(), password },
      options.data?.password_length_min ?? PASSWORD_LENGTH_MIN,
    );
    setErrors(found);
    if (found.username !== undefined || found.password !== undefined) return;
    enter[mode].mutate(
      { body: { username: username.trim(), password, session: 'cookie' } },
      { onError: error => setErrors(placeRefusal(error)) },
    );
  };

  return (
    <div className="sign-in">
      <header className="sign-in-top">
        <div className="sign-in-mark">
          <AppMark />
          <span>{appTitle}</span>
        </div>
        <ThemeToggle />
      </header>
      <SignInStory />
      <main className="sign-in-main">
        <div className="sign-in-form">
          <h1 className="sign-in-title">{words.title}</h1>
          <form onSubmit={submit} noValidate aria-label={words.title}>
            <Stack>
              {canSignUp && (
                <SegmentedControl
                  label="What would you like to do"
                  value={mode}
                  onChange={next => {
                    setMode(next);
                    setErrors({});
                  }}
                  options={[
                    { value: 'sign_in', label: 'Sign in' },
                    { value: 'sign_up', label: 'Create account' },
                  ]}
                />
              )}
              <TextField
                label="User name"
                name="username"
                value={username}
                onChange={setUsername}
                autoComplete="username"
                error={errors.username ?? null}
                autoFocus
                isRequired
              />
              <TextField
                label="Password"
                name="password"
                type="password"
                value={password}
                onChange={setPassword}
                autoComplete={mode === 'sign_in' ? 'current-password' : 'new-password'}
                error={errors.password ?? null}
                isRequired
              />
              {errors.form !== undefined && <Banner tone="failed">{errors.form}</Banner>}
              <Button type="submit" variant="primary" size="large" isFullWidth isPending={isPending}>
                {words.submit}
              </Button>
            </Stack>
          </form>
          {mode === 'sign_up' && (
            <p className="sign-in-note">
              You get an organization of your own with a first project. Nothing runs, and nothing is charged, until you
              launch.
            </p>
          )}
        </div>
      </main>
    </div>
  );
}
