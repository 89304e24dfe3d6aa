import { useState } from 'react';
import type { FormEvent } from 'react';
import { useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, formatDuration, KeyIcon, Stack, TextField } from '@portico/ui';
import { CODE_LENGTH_MAX } from '../../contract/limits';
import type { SecondFactorNeeded } from '../../contract/passkeys';
import { askForPasskey, browserKnowsPasskeys } from '../passkeys/browser-passkeys';
import { signInPage } from './sign-in-pages';

type Method = SecondFactorNeeded['methods'][number];

const words = {
  passkey: { way: 'Use a passkey', text: 'Confirm with your passkey that it is you.' },
  totp: { way: 'Use a code of your app', text: 'Enter the six digits your authenticator app shows now.' },
  recovery_code: {
    way: 'Use a recovery code',
    text: 'Enter one of the codes you kept when you set up your second factor. It works once.',
  },
} as const satisfies Record<Method, { way: string; text: string }>;

interface SecondFactorStepProps {
  needed: SecondFactorNeeded;
  /** Back to the form, with a word on why when it is not the person's wish. */
  onBack: (sentence?: string) => void;
}

/** After the password: something the person has. */
export function SecondFactorStep({ needed, onBack }: SecondFactorStepProps) {
  const methods = needed.methods.filter(method => method !== 'passkey' || browserKnowsPasskeys());
  const [method, setMethod] = useState<Method>(methods[0] ?? 'recovery_code');
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const finish = useAction(signInPage, 'signInWithSecondFactor', { invalidates: ['getMe'] });
  const isPending = finish.isPending || isAsking;

  const refuse = (error: ApiError) => {
    if (error.code === 'sign_in_challenge_invalid') onBack('That took too long or too many tries. Sign in again.');
    else if (error.code === 'second_factor_wrong') setProblem(wrongSentence(method, error));
    else if (error.code === 'rate_limited')
      setProblem(`Too many attempts. Try again in ${formatDuration(error.retryAfterSeconds ?? 60)}.`);
    else setProblem(error.message);
  };
  const sendCode = () => {
    const typed = code.replace(/\s/g, '');
    if (typed === '') setProblem('Enter the code.');
    else
      finish.mutate(
        { body: { challenge: needed.challenge, method, code: typed, session: 'cookie' } },
        { onError: refuse },
      );
  };
  const showPasskey = async () => {
    if (needed.passkey === null) return;
    setAsking(true);
    try {
      const assertion = await askForPasskey(needed.passkey);
      finish.mutate(
        { body: { challenge: needed.challenge, method: 'passkey', assertion, session: 'cookie' } },
        { onError: refuse },
      );
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setAsking(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    setProblem(null);
    if (method === 'passkey') void showPasskey();
    else sendCode();
  };

  return (
    <form onSubmit={submit} noValidate aria-label="Second step">
      <Stack>
        <p className="sign-in-lead">{words[method].text}</p>
        {method !== 'passkey' && (
          <TextField
            key={`field-${method}`}
            label={method === 'totp' ? 'Code of your app' : 'Recovery code'}
            name="code"
            value={code}
            onChange={setCode}
            autoComplete={method === 'totp' ? 'one-time-code' : 'off'}
            {...(method === 'totp' ? { inputMode: 'numeric' as const } : {})}
            maxLength={CODE_LENGTH_MAX}
            isMonospace
            autoFocus
            error={problem}
          />
        )}
        {method === 'passkey' && problem !== null && <Banner tone="failed">{problem}</Banner>}
        <Button
          key={`button-${method}`}
          type="submit"
          variant="primary"
          size="large"
          isFullWidth
          isPending={isPending}
          autoFocus={method === 'passkey'}
          {...(method === 'passkey' ? { icon: KeyIcon } : {})}
        >
          {method === 'passkey' ? 'Use your passkey' : 'Continue'}
        </Button>
        <div className="sign-in-ways">
          {methods
            .filter(other => other !== method)
            .map(other => (
              <Button
                key={other}
                variant="quiet"
                size="small"
                onPress={() => {
                  setMethod(other);
                  setCode('');
                  setProblem(null);
                }}
              >
                {words[other].way}
              </Button>
            ))}
          <Button variant="quiet" size="small" onPress={() => onBack()}>
            Back
          </Button>
        </div>
      </Stack>
    </form>
  );
}

function wrongSentence(method: Method, error: ApiError): string {
  const left = error.details.attempts_left;
  const tries = typeof left === 'number' ? (left === 1 ? ' One try is left.' : ` ${left} tries are left.`) : '';
  if (method === 'passkey') return `This passkey does not belong to the account.${tries}`;
  if (method === 'recovery_code') return `This is none of your recovery codes, or it was used before.${tries}`;
  return `This code is wrong or was used before. Wait for the next one, and check the clock of your phone.${tries}`;
}
