import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, formatDuration, KeyIcon, PageState, Stack, TextField } from '@portico/ui';
import { CODE_LENGTH_MAX } from '../../contract/limits';
import type { getProof } from '../../contract/proof-operations';
import { askForPasskey, browserKnowsPasskeys } from '../passkeys/browser-passkeys';
import { SignInAgain } from './sign-in-again';
import { stepUp } from './step-up-definition';

type Proof = ReplyOf<typeof getProof>;
type Method = Proof['methods'][number];

const words = {
  passkey: { way: 'Use a passkey', confirm: 'Use your passkey' },
  totp: { way: 'Use a code of your app', confirm: 'Confirm' },
  password: { way: 'Use your password', confirm: 'Confirm' },
} as const satisfies Record<Method, { way: string; confirm: string }>;

/** Asks somebody signed in to confirm that it is them. `onDone(false)`: they would not. */
export default function StepUpDialog({ onDone }: { onDone: (isConfirmed: boolean) => void }) {
  const proof = useOperation(stepUp, 'getProof', {});
  const methods = proof.data?.methods.filter(method => method !== 'passkey' || browserKnowsPasskeys());
  if (methods !== undefined && methods.length > 0) return <ConfirmDialog methods={methods} onDone={onDone} />;
  return (
    <Dialog
      isOpen
      onClose={() => onDone(false)}
      title="Confirm that it is you"
      size="small"
      footer={<Button onPress={() => onDone(false)}>Cancel</Button>}
    >
      <PageState state={renderingOf(proof, { layout: 'text' })}>
        <SignInAgain provider={proof.data?.provider ?? null} />
      </PageState>
    </Dialog>
  );
}

function ConfirmDialog({ methods, onDone }: { methods: readonly Method[]; onDone: (isConfirmed: boolean) => void }) {
  const [method, setMethod] = useState<Method>(methods[0] ?? 'password');
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const begin = useAction(stepUp, 'beginProof');
  const give = useAction(stepUp, 'giveProof');
  const form = useId();
  const isPending = give.isPending || isAsking;

  const outcome = {
    onSuccess: () => onDone(true),
    onError: (error: ApiError) => setProblem(sentenceOf(method, error)),
  };
  const showPasskey = async () => {
    setAsking(true);
    try {
      const { challenge, options } = await begin.mutateAsync({});
      const assertion = await askForPasskey(options);
      give.mutate({ body: { method: 'passkey', challenge, assertion } }, outcome);
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
    else if (typed.trim() === '') setProblem(method === 'totp' ? 'Enter the code.' : 'Enter your password.');
    else if (method === 'totp') give.mutate({ body: { method, code: typed.replace(/\s/g, '') } }, outcome);
    else give.mutate({ body: { method, password: typed } }, outcome);
  };
  return (
    <Dialog
      isOpen
      onClose={() => onDone(false)}
      isDismissable={!isPending}
      title="Confirm that it is you"
      size="small"
      footer={
        <>
          <Button onPress={() => onDone(false)} isDisabled={isPending}>
            Cancel
          </Button>
          <Button
            type="submit"
            form={form}
            variant="primary"
            isPending={isPending}
            {...(method === 'passkey' ? { icon: KeyIcon } : {})}
          >
            {words[method].confirm}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <p>What you are about to do is worth asking twice. Afterwards you are not asked again for a while.</p>
          {method === 'totp' && (
            <TextField
              key="totp"
              label="Code of your app"
              value={typed}
              onChange={setTyped}
              autoComplete="one-time-code"
              inputMode="numeric"
              maxLength={CODE_LENGTH_MAX}
              isMonospace
              autoFocus
              error={problem}
            />
          )}
          {method === 'password' && (
            <TextField
              key="password"
              label="Password"
              type="password"
              value={typed}
              onChange={setTyped}
              autoComplete="current-password"
              autoFocus
              error={problem}
            />
          )}
          {method === 'passkey' && problem !== null && <Banner tone="failed">{problem}</Banner>}
          {methods.length > 1 && (
            <div>
              {methods
                .filter(other => other !== method)
                .map(other => (
                  <Button
                    key={other}
                    variant="quiet"
                    size="small"
                    isDisabled={isPending}
                    onPress={() => {
                      setMethod(other);
                      setTyped('');
                      setProblem(null);
                    }}
                  >
                    {words[other].way}
                  </Button>
                ))}
            </div>
          )}
        </Stack>
      </form>
    </Dialog>
  );
}

function sentenceOf(method: Method, error: ApiError): string {
  if (error.code === 'rate_limited')
    return `Too many attempts. Try again in ${formatDuration(error.retryAfterSeconds ?? 60)}.`;
  if (error.code !== 'proof_wrong') return error.message;
  if (method === 'password') return 'This is not your password.';
  return method === 'totp'
    ? 'This code is wrong or was used before. Wait for the next one.'
    : 'This passkey does not belong to your account.';
}
