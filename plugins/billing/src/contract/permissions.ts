import { definePermissions } from '@portico/plugin-kit/contract';

export const billingPermissions = definePermissions({
  'billing.balance.read': 'see the balance, burn rate and runway of the organization',
  'billing.usage.read': 'see what each allocation of the organization has used and cost, and export it',
  'billing.ledger.read': 'see every movement of the organization’s money',
  'billing.credit.grant': 'credit an organization’s account without a payment',
});
