import { EquivalentCall, renderingOf, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, PageState, SegmentedControl, Select, Stack, TextField } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { ORGANIZATION_ROLES, PROJECT_ROLES } from '../../contract/roles';
import { useKeyOf } from '../use-key-of';
import { IssuedInvitationDialog } from './issued-invitation';
import { teamPage } from './people-pages';
import { RolePicker } from './role-picker';
import { roleName } from './role-words';
import './people.css';

/** Days an invitation is valid for, as they are offered. */
const lifetimes = { '1': 'One day', '7': '7 days', '30': '30 days' } as const;
type Lifetime = keyof typeof lifetimes;

const NO_PROJECT = 'none';
const GUEST = 'guest';
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Mounted while open, so that nothing of one invitation is left in the form for the next. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { projects, projectId: activeId, organization } = useSignedIn();
  const roles = useOperation(teamPage, 'listRoles', {});
  const create = useAction(teamPage, 'createInvitation', { invalidates: ['listInvitations'] });
  const [by, setBy] = useState<'email' | 'link'>('email');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('member');
  const [project, setProject] = useState(NO_PROJECT);
  const [projectRole, setProjectRole] = useState('member');
  const [lifetime, setLifetime] = useState<Lifetime>('7');
  const [wasTried, setTried] = useState(false);
  const form = useId();

  const grantable = (heldIn: 'organization' | 'project') =>
    (roles.data?.items ?? []).filter(item => item.held_in === heldIn && item.may_grant).map(item => item.role);
  const hasProject = project !== NO_PROJECT;
  const body = {
    role: role as (typeof ORGANIZATION_ROLES)[number],
    email: by === 'email' ? email.trim() : null,
    project_id: hasProject ? project : null,
    project_role: hasProject ? (projectRole as (typeof PROJECT_ROLES)[number]) : null,
    expires_in_days: Number(lifetime),
  };
  const idempotencyKey = useKeyOf(JSON.stringify(body));
  if (create.data !== undefined) return <IssuedInvitationDialog issued={create.data} isNew onClose={onClose} />;

  const emailError = by === 'email' && !EMAIL.test(email.trim()) ? 'Enter the address the invitation goes to.' : null;
  const projectError =
    role === GUEST && !hasProject ? 'A guest sees nothing but projects: choose the one they work in.' : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (emailError !== null || projectError !== null || create.isPending) return;
    create.mutate({ body, idempotencyKey });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Invite to ${organization.name}`}
      size="large"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={create.isPending}>
            {by === 'email' ? 'Send invitation' : 'Make link'}
          </Button>
        </>
      }
    >
      <PageState state={renderingOf(roles, { layout: 'text' })}>
        <form id={form} onSubmit={submit} noValidate>
          <Stack>
            <SegmentedControl
              label="How to invite"
              value={by}
              onChange={setBy}
              options={[
                { value: 'email', label: 'By e-mail' },
                { value: 'link', label: 'By link only' },
              ]}
            />
            {by === 'email' ? (
              <TextField
                label="E-mail address"
                type="email"
                description="Only the account that owns this address can accept. You are shown a link too, in case the message does not arrive."
                value={email}
                onChange={setEmail}
                maxLength={254}
                autoComplete="off"
                autoFocus
                error={wasTried ? emailError : null}
              />
            ) : (
              <p>Whoever has the link can accept, once. Send it to nobody else.</p>
            )}
            <RolePicker
              label="Role in the organization"
              offered={grantable('organization')}
              heldIn="organization"
              value={role}
              onChange={next => {
                setRole(next);
                if (next === GUEST && !hasProject) setProject(activeId);
              }}
            />
            <div className="people-fields">
              <Select
                label="Role in one project beside it"
                value={project}
                onChange={setProject}
                error={wasTried ? projectError : null}
                options={[
                  { value: NO_PROJECT, label: 'None' },
                  ...projects.map(({ projectId, name }) => ({ value: projectId, label: name })),
                ]}
              />
              {hasProject && (
                <Select
                  label="As"
                  value={projectRole}
                  onChange={setProjectRole}
                  options={grantable('project').map(value => ({ value, label: roleName(value) }))}
                />
              )}
              <Select
                label="Valid for"
                value={lifetime}
                onChange={setLifetime}
                options={(['1', '7', '30'] as const).map(value => ({ value, label: lifetimes[value] }))}
              />
            </div>
            <EquivalentCall page={teamPage} name="createInvitation" args={{ body }} idempotencyKey={idempotencyKey} />
            {create.error !== null && <Banner tone="failed">{create.error.message}</Banner>}
          </Stack>
        </form>
      </PageState>
    </Dialog>
  );
}
