import { Tabs } from '@portico/ui';

const views = [
  { to: '/billing/usage', label: 'By workload', isExact: true },
  { to: '/billing/usage/costs', label: 'Added up' },
] as const;

/** Two ways to look at what was used: each workload, and what they come to together. */
export function UsageViews() {
  return <Tabs label="Ways to look at usage" items={views} />;
}
