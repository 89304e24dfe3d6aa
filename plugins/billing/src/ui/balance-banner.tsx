import { useOperation, useSession } from '@portico/plugin-kit/ui';
import { Banner, LinkButton } from '@portico/ui';
import { useLocation } from 'react-router-dom';
import { balanceWords } from './balance-words';
import { balanceBanner } from './pages';

/** Usage accrues without events; a minute is soon enough for a banner that speaks of hours. */
const REFETCH_MILLISECONDS = 60_000;

/** Low, warning and depleted, above every page, for as long as it is so. */
export function BalanceBanner() {
  const mayRead = useSession()?.permissions.has('billing.balance.read') ?? false;
  const atBilling = useLocation().pathname.startsWith('/billing');
  const balance = useOperation(
    balanceBanner,
    'getBalance',
    {},
    {
      enabled: mayRead,
      refetchMilliseconds: REFETCH_MILLISECONDS,
      live: event => event.event_type.startsWith('billing.'),
    },
  );
  const words = balance.data === undefined ? null : balanceWords(balance.data);
  if (words === null) return null;
  return (
    <Banner
      tone={words.tone}
      title={words.title}
      actions={
        atBilling ? undefined : (
          <LinkButton to="/billing" size="small">
            See billing
          </LinkButton>
        )
      }
    >
      {words.text}
    </Banner>
  );
}
