import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { Banner, Button, formatMoney, Instant, Money, PageState, Panel, Stack, Stat, StatRow } from '@portico/ui';
import { useState } from 'react';
import type { getAutoTopUp, getPaymentSettings } from '../../contract/payment-operations';
import { paymentsPage } from '../pages';
import { AutoTopUpDialog, TurnOffDialog } from './auto-top-up-dialogs';
import { methodWords } from './method-words';

export type AutoTopUp = ReplyOf<typeof getAutoTopUp>;
export type PaymentSettings = ReplyOf<typeof getPaymentSettings>;

/** Whether the account fills itself up, from what and how far, and what keeps it from doing so. */
export function AutoTopUpPanel({ settings, mayManage }: { settings: PaymentSettings; mayManage: boolean }) {
  const topUp = useOperation(
    paymentsPage,
    'getAutoTopUp',
    {},
    { live: event => /^(billing|payments)\./.test(event.event_type) },
  );
  const [deed, setDeed] = useState<'set' | 'off' | null>(null);
  const { data } = topUp;
  return (
    <Panel
      title="Automatic top-up"
      description="Charges a saved card whenever little is left, so that nothing has to be released."
      actions={
        mayManage &&
        data !== undefined && (
          <>
            {data.enabled && (
              <Button size="small" onPress={() => setDeed('off')}>
                Turn off
              </Button>
            )}
            <Button size="small" onPress={() => setDeed('set')}>
              {data.enabled ? 'Change' : 'Set up'}
            </Button>
          </>
        )
      }
    >
      <PageState state={renderingOf(topUp, { layout: 'text' })}>
        {data !== undefined && <Told topUp={data} />}
      </PageState>
      {data !== undefined && deed === 'set' && (
        <AutoTopUpDialog topUp={data} settings={settings} onClose={() => setDeed(null)} />
      )}
      {deed === 'off' && <TurnOffDialog onClose={() => setDeed(null)} />}
    </Panel>
  );
}

function Told({ topUp }: { topUp: AutoTopUp }) {
  const { enabled, amount, threshold, monthly_limit: limit, method } = topUp;
  return (
    <Stack>
      {topUp.disabled_reason !== null && (
        <Banner tone="warning" title="The portal turned it off">
          {topUp.disabled_reason === 'failures'
            ? 'The card was refused three times in a row. Choose another one and turn it on again.'
            : 'The card it charged was removed.'}
        </Banner>
      )}
      {enabled && topUp.waits_until !== null && (
        <Banner
          tone="notice"
          title={topUp.failures_in_row > 0 ? 'The last charge failed' : 'The monthly limit is reached'}
        >
          Nothing is charged before <Instant at={topUp.waits_until} />.
        </Banner>
      )}
      {enabled && amount !== null && threshold !== null && limit !== null ? (
        <StatRow label="Automatic top-up">
          <Stat
            label="Charges"
            value={<Money value={amount} />}
            hint={method === null ? 'The saved card' : methodWords(method)}
          />
          <Stat label="When less is left than" value={<Money value={threshold} />} />
          <Stat
            label="This month"
            value={<Money value={topUp.spent_this_month} />}
            hint={`Of ${formatMoney(limit)} at most`}
          />
        </StatRow>
      ) : (
        <p>It is off: when the balance runs out, what runs is released.</p>
      )}
    </Stack>
  );
}
