import type { LifecycleService } from '@backstage/backend-plugin-api';
import { invoicePolicyOf } from './invoices/invoice-policy';
import { Invoicing } from './invoices/invoicing';
import type { BillingServices } from './services';

/** Makes the invoices of months that are over, for as long as the backend runs. */
export function keepStatements(
  services: BillingServices,
  lifecycle: Pick<LifecycleService, 'addStartupHook' | 'addShutdownHook'>,
): void {
  const invoicing = new Invoicing({ ...services, invoices: invoicePolicyOf(services.settings) });
  lifecycle.addStartupHook(() => invoicing.start());
  lifecycle.addShutdownHook(() => invoicing.stop());
}
