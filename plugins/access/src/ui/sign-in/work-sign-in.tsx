import { useState } from 'react';
import type { FormEvent } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, Stack, TextField } from '@portico/ui';
import type { getSignInOptions } from '../../contract/auth-operations';
import { OIDC_HINT_LENGTH_MAX } from '../../contract/limits';
import { signInPage } from './sign-in-pages';

interface WorkSignInProps {
  providers: ReplyOf<typeof getSignInOptions>['providers'];
  /** Path to go to afterwards. */
  returnTo: string;
  /** Signed in already, but not through the provider the organization asks for. */
  isDemanded: boolean;
}

/** Through the identity provider of one's organization: it is found by what is typed, or chosen. */
export function WorkSignIn({ providers, returnTo, isDemanded }: WorkSignInProps) {
  const authorize = useAction(signInPage, 'authorizeOidc');
  const [hint, setHint] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [isLeaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<{ hint?: string; form?: string }>({});
  const isPending = authorize.isPending || isLeaving;

  const leave = (by: { provider: string } | { hint: string }) => {
    setProblem({});
    setChosen('provider' in by ? by.provider : null);
    authorize.mutate(
      { query: { ...by, session: 'cookie', return_to: returnTo } },
      {
        onSuccess: ({ authorization_url }) => {
          // The page stays as it is, pending, until the browser has left it.
          setLeaving(true);
          window.location.assign(authorization_url);
        },
        onError: (error: ApiError) =>
          setProblem(
            error.code === 'oidc_provider_unknown'
              ? { hint: 'No sign-in is known for this. Check the spelling, or choose yours below.' }
              : { form: error.message },
          ),
      },
    );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    if (hint.trim() === '')
      setProblem({ hint: 'Enter your work e-mail address, or the short name of your organization.' });
    else leave({ hint: hint.trim() });
  };

  return (
    <Stack>
      {isDemanded && (
        <Banner tone="notice">
          The organization asks its members to sign in through its own identity provider. You come back to where you
          were.
        </Banner>
      )}
      <form onSubmit={submit} noValidate aria-label="Sign in for work">
        <Stack>
          <TextField
            label="Work e-mail or organization"
            name="hint"
            value={hint}
            onChange={setHint}
            autoComplete="email"
            inputMode="email"
            maxLength={OIDC_HINT_LENGTH_MAX}
            error={problem.hint ?? null}
            autoFocus
          />
          {problem.form !== undefined && <Banner tone="failed">{problem.form}</Banner>}
          <Button
            type="submit"
            variant="primary"
            size="large"
            isFullWidth
            isPending={isPending && chosen === null}
            isDisabled={isPending && chosen !== null}
          >
            Continue
          </Button>
        </Stack>
      </form>
      <div className="sign-in-or">or choose</div>
      <Stack gap="tight">
        {providers.map(({ id, label }) => (
          <Button
            key={id}
            size="large"
            isFullWidth
            isPending={isPending && chosen === id}
            isDisabled={isPending && chosen !== id}
            onPress={() => leave({ provider: id })}
          >
            {`Continue with ${label}`}
          </Button>
        ))}
      </Stack>
    </Stack>
  );
}
