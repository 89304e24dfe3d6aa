import { useSession } from '@portico/plugin-kit/ui';
import { LinkButton, PageHeader, PlusIcon, Stack, Tabs } from '@portico/ui';
import type { ReactNode } from 'react';

const tabs = [
  { to: '/billing', label: 'Overview', isExact: true, permission: 'billing.balance.read' },
  { to: '/billing/usage', label: 'Usage', permission: 'billing.usage.read' },
  { to: '/billing/budgets', label: 'Budgets', permission: 'billing.budget.read' },
  { to: '/billing/payments', label: 'Payments', permission: 'billing.payment.read' },
  { to: '/billing/invoices', label: 'Invoices', permission: 'billing.invoice.read' },
  { to: '/billing/ledger', label: 'Ledger', permission: 'billing.ledger.read' },
] as const;

/** The money of the organization, in as many parts as one may see. Adding funds is one press away from each. */
export function BillingFrame({ title, children }: { title: string; children: ReactNode }) {
  const permissions = useSession()?.permissions ?? new Set();
  return (
    <Stack gap="loose">
      <PageHeader
        title="Billing & Usage"
        documentTitle={`${title} · Billing`}
        primaryAction={
          permissions.has('billing.payment.manage') && (
            <LinkButton to="/billing/add-funds" variant="primary" icon={PlusIcon}>
              Add funds
            </LinkButton>
          )
        }
      >
        <Tabs label="Parts of billing" items={tabs.filter(({ permission }) => permissions.has(permission))} />
      </PageHeader>
      {children}
    </Stack>
  );
}
