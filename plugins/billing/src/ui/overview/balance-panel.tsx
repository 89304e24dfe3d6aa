import { formatDate, formatDuration, formatMoney, Money, Panel, Stack, Stat, StatRow, StatusChip } from '@portico/ui';
import type { ReactNode } from 'react';
import type { Balance } from '../balance-words';

/** From here on a date says more than a number of hours. */
const DATE_FROM_SECONDS = 2 * 86_400;

/** How much there is, how fast it goes and until when. */
export function BalancePanel({ balance, children }: { balance: Balance; children: ReactNode }) {
  const { runway_seconds: runway } = balance;
  return (
    <Panel title="Balance" actions={<StatusChip family="balance" status={balance.status} />}>
      <Stack>
        <StatRow label="Balance">
          <Stat label="Available" value={<Money value={balance.available} />} hint={givenWords(balance)} />
          <Stat
            label="Held"
            value={<Money value={balance.held} />}
            hint="For what runs; the rest comes back at release"
          />
          <Stat
            label="Burn rate"
            value={<Money value={balance.burn_rate_per_hour} per="hour" />}
            hint="All that runs now"
          />
          <Stat
            label="Runway"
            value={runway === null ? '–' : formatDuration(runway)}
            hint={runway === null ? 'Nothing runs' : lastsUntil(balance.as_of, runway)}
          />
        </StatRow>
        {children}
      </Stack>
    </Panel>
  );
}

/** What of it was given, and what of that ends next. */
function givenWords({ promotional, expires_next: next }: Balance): string {
  if (promotional.amount === '0') return 'What a launch could take now';
  const given = `${formatMoney(promotional)} of the balance were given`;
  return next === null ? given : `${given}; ${formatMoney(next.amount)} end on ${formatDate(new Date(next.at))}`;
}

function lastsUntil(asOf: string, runwaySeconds: number): string {
  const end = new Date(Date.parse(asOf) + runwaySeconds * 1_000);
  if (Number.isNaN(end.getTime())) return 'At this burn rate';
  if (runwaySeconds >= DATE_FROM_SECONDS) return `Lasts until ${formatDate(end)}`;
  const clock = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(end);
  return `Lasts until ${clock}`;
}
