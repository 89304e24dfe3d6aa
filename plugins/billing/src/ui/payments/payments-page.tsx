import { useOperation, useSession } from '@portico/plugin-kit/ui';
import { Stack } from '@portico/ui';
import { useState } from 'react';
import { BillingFrame } from '../billing-frame';
import { paymentsPage } from '../pages';
import { AutoTopUpPanel } from './auto-top-up-panel';
import { MethodsPanel } from './methods-panel';
import { PaymentsList } from './payments-list';
import type { Payment } from './payments-list';
import { RefundDialog } from './refund-dialog';
import { RefundsPanel } from './refunds-panel';

/** Money that came in, money that went back, and the cards it comes from. */
export function PaymentsPage() {
  const permissions = useSession()?.permissions ?? new Set();
  const settings = useOperation(
    paymentsPage,
    'getPaymentSettings',
    {},
    { enabled: permissions.has('billing.payment.read') },
  );
  const [refunding, setRefunding] = useState<Payment | null>(null);
  const takesPayments = settings.data !== undefined && settings.data.provider !== null;
  return (
    <BillingFrame title="Payments">
      <Stack gap="loose">
        <PaymentsList {...(permissions.has('billing.refund.request') ? { onRefund: setRefunding } : {})} />
        {permissions.has('billing.refund.read') && <RefundsPanel />}
        {takesPayments && (
          <>
            <MethodsPanel mayManage={permissions.has('billing.payment.manage')} provider={settings.data.provider} />
            <AutoTopUpPanel settings={settings.data} mayManage={permissions.has('billing.payment.manage')} />
          </>
        )}
      </Stack>
      {refunding !== null && settings.data !== undefined && (
        <RefundDialog payment={refunding} decimals={settings.data.decimals} onClose={() => setRefunding(null)} />
      )}
    </BillingFrame>
  );
}
