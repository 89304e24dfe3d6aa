import { useState } from 'react';
import { useOperation, useSession } from '@portico/plugin-kit/ui';
import { PageState, Tabs } from '@portico/ui';
import { useLocation, useSearchParams } from 'react-router-dom';
import { PASSWORD_LENGTH_MIN } from '../../contract/limits';
import type { SecondFactorNeeded } from '../../contract/passkeys';
import { PersonalSignIn } from './personal-sign-in';
import type { Problems, SignInMode, Typed } from './personal-sign-in';
import { SecondFactorStep } from './second-factor-step';
import { SignInFrame } from './sign-in-frame';
import { signInPage } from './sign-in-pages';
import { SignInStory } from './sign-in-story';
import { WorkSignIn } from './work-sign-in';

/** What a page that leads here may hand over beside the address, where it stays in no history of servers and no log. */
export interface SignInHandover {
  /** Of an invitation, for whoever makes an account to accept it. */
  invitationToken?: string;
  mode?: SignInMode;
}

/** All ways in, one at a time. */
export function SignInPage() {
  const [search] = useSearchParams();
  const handover = (useLocation().state ?? {}) as SignInHandover;
  const isSignedIn = useSession() !== null;
  const options = useOperation(signInPage, 'getSignInOptions', {});
  const [chosenMode, setMode] = useState<SignInMode>(handover.mode ?? 'sign_in');
  const [typed, setTyped] = useState<Typed>({ username: '', password: '', email: '', currency: null });
  const [problems, setProblems] = useState<Problems>({});
  const [needed, setNeeded] = useState<SecondFactorNeeded | null>(null);

  const invitationToken = handover.invitationToken ?? null;
  const canSignUp = options.data?.sign_up === 'open' || (options.data !== undefined && invitationToken !== null);
  const mode: SignInMode = canSignUp ? chosenMode : 'sign_in';
  const providers = options.data?.providers ?? [];
  const isWork = providers.length > 0 && search.get('with') !== 'personal';
  const title = isWork || mode === 'sign_in' ? 'Sign in' : 'Create your account';
  const tabTo = (way: 'work' | 'personal') => {
    const next = new URLSearchParams(search);
    next.set('with', way);
    return `/login?${next.toString()}`;
  };

  if (needed !== null) {
    return (
      <SignInFrame title="Second step" story={<SignInStory />}>
        <h1 className="sign-in-title">Second step</h1>
        <SecondFactorStep
          needed={needed}
          onBack={sentence => {
            setNeeded(null);
            setProblems(sentence === undefined ? {} : { form: sentence });
          }}
        />
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title={title} story={<SignInStory />}>
      <h1 className="sign-in-title">{title}</h1>
      {options.isPending && <PageState state={{ kind: 'loading', layout: 'text' }} />}
      {providers.length > 0 && (
        <div className="sign-in-tabs">
          <Tabs
            label="Ways to sign in"
            items={[
              { to: tabTo('work'), label: 'Work', isCurrent: isWork },
              { to: tabTo('personal'), label: 'Personal', isCurrent: !isWork },
            ]}
          />
        </div>
      )}
      {isWork && <WorkSignIn providers={providers} returnTo={returnPath(search)} isDemanded={isSignedIn} />}
      {!isWork && !options.isPending && (
        <PersonalSignIn
          mode={mode}
          onModeChange={setMode}
          canSignUp={canSignUp}
          invitationToken={invitationToken}
          passwordLengthMin={options.data?.password_length_min ?? PASSWORD_LENGTH_MIN}
          typed={typed}
          onTyped={setTyped}
          problems={problems}
          onProblems={setProblems}
          onSecondFactorNeeded={next => {
            setProblems({});
            setNeeded(next);
          }}
        />
      )}
      {!isWork && mode === 'sign_up' && (
        <p className="sign-in-note">
          You get an organization of your own with a first project. Nothing runs, and nothing is charged, until you
          launch.
        </p>
      )}
    </SignInFrame>
  );
}

/** Checked by the portal when the sign-in begins, and again by the page one comes back to. */
function returnPath(search: URLSearchParams): string {
  const next = search.get('next');
  return next !== null && next.startsWith('/') && !next.startsWith('//') ? next : '/';
}
