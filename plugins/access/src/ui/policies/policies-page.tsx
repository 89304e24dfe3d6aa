import { renderingOf, useOperation, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import { Inline, MissingPermission, PageHeader, PageState, Select, Stack, StateChip } from '@portico/ui';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { accessPermissions } from '../../contract/permissions';
import type { OwnPolicyLevel } from '../../contract/policies';
import { OwnPolicyDialog, queryAt } from './own-policy-dialog';
import { PolicyDetails } from './policy-dialog';
import { policiesPage } from './policy-pages';
import { PolicyTable } from './policy-table';
import type { Policy } from './policy-words';
import { useCatalog } from './use-catalog-names';
import './policies.css';

const MANAGE = 'access.policy.manage';
const views = [
  { value: 'mine', label: 'Me, in the active project' },
  { value: 'organization', label: 'The organization' },
  { value: 'project', label: 'A project' },
  { value: 'user', label: 'A member' },
] as const;
type View = (typeof views)[number]['value'];

/** The policies that apply, to oneself or to whom one chooses, and where each was set. */
export function PoliciesPage() {
  const session = useSignedIn();
  const mayManage = session.permissions.has(MANAGE);
  const [search, setSearch] = useSearchParams();
  const asked = views.find(one => one.value === search.get('for'))?.value;
  const view: View = asked ?? (mayManage ? 'organization' : 'mine');
  const members = useOperationPages(
    policiesPage,
    'listMembers',
    { query: { limit: 200 } },
    { enabled: session.permissions.has('access.member.read') },
  );
  const subjects = {
    projects: session.projects.map(one => ({ value: one.projectId, label: one.name })),
    members: members.items.map(one => ({ value: one.user_id, label: one.display_name })),
  };
  const offered = view === 'project' ? subjects.projects : view === 'user' ? subjects.members : [];
  const own = view === 'project' ? session.projectId : session.user.userId;
  const subjectId = search.get('subject') ?? own;
  const catalog = useCatalog(policiesPage);
  const policies = useOperation(
    policiesPage,
    'listPolicies',
    { query: view === 'mine' ? {} : queryAt(view, subjectId) },
    { live: event => event.event_type === 'access.policy_changed', keepPrevious: true },
  );
  const [open, setOpen] = useState<Policy['policy'] | null>(null);
  const opened = policies.data?.items.find(one => one.policy === open);
  const names = new Map([...subjects.projects, ...subjects.members].map(one => [one.value, one.label]));
  const maySet = (policy: Policy) => mayManage && policy.levels.some(level => ownLevels.has(level));
  const close = () => setOpen(null);

  return (
    <Stack gap="loose">
      <PageHeader
        title="Policies"
        chip={
          policies.data?.plan == null ? undefined : <StateChip tone="muted" label={`Plan: ${policies.data.plan}`} />
        }
        description="What may be launched and spent, how long connections last, and who has said so. What is set for the organization, a project or a member can only tighten what the platform and its plan allow."
      >
        {!mayManage && <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />}
      </PageHeader>
      <Inline>
        <Select
          label="What applies to"
          value={view}
          options={views.filter(one => one.value !== 'user' || subjects.members.length > 0)}
          onChange={chosen => setSearch({ for: chosen })}
        />
        {offered.length > 0 && (
          <Select
            label={view === 'project' ? 'Project' : 'Member'}
            value={subjectId}
            options={offered}
            onChange={chosen => setSearch({ for: view, subject: chosen })}
          />
        )}
      </Inline>
      <PageState state={renderingOf(policies, { layout: 'rows' })}>
        <PolicyTable
          label="Policies"
          policies={policies.data?.items ?? []}
          names={catalog.names}
          subjectName={id => names.get(id)}
          actionOf={policy => (maySet(policy) ? 'Change' : 'Details')}
          onOpen={policy => setOpen(policy.policy)}
        />
      </PageState>
      {opened !== undefined &&
        (maySet(opened) ? (
          <OwnPolicyDialog
            policy={opened}
            currency={policies.data?.currency ?? 'USD'}
            catalog={catalog}
            subjects={subjects}
            at={{ level: levelOf(view), subjectId: view === 'mine' || view === 'organization' ? '' : subjectId }}
            onClose={close}
          />
        ) : (
          <PolicyDetails policy={opened} names={catalog.names} onClose={close} />
        ))}
    </Stack>
  );
}

const ownLevels: ReadonlySet<string> = new Set<OwnPolicyLevel>(['organization', 'project', 'user']);

function levelOf(view: View): OwnPolicyLevel {
  return view === 'mine' ? 'organization' : view;
}
