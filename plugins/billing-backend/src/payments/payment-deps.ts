import type { BillingServices } from '../services';

/** What moving a payment on needs; all of the services, but for those who make them up in tests. */
export type PaymentDeps = Pick<BillingServices, 'outbox' | 'audit' | 'attention' | 'payments'>;
