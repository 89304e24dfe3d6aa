import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { ConfirmDialog, showToast } from '@portico/ui';
import { userPage } from './platform-pages';
import type { UserDetail } from './user-page';

interface DeedProps {
  user: UserDetail;
  isOpen: boolean;
  onClose: () => void;
}

const invalidates = ['getUser', 'listUsers'];
/** What the shown call has where the reason goes. */
const REASON_SHOWN = 'why';

const sessions = (count: number) => (count === 1 ? 'Their one open session ends' : `Their ${count} open sessions end`);
const keys = (count: number) => (count === 1 ? 'Their one API key stops' : `Their ${count} API keys stop`);

export function DisableUserDialog({ user, isOpen, onClose }: DeedProps) {
  const disable = useAction(userPage, 'disableUser', { invalidates });
  const params = { user_id: user.user_id };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        disable.reset();
        onClose();
      }}
      level="reason"
      typedName={user.username}
      title={`Disable ${user.username}?`}
      impact={[
        user.open_session_count === 0
          ? 'They cannot sign in any more.'
          : `${sessions(user.open_session_count)}, and they cannot sign in any more.`,
        ...(user.api_key_count === 0 ? [] : [`${keys(user.api_key_count)} working until they are enabled again.`]),
        'Terminals, SSH connections and event streams they have open close within seconds.',
        'What runs goes on and costs: it belongs to the organization. Release it separately if it should stop.',
        'Nothing is deleted. Enabling lets them in again.',
      ]}
      confirmLabel="Disable user"
      cancelLabel="Cancel"
      error={disable.error?.message ?? null}
      isPending={disable.isPending}
      onConfirm={async ({ reason }) => {
        await disable.mutateAsync({ params, body: { reason } });
        showToast({ tone: 'success', title: `${user.username} is disabled.` });
        onClose();
      }}
    >
      <EquivalentCall page={userPage} name="disableUser" args={{ params, body: { reason: REASON_SHOWN } }} />
    </ConfirmDialog>
  );
}

export function EnableUserDialog({ user, isOpen, onClose }: DeedProps) {
  const enable = useAction(userPage, 'enableUser', { invalidates });
  const params = { user_id: user.user_id };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        enable.reset();
        onClose();
      }}
      level="simple"
      tone="neutral"
      title={`Enable ${user.username}?`}
      impact={[
        'They sign in anew, with the password and the factors they had.',
        ...(user.api_key_count === 0 ? [] : ['Their API keys and SSH keys work again at once.']),
        'Their roles are as they were.',
      ]}
      confirmLabel="Enable user"
      cancelLabel="Cancel"
      error={enable.error?.message ?? null}
      isPending={enable.isPending}
      onConfirm={async () => {
        await enable.mutateAsync({ params, body: {} });
        showToast({ tone: 'success', title: `${user.username} can sign in again.` });
        onClose();
      }}
    >
      <EquivalentCall page={userPage} name="enableUser" args={{ params, body: {} }} />
    </ConfirmDialog>
  );
}

export function EndSessionsDialog({ user, isOpen, onClose }: DeedProps) {
  const end = useAction(userPage, 'endUserSessions', { invalidates });
  const params = { user_id: user.user_id };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        end.reset();
        onClose();
      }}
      level="reason"
      typedName={user.username}
      title={`Sign ${user.username} out everywhere?`}
      impact={[
        `${sessions(user.open_session_count)}, with the terminals and event streams opened in them.`,
        'API keys and SSH keys go on working, and so does what runs.',
        'They can sign in again at once.',
      ]}
      confirmLabel="Sign out everywhere"
      cancelLabel="Cancel"
      error={end.error?.message ?? null}
      isPending={end.isPending}
      onConfirm={async ({ reason }) => {
        const { ended_session_count: count } = await end.mutateAsync({ params, body: { reason } });
        showToast({ tone: 'success', title: count === 1 ? 'One session was ended.' : `${count} sessions were ended.` });
        onClose();
      }}
    >
      <EquivalentCall page={userPage} name="endUserSessions" args={{ params, body: { reason: REASON_SHOWN } }} />
    </ConfirmDialog>
  );
}

export function RemoveFactorsDialog({ user, isOpen, onClose }: DeedProps) {
  const remove = useAction(userPage, 'removeUserFactors', { invalidates });
  const params = { user_id: user.user_id };
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      level="reason"
      typedName={user.username}
      title={`Remove the second factors of ${user.username}?`}
      impact={[
        'Make sure who asks: whoever has learned their password would ask for this.',
        'Their app, passkeys and recovery codes stop working for good. The password alone signs in again.',
        ...(user.open_session_count === 0 ? [] : [`${sessions(user.open_session_count)}.`]),
        'Organizations that ask for a second factor stay closed to them until they set up a new one.',
      ]}
      confirmLabel="Remove second factors"
      cancelLabel="Cancel"
      error={remove.error?.message ?? null}
      isPending={remove.isPending}
      onConfirm={async ({ reason }) => {
        await remove.mutateAsync({ params, body: { reason } });
        showToast({ tone: 'success', title: `${user.username} has no second factor any more.` });
        onClose();
      }}
    >
      <EquivalentCall page={userPage} name="removeUserFactors" args={{ params, body: { reason: REASON_SHOWN } }} />
    </ConfirmDialog>
  );
}
