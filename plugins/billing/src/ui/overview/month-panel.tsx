import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { formatDate, Money, PageState, Panel, Stat, StatRow } from '@portico/ui';
import { billingPage } from '../pages';

const REFETCH_MILLISECONDS = 60_000;

/** The calendar month so far, and what it is likely to come to. */
export function MonthPanel() {
  const forecast = useOperation(
    billingPage,
    'getForecast',
    {},
    { refetchMilliseconds: REFETCH_MILLISECONDS, live: event => event.event_type.startsWith('billing.') },
  );
  const { data } = forecast;
  return (
    <Panel title="This month" description="The calendar month in UTC, as on the invoice.">
      <PageState state={renderingOf(forecast, { layout: 'text' })}>
        {data !== undefined && (
          <StatRow label="This month">
            <Stat
              label="Spent so far"
              value={<Money value={data.spent} />}
              hint={`Since ${formatDate(new Date(data.period_from))}`}
            />
            <Stat
              label="If what runs goes on"
              value={<Money value={data.at_burn.month_total} />}
              hint={lasts(data.at_burn.balance_lasts)}
            />
            <Stat
              label="If the last days go on"
              value={<Money value={data.by_trend.month_total} />}
              hint={lasts(data.by_trend.balance_lasts)}
            />
          </StatRow>
        )}
      </PageState>
    </Panel>
  );
}

function lasts(doesLast: boolean): string {
  return doesLast ? 'The balance lasts until then' : 'More than the balance holds';
}
