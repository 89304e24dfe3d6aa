import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  Dialog,
  formatDuration,
  Inline,
  Panel,
  showToast,
  Stack,
  StateChip,
  TextField,
} from '@portico/ui';
import { emailSchema } from '../../contract/resources';
import { profilePage } from './account-pages';
import type { Profile } from './profile-page';

/** Where the account is written to, and whether that was confirmed. */
export function EmailPanel({ profile }: { profile: Profile }) {
  const resend = useAction(profilePage, 'resendVerification', { invalidates: ['getProfile'] });
  const [isChanging, setChanging] = useState(false);
  const { email, email_verified_at: verifiedAt, pending_email: pending } = profile;
  const waiting = pending ?? (verifiedAt === null ? email : null);
  const sendAgain = () =>
    resend.mutate(
      {},
      {
        onSuccess: () => showToast({ tone: 'success', title: `A new link is on its way to ${waiting ?? 'you'}.` }),
        onError: error => showToast({ tone: 'failed', title: sentenceOf(error) }),
      },
    );
  return (
    <Panel
      title="E-mail"
      actions={
        <Button size="small" onPress={() => setChanging(true)}>
          {email === null && pending === null ? 'Add e-mail' : 'Change e-mail'}
        </Button>
      }
    >
      <Stack>
        {email === null ? (
          <p>No address. Without a confirmed one, no link can be sent should you forget your password.</p>
        ) : (
          <Inline>
            <span className="account-address">{email}</span>
            {verifiedAt === null ? (
              <StateChip tone="degraded" label="Not confirmed" />
            ) : (
              <StateChip tone="running" label="Confirmed" />
            )}
          </Inline>
        )}
        {waiting !== null && (
          <Banner
            tone="notice"
            actions={
              <Button size="small" isPending={resend.isPending} onPress={sendAgain}>
                Send again
              </Button>
            }
          >
            Open the link that was sent to <strong>{waiting}</strong>
            {pending !== null && email !== null ? ' and it takes the place of the address above.' : ' to confirm it.'}
          </Banner>
        )}
      </Stack>
      {isChanging && <ChangeEmailDialog onClose={() => setChanging(false)} />}
    </Panel>
  );
}

function ChangeEmailDialog({ onClose }: { onClose: () => void }) {
  const change = useAction(profilePage, 'changeEmail', { invalidates: ['getProfile'] });
  const [email, setEmail] = useState('');
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const body = { email: email.trim() };
  const isWrong = !new RegExp(emailSchema.pattern).test(body.email);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isWrong || change.isPending) return;
    change.mutate(
      { body },
      {
        onSuccess: () => {
          showToast({ tone: 'success', title: `A link to confirm ${body.email} is on its way.` });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={!change.isPending}
      title="Your e-mail address"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={change.isPending}>
            Send the link
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="New address"
            type="email"
            description="It is yours once you open the link that is sent there."
            value={email}
            onChange={setEmail}
            autoComplete="email"
            inputMode="email"
            maxLength={emailSchema.maxLength}
            autoFocus
            error={wasTried && isWrong ? 'Enter an e-mail address, such as name@example.com.' : null}
          />
          <EquivalentCall page={profilePage} name="changeEmail" args={{ body }} />
          {change.error !== null && <Banner tone="failed">{sentenceOf(change.error)}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

function sentenceOf(error: ApiError): string {
  return error.code === 'rate_limited'
    ? `Several links were sent already. Try again in ${formatDuration(error.retryAfterSeconds ?? 60)}.`
    : error.message;
}
