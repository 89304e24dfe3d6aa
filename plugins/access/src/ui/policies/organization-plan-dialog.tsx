import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, Dialog, Select, showToast, Stack } from '@portico/ui';
import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { platformPoliciesPage } from './policy-pages';

/** Another plan for an organization. */
export function OrganizationPlanDialog(props: {
  organization: { id: string; name: string };
  plan: string;
  plans: readonly string[];
  onClose: () => void;
}) {
  const { organization, plans, onClose } = props;
  const [plan, setPlan] = useState(props.plan);
  const form = useId();
  const save = useAction(platformPoliciesPage, 'setOrganizationPlan', {
    invalidates: ['listPlatformPolicies', 'listPlans'],
  });
  const args = { params: { organization_id: organization.id }, body: { plan } };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (save.isPending) return;
    save.mutate(args, {
      onSuccess: () => {
        showToast({ tone: 'success', title: `${organization.name} has the plan ${plan} now.` });
        onClose();
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Plan of ${organization.name}`}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" isPending={save.isPending}>
            Give plan
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Stack>
          <p>What the plan sets counts from the next launch on, as far as nothing is agreed with the organization.</p>
          <Select
            label="Plan"
            value={plan}
            options={plans.map(value => ({ value, label: value }))}
            onChange={setPlan}
          />
          <EquivalentCall page={platformPoliciesPage} name="setOrganizationPlan" args={args} />
          {save.error !== null && <Banner tone="failed">{save.error.message}</Banner>}
        </Stack>
      </form>
    </Dialog>
  );
}
