import { useState } from 'react';
import { EquivalentCall, renderingOf, useAction, useOperation } from '@portico/plugin-kit/ui';
import { ConfirmDialog, PageState, Select, showToast } from '@portico/ui';
import type { ORGANIZATION_ROLES } from '../../contract/roles';
import type { Organization } from './organization-page';
import { organizationPage } from './people-pages';
import { aRole, roleName } from './role-words';

type Role = (typeof ORGANIZATION_ROLES)[number];

/** As many as one page of a list holds; in a larger organization the search of the team page leads to the member. */
const MEMBERS_MAX = 200;
const ownRoles = ['owner', 'admin', 'member', 'viewer'] as const;

/** Somebody else becomes owner, and oneself something less, together or not at all. */
export function TransferDialog({ organization, onClose }: { organization: Organization; onClose: () => void }) {
  const members = useOperation(organizationPage, 'listMembers', { query: { limit: MEMBERS_MAX } });
  const transfer = useAction(organizationPage, 'transferOrganization', {
    invalidates: ['listMembers', 'getMember', 'getOrganization', 'getMe'],
  });
  const [userId, setUserId] = useState('');
  const [ownRole, setOwnRole] = useState<Role>('admin');
  const [problem, setProblem] = useState<string | null>(null);
  const others = (members.data?.items ?? []).filter(member => !member.is_caller);
  const chosen = others.find(member => member.user_id === userId);
  const args = { body: { user_id: userId, own_role: ownRole } };
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      level="typed"
      typedName={organization.name}
      title={`Transfer ${organization.name}`}
      impact={[
        `${chosen?.display_name ?? 'Whoever you choose'} becomes owner: may do all there is to do, and decides who else owns it.`,
        ownRole === 'owner'
          ? 'You stay an owner too.'
          : `You are ${aRole(ownRole)} from now on, and cannot take it back yourself.`,
        'Money, projects and all that runs stay as they are.',
      ]}
      confirmLabel="Transfer"
      cancelLabel="Cancel"
      error={transfer.error?.message ?? null}
      isPending={transfer.isPending}
      onConfirm={async () => {
        if (chosen === undefined) {
          setProblem('Choose who becomes the owner.');
          return;
        }
        const owner = await transfer.mutateAsync(args);
        showToast({ tone: 'success', title: `${owner.display_name} owns ${organization.name} now.` });
        onClose();
      }}
      choices={
        <PageState state={renderingOf(members, { layout: 'text' })}>
          {others.length === 0 ? (
            <p>Nobody else belongs to the organization yet. Invite somebody first.</p>
          ) : (
            <>
              <Select
                label="New owner"
                placeholder="Choose a member"
                value={userId}
                onChange={next => {
                  setUserId(next);
                  setProblem(null);
                }}
                options={others.map(member => ({
                  value: member.user_id,
                  label: `${member.display_name} (${roleName(member.role)})`,
                }))}
                error={problem}
              />
              <Select
                label="Your role afterwards"
                value={ownRole}
                onChange={setOwnRole}
                options={ownRoles.map(value => ({ value, label: roleName(value) }))}
              />
            </>
          )}
        </PageState>
      }
    >
      <EquivalentCall page={organizationPage} name="transferOrganization" args={args} />
    </ConfirmDialog>
  );
}
