import { useState } from 'react';
import type { FormEvent } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, Id, Instant, KeyValueList, PageState, Panel, showToast, Stack, TextField } from '@portico/ui';
import type { getProfile } from '../../contract/account-operations';
import { AccountFrame } from './account-frame';
import { profilePage } from './account-pages';
import { EmailPanel } from './email-panel';

export type Profile = ReplyOf<typeof getProfile>;

const NAME_LENGTH_MAX = 80;

/** How one is called, and where one is written to. */
export function ProfilePage() {
  const profile = useOperation(profilePage, 'getProfile', {});
  return (
    <AccountFrame title="Profile">
      <PageState state={renderingOf(profile, { layout: 'text' })}>
        {profile.data !== undefined && (
          <Stack gap="loose">
            <NamePanel key={profile.data.display_name} profile={profile.data} />
            <EmailPanel profile={profile.data} />
          </Stack>
        )}
      </PageState>
    </AccountFrame>
  );
}

function NamePanel({ profile }: { profile: Profile }) {
  const update = useAction(profilePage, 'updateProfile', { invalidates: ['getProfile', 'getMe'] });
  const [name, setName] = useState(profile.display_name);
  const body = { display_name: name.trim() };
  const isEmpty = body.display_name === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isEmpty || update.isPending) return;
    update.mutate({ body }, { onSuccess: () => showToast({ tone: 'success', title: 'Your name was saved.' }) });
  };
  return (
    <Panel title="About you">
      <div className="account-columns">
        <form className="account-form" onSubmit={submit} noValidate aria-label="About you">
          <Stack>
            <TextField
              label="Display name"
              description="How others of your organization see you."
              value={name}
              onChange={setName}
              autoComplete="name"
              maxLength={NAME_LENGTH_MAX}
              error={isEmpty ? 'Enter how you want to be called.' : null}
            />
            {update.error !== null && <Banner tone="failed">{update.error.message}</Banner>}
            <EquivalentCall page={profilePage} name="updateProfile" args={{ body }} />
            <div>
              <Button type="submit" variant="primary" isPending={update.isPending}>
                Save
              </Button>
            </div>
          </Stack>
        </form>
        <KeyValueList
          items={[
            { label: 'User name', value: profile.username },
            { label: 'User id', value: <Id value={profile.user_id} /> },
            { label: 'Since', value: <Instant at={profile.created_at} /> },
          ]}
        />
      </div>
    </Panel>
  );
}
