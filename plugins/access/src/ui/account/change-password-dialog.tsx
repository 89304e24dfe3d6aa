import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import type { ApiError } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, formatDuration, showToast, Stack, TextField } from '@portico/ui';
import { PASSWORD_LENGTH_MAX } from '../../contract/limits';
import { PasswordAdvice } from '../sign-in/password-advice';
import { adviceOf } from '../sign-in/personal-sign-in';
import { securityPage } from './account-pages';
import type { Profile } from './profile-page';

interface Problems {
  current?: string;
  next?: string;
  form?: string;
}

export function ChangePasswordDialog({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const change = useAction(securityPage, 'changePassword', { invalidates: ['listSessions'] });
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [problems, setProblems] = useState<Problems>({});
  const form = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (change.isPending) return;
    const found: Problems = {
      ...(current === '' ? { current: 'Enter the password you have now.' } : {}),
      ...(next === '' ? { next: 'Enter a new password.' } : {}),
    };
    setProblems(found);
    if (Object.keys(found).length > 0) return;
    change.mutate(
      { body: { current_password: current, new_password: next } },
      {
        onSuccess: () => {
          showToast({ tone: 'success', title: 'Your password was changed.' });
          onClose();
        },
        onError: error => setProblems(placeRefusal(error)),
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isDismissable={!change.isPending}
      title="Change password"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={change.isPending}>
            Change password
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          {/* Password managers file the new password under the name they find in the form. */}
          <input type="text" name="username" autoComplete="username" value={profile.username} readOnly hidden />
          <TextField
            label="Current password"
            type="password"
            value={current}
            onChange={setCurrent}
            autoComplete="current-password"
            maxLength={PASSWORD_LENGTH_MAX}
            autoFocus
            error={problems.current ?? null}
          />
          <div className="account-new-password">
            <TextField
              label="New password"
              type="password"
              value={next}
              onChange={setNext}
              autoComplete="new-password"
              maxLength={PASSWORD_LENGTH_MAX}
              error={problems.next ?? null}
            />
            <PasswordAdvice password={next} username={profile.username} />
          </div>
          <EquivalentCall
            page={securityPage}
            name="changePassword"
            args={{ body: { current_password: '…', new_password: '…' } }}
          />
          {problems.form !== undefined && <Banner tone="failed">{problems.form}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

function placeRefusal(error: ApiError): Problems {
  switch (error.code) {
    case 'current_password_wrong':
      return { current: 'This is not your current password.' };
    case 'password_too_weak':
      return { next: adviceOf(error) };
    case 'rate_limited':
      return { form: `Too many attempts. Try again in ${formatDuration(error.retryAfterSeconds ?? 60)}.` };
    default:
      return { form: error.message };
  }
}
