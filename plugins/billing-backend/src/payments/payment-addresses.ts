import type { Settings } from '@portico/plugin-kit/backend';
import type { PaymentRow } from '../store/payments';

/** Where the browser comes back to from the provider. Follows from the payment alone: a repeated call must ask for the same. */
export function returnAddress(
  settings: Settings,
  payment: Pick<PaymentRow, 'payment_id' | 'return_path'>,
  outcome?: 'cancelled',
): string {
  const url = new URL('/billing/return', settings.server.publicUrl);
  url.searchParams.set('payment_id', payment.payment_id);
  if (outcome !== undefined) url.searchParams.set('outcome', outcome);
  if (payment.return_path !== null) url.searchParams.set('back', payment.return_path);
  return url.toString();
}
