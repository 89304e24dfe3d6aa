import type { ReplyOf } from '@portico/plugin-kit/contract';
import type { quoteLaunch } from '@portico/plugin-workloads/contract';
import { Banner, Duration, KeyValueList, LinkButton, Money, Panel, Rate, Stack } from '@portico/ui';

export type Quote = ReplyOf<typeof quoteLaunch>;

/** What it costs and how long the money lasts, always in sight. */
export function PriceRail({ quote, failure }: { quote: Quote | undefined; failure: string | null }) {
  return (
    <Panel title="Price">
      <Stack>
        {quote === undefined ? (
          <p>{failure ?? 'Choose hardware and a number of GPUs to see what it costs.'}</p>
        ) : (
          <KeyValueList
            items={[
              ...(quote.count === 1
                ? []
                : [{ label: 'For', value: `${quote.count} workloads together`, isSecondary: true }]),
              { label: 'Per hour', value: <Rate value={quote.price_per_hour} /> },
              { label: 'Per day', value: <Money value={quote.price_per_day} />, isSecondary: true },
              { label: 'Held at launch', value: <Money value={quote.hold} />, isSecondary: true },
              { label: 'Balance now', value: <Money value={quote.available} />, isSecondary: true },
              { label: 'Balance after', value: <Money value={quote.balance_after} /> },
              {
                label: 'Runway without',
                value:
                  quote.runway_seconds_without === null ? (
                    'nothing runs'
                  ) : (
                    <Duration seconds={quote.runway_seconds_without} />
                  ),
                isSecondary: true,
              },
              { label: 'Runway with this', value: <Duration seconds={quote.runway_seconds_with} /> },
            ]}
          />
        )}
        {quote !== undefined && !quote.sufficient && (
          <Banner tone="warning" title="Not enough balance" actions={<LinkButton to="/billing">Billing</LinkButton>}>
            The launch holds one hour of its price first.
          </Banner>
        )}
      </Stack>
    </Panel>
  );
}
