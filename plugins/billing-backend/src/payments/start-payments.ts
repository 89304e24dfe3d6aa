import type { LifecycleService } from '@backstage/backend-plugin-api';
import type { BillingServices } from '../services';
import { EventCatchUp } from './event-catch-up';
import { PaymentReconciler } from './reconciler';

/** What happens to payments without anybody asking; nothing where the portal takes none. */
export function startPayments(services: BillingServices, lifecycle: LifecycleService): void {
  if (services.payments === null) return;
  const reconciler = new PaymentReconciler(services);
  lifecycle.addStartupHook(() => reconciler.start());
  lifecycle.addShutdownHook(() => reconciler.stop());
  if (services.payments.eventsSince === undefined) return;
  const catchUp = new EventCatchUp(services);
  lifecycle.addStartupHook(() => catchUp.start());
  lifecycle.addShutdownHook(() => catchUp.stop());
}
