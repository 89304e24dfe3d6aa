import { useState } from 'react';
import { Button, Panel } from '@portico/ui';
import { ChangePasswordDialog } from './change-password-dialog';
import type { Profile } from './profile-page';

export function PasswordPanel({ profile }: { profile: Profile }) {
  const [isChanging, setChanging] = useState(false);
  return (
    <Panel
      title="Password"
      actions={
        profile.has_password && (
          <Button size="small" onPress={() => setChanging(true)}>
            Change password
          </Button>
        )
      }
    >
      <p>
        {profile.has_password
          ? 'Changing it signs you out everywhere but here. API keys go on working.'
          : 'This account signs in through an identity provider and has no password here.'}
      </p>
      {isChanging && <ChangePasswordDialog profile={profile} onClose={() => setChanging(false)} />}
    </Panel>
  );
}
