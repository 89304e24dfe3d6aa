import type { FormEvent } from 'react';
import { useAction, useOperation } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  formatDuration,
  KeyIcon,
  SegmentedControl,
  Select,
  showToast,
  Stack,
  TextField,
} from '@portico/ui';
import { Link } from 'react-router-dom';
import { USERNAME_PATTERN } from '../../contract/limits';
import type { SecondFactorNeeded } from '../../contract/passkeys';
import { emailSchema } from '../../contract/resources';
import { usePasskeySignIn } from './passkey-sign-in';
import { PasswordAdvice } from './password-advice';
import { signInPage } from './sign-in-pages';

export type SignInMode = 'sign_in' | 'sign_up';

/** What is typed lives with the page, so that a second step, another tab of the page or an error loses none of it. */
export interface Typed {
  username: string;
  password: string;
  email: string;
  /** Null: the portal's own. */
  currency: string | null;
}
export interface Problems {
  username?: string;
  password?: string;
  email?: string;
  form?: string;
}

interface PersonalSignInProps {
  mode: SignInMode;
  onModeChange: (mode: SignInMode) => void;
  canSignUp: boolean;
  /** Of whoever comes with one: the account they make accepts it. */
  invitationToken: string | null;
  passwordLengthMin: number;
  typed: Typed;
  onTyped: (typed: Typed) => void;
  problems: Problems;
  onProblems: (problems: Problems) => void;
  onSecondFactorNeeded: (needed: SecondFactorNeeded) => void;
}

/** Signing in and making an account, in one form. The shell leads on once there is a session. */
export function PersonalSignIn(props: PersonalSignInProps) {
  const { mode, canSignUp, typed, problems, onProblems } = props;
  const signIn = useAction(signInPage, 'signIn', { invalidates: ['getMe'] });
  const signUp = useAction(signInPage, 'signUp', { invalidates: ['getMe'] });
  const currencies = useOperation(signInPage, 'listCurrencies', {}, { enabled: mode === 'sign_up' }).data?.items ?? [];
  const passkey = usePasskeySignIn({ isWanted: mode === 'sign_in', onRefused: form => onProblems({ form }) });
  const isPending = signIn.isPending || signUp.isPending;
  const submitWord = mode === 'sign_in' ? 'Sign in' : 'Create account';

  const username = typed.username.trim();
  const email = typed.email.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    const found = problemsOf(mode, { ...typed, username, email }, props.passwordLengthMin);
    onProblems(found);
    if (Object.keys(found).length > 0) return;
    const body = { username, password: typed.password, session: 'cookie' } as const;
    const onError = (error: ApiError) => {
      if (error.code === 'second_factor_needed')
        props.onSecondFactorNeeded(error.details as unknown as SecondFactorNeeded);
      else onProblems(placeRefusal(error));
    };
    if (mode === 'sign_in') signIn.mutate({ body }, { onError });
    else
      signUp
        .mutateAsync({
          body: {
            ...body,
            ...(email === '' ? {} : { email }),
            ...(typed.currency === null ? {} : { currency: typed.currency }),
            ...(props.invitationToken === null ? {} : { invitation_token: props.invitationToken }),
          },
        })
        // Of the promise, not of the call: this form is gone by then.
        .then(() => email !== '' && tellOfMail(email), onError);
  };

  return (
    <form onSubmit={submit} noValidate aria-label={mode === 'sign_in' ? 'Sign in' : 'Create your account'}>
      <Stack>
        {canSignUp && (
          <SegmentedControl
            label="What would you like to do"
            value={mode}
            onChange={next => {
              props.onModeChange(next);
              onProblems({});
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
          value={typed.username}
          onChange={next => props.onTyped({ ...typed, username: next })}
          autoComplete={mode === 'sign_in' ? 'username webauthn' : 'username'}
          error={problems.username ?? null}
          autoFocus
          isRequired
        />
        {mode === 'sign_up' && (
          <TextField
            label="E-mail"
            name="email"
            type="email"
            description="To set a new password should you forget yours."
            value={typed.email}
            onChange={next => props.onTyped({ ...typed, email: next })}
            autoComplete="email"
            inputMode="email"
            error={problems.email ?? null}
            isRequired={false}
          />
        )}
        <div className="sign-in-password">
          <TextField
            label="Password"
            name="password"
            type="password"
            value={typed.password}
            onChange={next => props.onTyped({ ...typed, password: next })}
            autoComplete={mode === 'sign_in' ? 'current-password' : 'new-password'}
            error={problems.password ?? null}
            isRequired
          />
          {mode === 'sign_in' ? (
            <Link className="pt-link" to="/login/forgot">
              Forgot password?
            </Link>
          ) : (
            <PasswordAdvice password={typed.password} username={username} email={email} />
          )}
        </div>
        {mode === 'sign_up' && currencies.length > 1 && (
          <Select
            label="Currency"
            description="What your account is kept in."
            value={typed.currency ?? currencies[0]?.currency ?? ''}
            onChange={currency => props.onTyped({ ...typed, currency })}
            options={currencies.map(one => ({ value: one.currency, label: one.currency }))}
          />
        )}
        {problems.form !== undefined && <Banner tone="failed">{problems.form}</Banner>}
        <Button
          type="submit"
          variant="primary"
          size="large"
          isFullWidth
          isPending={isPending}
          isDisabled={passkey.isPending}
        >
          {submitWord}
        </Button>
        {mode === 'sign_in' && passkey.isOffered && (
          <Button
            size="large"
            icon={KeyIcon}
            isFullWidth
            isPending={passkey.isPending}
            isDisabled={isPending}
            onPress={() => {
              onProblems({});
              passkey.start();
            }}
          >
            Use a passkey
          </Button>
        )}
      </Stack>
    </form>
  );
}

/** What can be told before asking the server; the server checks all of it again. */
function problemsOf(mode: SignInMode, { username, password, email }: Typed, passwordLengthMin: number): Problems {
  const problems: Problems = {};
  if (username === '') problems.username = 'Enter your user name.';
  else if (mode === 'sign_up' && !new RegExp(USERNAME_PATTERN).test(username)) {
    problems.username = 'Use 3 to 32 letters, digits, dots, underscores or hyphens.';
  }
  if (mode === 'sign_up' && email !== '' && !new RegExp(emailSchema.pattern).test(email))
    problems.email = 'This is no e-mail address. Correct it, or leave it out.';
  if (password === '') problems.password = 'Enter your password.';
  else if (mode === 'sign_up' && password.length < passwordLengthMin) {
    problems.password = `Use at least ${passwordLengthMin} characters; a few words you remember do well.`;
  }
  return problems;
}

/** A refusal that belongs to a field is shown there, the others above the button. */
function placeRefusal(error: ApiError): Problems {
  switch (error.code) {
    case 'username_taken':
      return { username: 'This user name is taken. Choose another, or sign in with it.' };
    case 'password_too_weak':
      return { password: adviceOf(error) };
    case 'rate_limited':
      return { form: `Too many attempts. Try again in ${formatDuration(error.retryAfterSeconds ?? 60)}.` };
    default:
      return { form: error.message };
  }
}

/** What to change, where the refusal says it. */
export function adviceOf(error: ApiError): string {
  const { advice } = error.details;
  return typeof advice === 'string' && advice !== '' ? advice : error.message;
}

function tellOfMail(email: string): void {
  showToast({ tone: 'info', title: `A link to confirm ${email} is on its way.` });
}
