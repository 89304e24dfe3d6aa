import { Tabs } from '@portico/ui';

const tabs = [
  { to: '/admin/payment-sessions', label: 'Payments' },
  { to: '/admin/disputes', label: 'Disputes' },
] as const;

/** Payments, and those somebody took back at their bank. */
export function PaymentTabs() {
  return <Tabs label="Payments and disputes" items={tabs} />;
}
