import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { PageState, Stack } from '@portico/ui';
import { BillingFrame } from '../billing-frame';
import { billingPage } from '../pages';
import { BalancePanel } from './balance-panel';

/** What runs costs by the second; this often the figures are read again. */
const REFETCH_MILLISECONDS = 10_000;

/** How much there is, how fast it goes, and what it goes to. */
export function OverviewPage() {
  const balance = useOperation(
    billingPage,
    'getBalance',
    {},
    { refetchMilliseconds: REFETCH_MILLISECONDS, live: event => /^(billing|payments)\./.test(event.event_type) },
  );
  return (
    <BillingFrame title="Overview">
      <PageState state={renderingOf(balance, { layout: 'text' })}>
        {balance.data !== undefined && (
          <Stack gap="loose">
            <BalancePanel balance={balance.data} />
          </Stack>
        )}
      </PageState>
    </BillingFrame>
  );
}
