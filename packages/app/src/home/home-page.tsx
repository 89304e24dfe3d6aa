import { balanceWords } from '@portico/plugin-billing/ui';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import type { LiveEvent } from '@portico/plugin-kit/ui';
import {
  Checklist, DataTable, Duration, LaunchIcon, LinkButton, Money, PageHeader, PageState, Panel, Rate, RelativeTime, Stack, Stat, StatRow, StatusChip,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { movesWorkloads } from '@portico/plugin-workloads/ui';
import type { Workload } from '@portico/plugin-workloads/ui';
import { Navigate } from 'react-router-dom';
import { home } from './home-definition';

const RECENT_MAX = 5;
const BALANCE_REFETCH_MILLISECONDS = 15_000;

const columns: readonly DataColumn<Workload>[] = [
  { key: 'name', header: 'Name', cell: row => row.name, priority: 1 },
  { key: 'status', header: 'Status', cell: row => <StatusChip family="allocation" status={row.display_status} />, priority: 1, isNarrow: true },
  { key: 'gpus', header: 'GPUs', cell: row => row.gpu_count, align: 'end', priority: 2, isNarrow: true },
  { key: 'price', header: 'Price', cell: row => <Rate value={row.price_per_hour} />, align: 'end', priority: 2, isNarrow: true },
  { key: 'created', header: 'Launched', cell: row => <RelativeTime at={row.created_at} />, priority: 2, isNarrow: true },
];

/** The state of things at a glance, and for a newcomer the way to a first workload. */
export function HomePage() {
  const { user } = useSignedIn();
  const movesMoney = (event: LiveEvent) => event.event_type.startsWith('billing.') || movesWorkloads(event);
  const balance = useOperation(home, 'getBalance', {}, { refetchMilliseconds: BALANCE_REFETCH_MILLISECONDS, live: movesMoney });
  const recent = useOperation(home, 'listWorkloads', { query: { limit: RECENT_MAX } }, { live: movesWorkloads });
  const attention = useOperation(home, 'listWorkloads', { query: { status_group: 'needs_attention', limit: RECENT_MAX } }, { live: movesWorkloads });
  const active = useOperation(home, 'listWorkloads', { query: { status_group: 'active', limit: 200 } }, { live: movesWorkloads });

  const hasNone = recent.data?.items.length === 0;
  const hasNoMoney = balance.data !== undefined && balance.data.available.amount === '0' && balance.data.held.amount === '0';
  if (hasNone && hasNoMoney) return <Navigate to="/billing" replace />;
  const words = balance.data === undefined ? null : balanceWords(balance.data);
  const activeCount = active.data === undefined ? '–' : `${active.data.items.length}${active.data.next_cursor === null ? '' : '+'}`;

  return (
    <Stack gap="loose">
      <PageHeader
        title={`Hello, ${user.displayName}`}
        documentTitle="Home"
        primaryAction={
          <LinkButton to="/launch" variant="primary" icon={LaunchIcon}>
            Launch a workload
          </LinkButton>
        }
      />
      <StatRow label="At a glance">
        <Stat label="Available" value={<Money value={balance.data?.available} />} hint={words?.title ?? 'Prepaid balance'} to="/billing" />
        <Stat label="Burn rate" value={<Money value={balance.data?.burn_rate_per_hour} per="hour" />} hint="All that runs now" />
        <Stat
          label="Runway"
          value={balance.data?.runway_seconds == null ? '–' : <Duration seconds={balance.data.runway_seconds} />}
          hint={balance.data?.runway_seconds == null ? 'Nothing runs' : 'At this burn rate'}
        />
        <Stat label="Active workloads" value={activeCount} to="/workloads?status_group=active" />
        <Stat label="Needs attention" value={attention.data?.items.length ?? '–'} to="/workloads?status_group=needs_attention" />
      </StatRow>
      <PageState state={renderingOf(recent)}>
        {hasNone ? (
          <FirstSteps />
        ) : (
          <Panel title="Recent workloads" isFlush actions={<LinkButton to="/workloads" size="small">All workloads</LinkButton>}>
            <DataTable
              label="Recent workloads"
              columns={columns}
              rows={recent.data?.items ?? []}
              rowKey={row => row.allocation_id}
              rowTo={row => `/workloads/${row.allocation_id}`}
            />
          </Panel>
        )}
      </PageState>
    </Stack>
  );
}

function FirstSteps() {
  const me = useOperation(home, 'getMe', {});
  const hasKey = (me.data?.first_run.ssh_key_count ?? 0) > 0;
  const hasMoney = me.data?.first_run.available != null && !me.data.first_run.available.amount.startsWith('-') && me.data.first_run.available.amount !== '0';
  const steps = [
    { isDone: hasMoney, label: 'Have a balance to launch from', to: '/billing' },
    { isDone: hasKey, label: 'Add an SSH key, if you want to connect from your own machine', to: '/access/ssh-keys' },
    { isDone: false, label: 'Launch your first workload', to: '/launch' },
  ];
  return (
    <Panel title="Three steps to a GPU" description="A workload is GPUs on a node with a shell, SSH and a price by the second.">
      <Checklist label="First steps" items={steps} />
    </Panel>
  );
}
