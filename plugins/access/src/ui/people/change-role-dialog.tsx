import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, showToast, Stack } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { ORGANIZATION_ROLES } from '../../contract/roles';
import { teamPage } from './people-pages';
import { RolePicker } from './role-picker';
import { aRole } from './role-words';
import type { Member } from './team-page';

type Role = (typeof ORGANIZATION_ROLES)[number];

/** Another role in the organization for somebody who belongs to it. */
export function ChangeRoleDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const change = useAction(teamPage, 'changeMemberRole', { invalidates: ['listMembers', 'getMember', 'getMe'] });
  const [role, setRole] = useState<string>(member.role);
  const [wasTried, setTried] = useState(false);
  const form = useId();
  const args = { params: { user_id: member.user_id }, body: { role: role as Role } };
  const isSame = role === member.role;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isSame || change.isPending) return;
    change.mutate(args, {
      onSuccess: changed => {
        showToast({ tone: 'success', title: `${changed.display_name} is ${aRole(changed.role)} now.` });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Role of ${member.display_name}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={change.isPending}>
            Change role
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <RolePicker
            label="Role in the organization"
            offered={[...new Set([...member.assignable_roles, member.role])].sort(byStrength)}
            heldIn="organization"
            value={role}
            onChange={next => {
              setRole(next);
              change.reset();
            }}
            error={wasTried && isSame ? `${member.display_name} is ${aRole(role)} already. Choose another role.` : null}
          />
          <p>It counts from their next click on. What they run goes on running, and roles in single projects stay.</p>
          <EquivalentCall page={teamPage} name="changeMemberRole" args={args} />
          {change.error !== null && <Banner tone="failed">{change.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}

const strength = ['owner', 'admin', 'member', 'viewer', 'billing', 'security', 'guest'];

function byStrength(one: string, other: string): number {
  return strength.indexOf(one) - strength.indexOf(other);
}
