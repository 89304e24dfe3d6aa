import { EquivalentCall, useAction, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, CheckboxGroup, Dialog, RadioCards, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import { PASSWORD_LENGTH_MAX, USERNAME_PATTERN } from '../../contract/limits';
import { PLATFORM_ROLES } from '../../contract/platform-users';
import { usersPage } from './platform-pages';
import { isPlatformRole, platformRoleWords } from './platform-role-words';
import { SetPasswordLinkDialog } from './set-password-link-dialog';
import { useKeyOf } from './use-key-of';

type Way = 'link' | 'password';

const usernameForm = new RegExp(USERNAME_PATTERN);
const EMAIL_LENGTH_MAX = 254;
const NAME_LENGTH_MAX = 80;

/** Mounted while open, so that nothing of one person is left in the form for the next. */
export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const { permissions } = useSignedIn();
  const navigate = useNavigate();
  const create = useAction(usersPage, 'createUser', { invalidates: ['listUsers'] });
  const [username, setUsername] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [way, setWay] = useState<Way>('link');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<readonly string[]>([]);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const chosen = roles.filter(isPlatformRole);
  const body = {
    username: username.trim(),
    ...(displayName.trim() === '' ? {} : { display_name: displayName.trim() }),
    ...(email.trim() === '' ? {} : { email: email.trim() }),
    ...(way === 'password' ? { password } : {}),
    ...(chosen.length === 0 ? {} : { platform_roles: chosen }),
  };
  const idempotencyKey = useKeyOf(body);
  // A command is copied to places where a password must not stand.
  const shown = way === 'password' ? { ...body, password: '…' } : body;
  if (create.data !== undefined && create.data.set_password !== null) {
    const { user, set_password: link } = create.data;
    const leave = () => navigate(`/admin/users/${user.user_id}`);
    return <SetPasswordLinkDialog username={user.username} link={link} onClose={leave} />;
  }

  const isName = usernameForm.test(body.username);
  const lacksPassword = way === 'password' && password === '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isName || lacksPassword || create.isPending) return;
    create.mutate(
      { body, idempotencyKey },
      { onSuccess: ({ user, set_password: link }) => link === null && navigate(`/admin/users/${user.user_id}`) },
    );
  };
  const refusal = create.error;
  const isNameTaken = refusal?.code === 'username_taken';
  const isWeak = refusal?.code === 'password_too_weak';
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Create user"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={create.isPending}>
            Create user
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <TextField
            label="User name"
            description="What they sign in with: 3 to 32 letters, digits, dots, underscores and hyphens."
            value={username}
            onChange={setUsername}
            maxLength={32}
            autoComplete="off"
            autoFocus
            error={isNameTaken ? refusal.message : wasTried && !isName ? 'Choose a user name of that form.' : null}
          />
          <TextField
            label="Name"
            description="How others see them; the user name when left empty. Their own organization is called so too."
            value={displayName}
            onChange={setDisplayName}
            maxLength={NAME_LENGTH_MAX}
            autoComplete="off"
          />
          <TextField
            label="E-mail"
            type="email"
            description="They confirm it themselves, in their account."
            value={email}
            onChange={setEmail}
            maxLength={EMAIL_LENGTH_MAX}
            autoComplete="off"
          />
          <RadioCards<Way>
            label="How they sign in for the first time"
            value={way}
            onChange={setWay}
            minWidth="small"
            options={[
              {
                value: 'link',
                title: 'By a link',
                description: 'You hand it over; they choose a password nobody else knows.',
              },
              {
                value: 'password',
                title: 'With a password',
                description: 'You choose it, and know it until they change it.',
              },
            ]}
          />
          {way === 'password' && (
            <TextField
              label="Password"
              type="password"
              value={password}
              onChange={setPassword}
              maxLength={PASSWORD_LENGTH_MAX}
              autoComplete="new-password"
              error={isWeak ? refusal.message : wasTried && lacksPassword ? 'Type a password.' : null}
            />
          )}
          {permissions.has('access.platform_role.manage_any') && (
            <CheckboxGroup
              label="Roles on the platform"
              description="None for most people: what they may do in an organization is decided there."
              options={PLATFORM_ROLES.map(role => ({
                value: role,
                label: platformRoleWords[role].label,
                description: platformRoleWords[role].sentence,
              }))}
              value={roles}
              onChange={setRoles}
            />
          )}
          <EquivalentCall page={usersPage} name="createUser" args={{ body: shown }} idempotencyKey={idempotencyKey} />
          {refusal !== null && !isNameTaken && !isWeak && <Banner tone="failed">{refusal.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
