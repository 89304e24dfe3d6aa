import { renderingOf, useOperation, useSession } from '@portico/plugin-kit/ui';
import { EmptyState, LinkButton, PageState, PlusIcon, Stack, WalletIcon } from '@portico/ui';
import type { Balance } from '../balance-words';
import { BillingFrame } from '../billing-frame';
import { billingPage } from '../pages';
import { AutoTopUpLine } from './auto-top-up-line';
import { BalancePanel } from './balance-panel';
import { BurnPanel } from './burn-panel';
import { MonthPanel } from './month-panel';
import { TimelinePanel } from './timeline-panel';

/** What runs costs by the second; this often the figures are read again. */
const REFETCH_MILLISECONDS = 10_000;

/** How much there is, how fast it goes, and what it goes to. */
export function OverviewPage() {
  const permissions = useSession()?.permissions ?? new Set();
  const balance = useOperation(
    billingPage,
    'getBalance',
    {},
    { refetchMilliseconds: REFETCH_MILLISECONDS, live: event => /^(billing|payments)\./.test(event.event_type) },
  );
  const { data } = balance;
  return (
    <BillingFrame title="Overview">
      <PageState state={renderingOf(balance, { layout: 'text' })}>
        {data !== undefined && (
          <Stack gap="loose">
            {isBare(data) && <FirstFunds mayPay={permissions.has('billing.payment.manage')} />}
            <BalancePanel balance={data}>{permissions.has('billing.payment.read') && <AutoTopUpLine />}</BalancePanel>
            {permissions.has('billing.usage.read') && <BurnPanel />}
            <MonthPanel />
            {permissions.has('billing.usage.read') && <TimelinePanel />}
          </Stack>
        )}
      </PageState>
    </BillingFrame>
  );
}

/** Nothing there and nothing running: there is one thing to do. */
function isBare({ available, held, burn_rate_per_hour: burn }: Balance): boolean {
  return [available, held, burn].every(({ amount }) => amount === '0');
}

function FirstFunds({ mayPay }: { mayPay: boolean }) {
  return (
    <EmptyState
      icon={WalletIcon}
      title="Add funds to get started"
      description={
        mayPay
          ? 'A launch holds one hour of its price and pays by the second from then on. Add money, or redeem a voucher, and launch.'
          : 'A launch needs money in the account of the organization. Ask its owner, or whoever looks after its money, to add some.'
      }
      actions={
        <>
          {mayPay && (
            <LinkButton to="/billing/add-funds" variant="primary" icon={PlusIcon}>
              Add funds
            </LinkButton>
          )}
          <LinkButton to="/infra/catalog">See what there is</LinkButton>
        </>
      }
    />
  );
}
