import type { LifecycleService } from '@backstage/backend-plugin-api';
import { BudgetWatch } from './budgets/budget-watch';
import { invoicePolicyOf } from './invoices/invoice-policy';
import { Invoicing } from './invoices/invoicing';
import type { BillingServices } from './services';

/** Makes the invoices of months that are over, and watches budgets, for as long as the backend runs. */
export function keepStatements(
  services: BillingServices,
  lifecycle: Pick<LifecycleService, 'addStartupHook' | 'addShutdownHook'>,
): void {
  const invoicing = new Invoicing({ ...services, invoices: invoicePolicyOf(services.settings) });
  const budgets = new BudgetWatch(services);
  for (const loop of [invoicing, budgets]) {
    lifecycle.addStartupHook(() => loop.start());
    lifecycle.addShutdownHook(() => loop.stop());
  }
}
