import { renderingOf, useOperation, useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import { Button, Inline, PageHeader, PageState, Select, Stack, StateChip, TextField } from '@portico/ui';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { PlatformPolicyLevel } from '../../contract/policies';
import { STANDARD_PLAN } from '../../contract/policies';
import { OrganizationPlanDialog } from './organization-plan-dialog';
import { PlatformPolicyDialog } from './platform-policy-dialog';
import { PolicyDetails } from './policy-dialog';
import { platformPoliciesPage } from './policy-pages';
import { PolicyTable } from './policy-table';
import type { Policy } from './policy-words';
import { useCatalog } from './use-catalog-names';
import './policies.css';

const views = [
  { value: 'platform', label: 'Everybody' },
  { value: 'plan', label: 'A plan' },
  { value: 'organization', label: 'One organization' },
] as const;
type View = (typeof views)[number]['value'];

/** What the platform allows everybody, its plans, and single organizations. */
export function PlatformPoliciesPage() {
  const { permissions } = useSignedIn();
  const [search, setSearch] = useSearchParams();
  const plans = useOperation(platformPoliciesPage, 'listPlans', {});
  const organizations = useOperationPages(
    platformPoliciesPage,
    'listAllOrganizations',
    { query: { limit: 200 } },
    { enabled: permissions.has('access.support.open_any') },
  );
  const planNames = (plans.data?.items ?? []).map(one => one.plan);
  const named = organizations.items.map(one => ({ value: one.organization_id, label: one.name }));
  const asked = views.find(one => one.value === search.get('for'))?.value ?? 'platform';
  const view: View = asked === 'organization' && named.length === 0 ? 'platform' : asked;
  const subject = search.get('subject') ?? (view === 'plan' ? STANDARD_PLAN : (named[0]?.value ?? ''));
  const catalog = useCatalog(platformPoliciesPage);
  const policies = useOperation(
    platformPoliciesPage,
    'listPlatformPolicies',
    { query: queryOf(view, subject) },
    { keepPrevious: true },
  );
  const [open, setOpen] = useState<Policy['policy'] | null>(null);
  const [isGivingPlan, setGivingPlan] = useState(false);
  const [newPlan, setNewPlan] = useState('');
  const opened = policies.data?.items.find(one => one.policy === open);
  const level = levelOf(view);
  const maySet = (policy: Policy) => policy.levels.includes(level);
  const organization = { id: subject, name: named.find(one => one.value === subject)?.label ?? subject };
  const close = () => setOpen(null);
  const planOptions = [...new Set([...planNames, ...(view === 'plan' ? [subject] : [])])];

  return (
    <Stack gap="loose">
      <PageHeader
        title="Policies of the platform"
        chip={
          view === 'organization' && policies.data?.plan != null ? (
            <StateChip tone="muted" label={`Plan: ${policies.data.plan}`} />
          ) : undefined
        }
        description="The nearest that is set counts: an agreement with one organization, else its plan, else what holds for everybody. Organizations can tighten it for themselves."
        secondaryAction={
          view === 'organization' ? <Button onPress={() => setGivingPlan(true)}>Give another plan</Button> : undefined
        }
      />
      <Inline>
        <Select
          label="What holds for"
          value={view}
          options={views.filter(one => one.value !== 'organization' || named.length > 0)}
          onChange={chosen => setSearch({ for: chosen })}
        />
        {view === 'plan' && (
          <Select
            label="Plan"
            value={subject}
            options={planOptions.map(value => ({ value, label: value }))}
            onChange={chosen => setSearch({ for: view, subject: chosen })}
          />
        )}
        {view === 'organization' && (
          <Select
            label="Organization"
            value={subject}
            options={named}
            onChange={chosen => setSearch({ for: view, subject: chosen })}
          />
        )}
      </Inline>
      {view === 'plan' && (
        <form
          className="policy-new-plan"
          onSubmit={event => {
            event.preventDefault();
            if (!isPlanName(newPlan)) return;
            setSearch({ for: 'plan', subject: newPlan });
            setNewPlan('');
          }}
        >
          <TextField
            label="Another plan"
            description="It is there once a policy is set for it."
            isRequired={false}
            value={newPlan}
            onChange={setNewPlan}
            maxLength={40}
            error={newPlan === '' || isPlanName(newPlan) ? null : 'Small letters, digits and single hyphens.'}
          />
          <Button type="submit">Begin</Button>
        </form>
      )}
      <PageState state={renderingOf(policies, { layout: 'rows' })}>
        <PolicyTable
          label="Policies of the platform"
          policies={policies.data?.items ?? []}
          names={catalog.names}
          subjectName={() => undefined}
          actionOf={policy => (maySet(policy) ? 'Change' : 'Details')}
          onOpen={policy => setOpen(policy.policy)}
        />
      </PageState>
      {opened !== undefined &&
        (maySet(opened) ? (
          <PlatformPolicyDialog
            policy={opened}
            currency={policies.data?.currency ?? 'USD'}
            catalog={catalog}
            place={{ level, ...(view === 'platform' ? {} : { subject_id: subject }) }}
            holdsFor={
              view === 'platform'
                ? 'Holds for everybody.'
                : view === 'plan'
                  ? `Holds for organizations with the plan ${subject}.`
                  : `Agreed with ${organization.name} alone.`
            }
            onClose={close}
          />
        ) : (
          <PolicyDetails policy={opened} names={catalog.names} onClose={close} />
        ))}
      {isGivingPlan && (
        <OrganizationPlanDialog
          organization={organization}
          plan={policies.data?.plan ?? STANDARD_PLAN}
          plans={planNames}
          onClose={() => setGivingPlan(false)}
        />
      )}
    </Stack>
  );
}

function levelOf(view: View): PlatformPolicyLevel {
  return view === 'organization' ? 'agreement' : view;
}

function queryOf(view: View, subject: string) {
  if (view === 'platform') return {};
  return view === 'plan' ? { plan: subject } : { organization_id: subject };
}

function isPlanName(text: string): boolean {
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}
