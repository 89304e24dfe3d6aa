import { useCallback, useEffect, useRef, useState } from 'react';
import { useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import {
  askForPasskey,
  browserFillsPasskeysIn,
  browserKnowsPasskeys,
  forgetPasskeyRequest,
  PasskeyNotUsed,
} from '../passkeys/browser-passkeys';
import { signInPage } from './sign-in-pages';

export interface PasskeySignIn {
  /** Only where browser and portal both know passkeys. */
  isOffered: boolean;
  isPending: boolean;
  start: () => void;
}

/** Signing in with a passkey alone: by a button, and among what the browser fills into the field for the user name. */
export function usePasskeySignIn(options: { isWanted: boolean; onRefused: (sentence: string) => void }): PasskeySignIn {
  const { isWanted } = options;
  const begin = useAction(signInPage, 'beginPasskeySignIn');
  const finish = useAction(signInPage, 'signInWithPasskey', { invalidates: ['getMe'] });
  const [isKnownHere, setKnownHere] = useState(browserKnowsPasskeys);
  const [isPending, setPending] = useState(false);
  const onRefused = useRef(options.onRefused);
  onRefused.current = options.onRefused;

  const [round, setRound] = useState(0);

  const ask = useCallback(
    async (inField: boolean) => {
      // What the page asks by itself fails in silence until the person has chosen something.
      let isWish = !inField;
      try {
        const { challenge, options: request } = await begin.mutateAsync({});
        const assertion = await askForPasskey(request, { inField });
        isWish = true;
        setPending(true);
        await finish.mutateAsync({ body: { challenge, assertion, session: 'cookie' } });
      } catch (error) {
        if ((error as ApiError).code === 'passkeys_unavailable') setKnownHere(false);
        else if (isWish && !(error instanceof PasskeyNotUsed && error.wasAborted)) {
          onRefused.current(refusalOf(error as Error));
          // The button took the question in the field back; it is asked again.
          setRound(before => before + 1);
        }
      } finally {
        if (isWish) setPending(false);
      }
    },
    // The functions of a mutation stay the same for as long as the page is there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [],
  );

  useEffect(() => {
    if (!isWanted) return undefined;
    let isGone = false;
    browserFillsPasskeysIn()
      .then(fills => (fills && !isGone ? ask(true) : undefined))
      .catch(() => undefined);
    return () => {
      isGone = true;
      forgetPasskeyRequest();
    };
  }, [isWanted, round, ask]);

  return {
    isOffered: isKnownHere,
    isPending,
    start: () => {
      setPending(true);
      void ask(false);
    },
  };
}

function refusalOf(error: Error): string {
  return (error as ApiError).code === 'sign_in_challenge_invalid'
    ? 'That took too long. Choose your passkey again.'
    : error.message;
}
