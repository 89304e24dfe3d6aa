import { useState } from 'react';
import { useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, Stack } from '@portico/ui';
import { stepUp } from './step-up-definition';

/** For whoever has nothing here to confirm with: the way they signed in, once more. It leaves the page, so it says so. */
export function SignInAgain({ provider }: { provider: string | null }) {
  const { signOut } = useSignedIn();
  const options = useOperation(stepUp, 'getSignInOptions', {}, { enabled: provider !== null });
  const authorize = useAction(stepUp, 'authorizeOidc');
  const [isLeaving, setLeaving] = useState(false);
  const label = options.data?.providers.find(({ id }) => id === provider)?.label ?? provider;
  const leave = () => {
    if (provider === null) {
      setLeaving(true);
      signOut().catch(() => setLeaving(false));
      return;
    }
    const here = window.location.pathname + window.location.search;
    authorize.mutate(
      { query: { provider, session: 'cookie', return_to: here, prompt: 'login' } },
      {
        onSuccess: ({ authorization_url }) => {
          setLeaving(true);
          window.location.assign(authorization_url);
        },
      },
    );
  };
  return (
    <Stack>
      <p>
        What you are about to do is worth asking twice, and your account has no password to ask for here. Sign in again
        and repeat it: you come back to this page, but what you typed on it is not kept.
      </p>
      {authorize.error !== null && <Banner tone="failed">{authorize.error.message}</Banner>}
      <div>
        <Button variant="primary" isPending={authorize.isPending || isLeaving} onPress={leave}>
          {provider === null ? 'Sign out and in again' : `Sign in again with ${label}`}
        </Button>
      </div>
    </Stack>
  );
}
