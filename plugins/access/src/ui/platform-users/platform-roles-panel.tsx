import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import { Button, ConfirmDialog, MissingPermission, Panel, showToast, StateChip } from '@portico/ui';
import { useState } from 'react';
import { accessPermissions } from '../../contract/permissions';
import { PLATFORM_ROLES } from '../../contract/platform-users';
import { userPage } from './platform-pages';
import { platformRoleWords } from './platform-role-words';
import type { PlatformRole } from './platform-role-words';
import type { UserDetail } from './user-page';

const MANAGE = 'access.platform_role.manage_any';

/** What they may do on the whole platform, wherever they are. */
export function PlatformRolesPanel({ user }: { user: UserDetail }) {
  const { permissions } = useSignedIn();
  const [changing, setChanging] = useState<PlatformRole | null>(null);
  const mayManage = permissions.has(MANAGE);
  return (
    <Panel title="Roles on the platform" description="Beside what they may do in their organizations.">
      <ul className="platform-roles">
        {PLATFORM_ROLES.map(role => {
          const isHeld = user.platform_roles.includes(role);
          const { label, sentence } = platformRoleWords[role];
          return (
            <li key={role}>
              <div>
                <p>
                  <strong>{label}</strong> {isHeld && <StateChip tone="running" label="Held" />}
                </p>
                <p className="pt-description">{sentence}</p>
              </div>
              {mayManage && (
                <Button size="small" onPress={() => setChanging(role)}>
                  {isHeld ? 'Take' : 'Give'}
                  <span className="pt-visually-hidden">
                    {isHeld ? ` ${label} from ${user.username}` : ` ${label} to ${user.username}`}
                  </span>
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {!mayManage && (
        <MissingPermission
          permission={MANAGE}
          sentence={accessPermissions[MANAGE]}
          grantedBy="a platform administrator"
        />
      )}
      {changing !== null &&
        (user.platform_roles.includes(changing) ? (
          <TakeRoleDialog user={user} role={changing} onClose={() => setChanging(null)} />
        ) : (
          <GiveRoleDialog user={user} role={changing} onClose={() => setChanging(null)} />
        ))}
    </Panel>
  );
}

interface RoleDialogProps {
  user: UserDetail;
  role: PlatformRole;
  onClose: () => void;
}

const invalidates = ['getUser', 'listUsers', 'getMe'];

function GiveRoleDialog({ user, role, onClose }: RoleDialogProps) {
  const give = useAction(userPage, 'grantPlatformRole', { invalidates });
  const { label, sentence } = platformRoleWords[role];
  const params = { user_id: user.user_id, role };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      tone="neutral"
      title={`Make ${user.username} ${label}?`}
      impact={[sentence, 'It holds from their next request on, in every organization.']}
      confirmLabel="Give role"
      cancelLabel="Cancel"
      error={give.error?.message ?? null}
      isPending={give.isPending}
      onConfirm={async () => {
        await give.mutateAsync({ params });
        showToast({ tone: 'success', title: `${user.username} is ${label} now.` });
        onClose();
      }}
    >
      <EquivalentCall page={userPage} name="grantPlatformRole" args={{ params }} />
    </ConfirmDialog>
  );
}

function TakeRoleDialog({ user, role, onClose }: RoleDialogProps) {
  const take = useAction(userPage, 'revokePlatformRole', { invalidates });
  const { label } = platformRoleWords[role];
  const params = { user_id: user.user_id, role };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="simple"
      title={`Take ${label} from ${user.username}?`}
      impact={[
        'What the role let them do ends with their next request; what they have open with it closes within seconds.',
        'Their API keys lose it too. What they may do in their organizations stays.',
      ]}
      confirmLabel="Take role"
      cancelLabel="Cancel"
      error={take.error?.message ?? null}
      isPending={take.isPending}
      onConfirm={async () => {
        await take.mutateAsync({ params });
        showToast({ tone: 'success', title: `${user.username} is no longer ${label}.` });
        onClose();
      }}
    >
      <EquivalentCall page={userPage} name="revokePlatformRole" args={{ params }} />
    </ConfirmDialog>
  );
}
