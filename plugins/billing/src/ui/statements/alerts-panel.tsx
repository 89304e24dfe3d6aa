import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation } from '@portico/plugin-kit/ui';
import { Button, formatDuration, KeyValueList, Money, PageState, Panel } from '@portico/ui';
import { useState } from 'react';
import type { getAlerts } from '../../contract/alert-operations';
import { budgetsPage } from '../pages';
import { AlertsDialog } from './alerts-dialog';

export type Alerts = ReplyOf<typeof getAlerts>;

/** When the balance warns, and whom. */
export function AlertsPanel({ mayManage }: { mayManage: boolean }) {
  const alerts = useOperation(budgetsPage, 'getAlerts', {});
  const [isChanging, setChanging] = useState(false);
  const { data } = alerts;
  return (
    <Panel
      title="Warnings about the balance"
      description="By e-mail, and as a banner on every page. What runs is released when the balance is used up."
      actions={
        mayManage &&
        data !== undefined && (
          <Button size="small" onPress={() => setChanging(true)}>
            Change
          </Button>
        )
      }
    >
      <PageState state={renderingOf(alerts, { layout: 'text' })}>
        {data !== undefined && (
          <KeyValueList
            columns={2}
            items={[
              {
                label: 'First notice',
                value: `When it lasts less than ${formatDuration(data.in_force.notice_runway_seconds)}`,
              },
              {
                label: 'Warning',
                value: `When it lasts less than ${formatDuration(data.in_force.warning_runway_seconds)}`,
              },
              {
                label: 'Or below',
                value: <Money value={data.in_force.warning_below} />,
              },
              { label: 'Goes to', value: recipientsOf(data) },
            ]}
          />
        )}
      </PageState>
      {isChanging && data !== undefined && <AlertsDialog alerts={data} onClose={() => setChanging(false)} />}
    </Panel>
  );
}

function recipientsOf({ recipients, possible_recipients: possible }: Alerts): string {
  const chosen = recipients === null ? possible : possible.filter(({ user_id: id }) => recipients.includes(id));
  if (chosen.length === 0) return 'Nobody: nobody who may see the money has confirmed an address';
  const names = chosen.map(({ username, email }) => `${username} (${email})`).join(', ');
  return recipients === null ? `All who may see the money: ${names}` : names;
}
