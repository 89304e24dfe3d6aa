import { useOperation, useSession } from '@portico/plugin-kit/ui';
import { Banner, LinkButton } from '@portico/ui';
import { useLocation } from 'react-router-dom';
import { balanceWords } from './balance-words';
import { balanceBanner } from './balance-banner-definition';
import { places } from './places';

/** Usage accrues without events; a minute is soon enough for a banner that speaks of hours. */
const REFETCH_MILLISECONDS = 60_000;

/** Low, warning and depleted, above every page, for as long as it is so. */
export function BalanceBanner() {
  const permissions = useSession()?.permissions;
  const mayRead = permissions?.has('billing.balance.read') ?? false;
  const mayPay = permissions?.has('billing.payment.manage') ?? false;
  const { pathname } = useLocation();
  const balance = useOperation(
    balanceBanner,
    'getBalance',
    {},
    {
      enabled: mayRead,
      refetchMilliseconds: REFETCH_MILLISECONDS,
      live: event => /^(billing|payments)\./.test(event.event_type),
    },
  );
  const words = balance.data === undefined ? null : balanceWords(balance.data);
  if (words === null) return null;
  // Nobody is led to where they are.
  const [to, label] = mayPay ? [places.addFundsPage.path, 'Add funds'] : ['/billing', 'See billing'];
  return (
    <Banner
      tone={words.tone}
      title={words.title}
      actions={
        pathname.startsWith(mayPay ? to : '/billing') ? undefined : (
          <LinkButton to={to} size="small">
            {label}
          </LinkButton>
        )
      }
    >
      {words.text}
    </Banner>
  );
}
