import { useAction, useSession } from '@portico/plugin-kit/ui';
import { Button, CircleCheckIcon, CircleXIcon, LinkButton, UserIcon } from '@portico/ui';
import { useLinkToken } from './link-token';
import { SignInOutcome } from './sign-in-frame';
import { verifyEmailPage } from './sign-in-pages';

/** Confirms an e-mail address with the token of a link, signed in or not. */
export function VerifyEmailPage() {
  const token = useLinkToken();
  const isSignedIn = useSession() !== null;
  const verify = useAction(verifyEmailPage, 'verifyEmail', { invalidates: ['getMe', 'getProfile'] });
  const { mutate } = verify;
  // Pressed by a person: what opens links in mails to look at them must not confirm an address.
  const confirm = (label: string) => (
    <Button
      variant="primary"
      size="large"
      isFullWidth
      isPending={verify.isPending}
      onPress={() => token !== null && !verify.isPending && mutate({ body: { token } })}
    >
      {label}
    </Button>
  );
  const onward = (
    <LinkButton to={isSignedIn ? '/account/profile' : '/login'} variant="primary" size="large" isFullWidth>
      {isSignedIn ? 'Go to your account' : 'Sign in'}
    </LinkButton>
  );
  if (verify.data !== undefined) {
    return (
      <SignInOutcome title="Your address is confirmed" icon={CircleCheckIcon} tone="success" actions={onward}>
        <p>
          <strong>{verify.data.email}</strong> belongs to the account <strong>{verify.data.username}</strong> now.
          Should you forget your password, a link is sent there.
        </p>
      </SignInOutcome>
    );
  }
  const { error } = verify;
  if (error !== null && (error.status === 0 || error.status === 429 || error.status >= 500) && token !== null) {
    return (
      <SignInOutcome title="That did not work" icon={CircleXIcon} tone="failed" actions={confirm('Try again')}>
        <p>{error.message}</p>
      </SignInOutcome>
    );
  }
  if (token === null || error !== null) {
    const isTaken = error?.code === 'email_taken';
    return (
      <SignInOutcome
        title={isTaken ? 'Another account has this address' : 'This link does not work any more'}
        icon={CircleXIcon}
        tone="failed"
        actions={onward}
      >
        <p>
          {isTaken
            ? error.message
            : 'A link works once, within one day, and a newer one ends those before. Have another one sent from your account.'}
        </p>
      </SignInOutcome>
    );
  }
  return (
    <SignInOutcome title="Confirm your address" icon={UserIcon} tone="waiting" actions={confirm('Confirm address')}>
      <p>Mail about your account goes there, and with it you can set a new password.</p>
    </SignInOutcome>
  );
}
