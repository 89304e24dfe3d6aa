import { PageHeader, Stack, Tabs } from '@portico/ui';
import type { ReactNode } from 'react';
import './account.css';

const tabs = [
  { to: '/account/profile', label: 'Profile' },
  { to: '/account/security', label: 'Security' },
  { to: '/account/sessions', label: 'Sessions' },
] as const;

/** One's own account, in three parts. */
export function AccountFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Stack gap="loose">
      <PageHeader title="Your account" documentTitle={`${title} · Your account`}>
        <Tabs label="Parts of your account" items={tabs} />
      </PageHeader>
      {children}
    </Stack>
  );
}
