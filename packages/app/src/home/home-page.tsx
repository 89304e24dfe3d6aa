import { balanceWords } from '@portico/plugin-billing/ui';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import type { LiveEvent } from '@portico/plugin-kit/ui';
import {
  Checklist,
  Duration,
  LaunchIcon,
  LinkButton,
  Money,
  PageHeader,
  PageState,
  Panel,
  Stack,
  Stat,
  StatRow,
} from '@portico/ui';
import { workloadPermissions } from '@portico/plugin-workloads/contract';
import { movesWorkloads } from '@portico/plugin-workloads/ui';
import { Navigate } from 'react-router-dom';
import { CapacityPanel } from './capacity-panel';
import { home } from './home-definition';
import { RecentWorkloads } from './recent-workloads';
import './home-page.css';

const RECENT_MAX = 6;
const BALANCE_REFETCH_MILLISECONDS = 15_000;
/** As many as one page of a list holds; beyond it the figure says "and more". */
const COUNTED_MAX = 200;

const UNSEEN_WORKLOADS = {
  kind: 'restricted',
  permission: 'workloads.allocation.read',
  sentence: workloadPermissions['workloads.allocation.read'],
} as const;

/** The state of things at a glance, and for a newcomer the way to a first workload. */
export function HomePage() {
  const { user, permissions } = useSignedIn();
  const movesMoney = (event: LiveEvent) => event.event_type.startsWith('billing.') || movesWorkloads(event);
  const maySeeMoney = permissions.has('billing.balance.read');
  const maySeeWorkloads = permissions.has('workloads.allocation.read');
  const ofWorkloads = { live: movesWorkloads, enabled: maySeeWorkloads };
  const balance = useOperation(
    home,
    'getBalance',
    {},
    { refetchMilliseconds: BALANCE_REFETCH_MILLISECONDS, live: movesMoney, enabled: maySeeMoney },
  );
  const recent = useOperation(home, 'listWorkloads', { query: { limit: RECENT_MAX } }, ofWorkloads);
  const attention = useOperation(
    home,
    'listWorkloads',
    { query: { status_group: 'needs_attention', limit: RECENT_MAX } },
    ofWorkloads,
  );
  const active = useOperation(
    home,
    'listWorkloads',
    { query: { status_group: 'active', limit: COUNTED_MAX } },
    ofWorkloads,
  );

  const skus = useOperation(
    home,
    'listSkus',
    { query: { limit: COUNTED_MAX } },
    { enabled: permissions.has('catalog.sku.read') },
  );
  const skuNames = new Map(skus.data?.items.map(sku => [sku.sku_id, sku.name]));

  const hasNone = recent.data?.items.length === 0;
  const hasNoMoney =
    balance.data !== undefined && balance.data.available.amount === '0' && balance.data.held.amount === '0';
  if (hasNone && hasNoMoney) return <Navigate to="/billing" replace />;
  const words = balance.data === undefined ? null : balanceWords(balance.data);
  const activeCount =
    active.data === undefined ? '–' : `${active.data.items.length}${active.data.next_cursor === null ? '' : '+'}`;

  return (
    <Stack gap="loose">
      <PageHeader
        title={`Hello, ${user.displayName}`}
        documentTitle="Home"
        primaryAction={
          permissions.has('workloads.allocation.launch') && (
            <LinkButton to="/launch" variant="primary" icon={LaunchIcon}>
              Launch a workload
            </LinkButton>
          )
        }
      />
      <StatRow label="At a glance">
        <Stat
          label="Available"
          value={<Money value={balance.data?.available} />}
          hint={words?.title ?? 'Prepaid balance'}
          to="/billing"
        />
        <Stat
          label="Burn rate"
          value={<Money value={balance.data?.burn_rate_per_hour} per="hour" />}
          hint="All that runs now"
        />
        <Stat
          label="Runway"
          value={balance.data?.runway_seconds == null ? '–' : <Duration seconds={balance.data.runway_seconds} />}
          hint={balance.data?.runway_seconds == null ? 'Nothing runs' : 'At this burn rate'}
        />
        <Stat label="Active workloads" value={activeCount} to="/workloads?status_group=active" />
        <Stat
          label="Needs attention"
          value={attention.data?.items.length ?? '–'}
          to="/workloads?status_group=needs_attention"
        />
      </StatRow>
      <div className="home-columns">
        <PageState state={maySeeWorkloads ? renderingOf(recent) : UNSEEN_WORKLOADS}>
          {hasNone ? (
            <FirstSteps />
          ) : (
            <RecentWorkloads
              workloads={recent.data?.items ?? []}
              hardware={row =>
                `${row.gpu_count} × ${skuNames.get(row.sku_id) ?? (row.gpu_count === 1 ? 'GPU' : 'GPUs')}`
              }
            />
          )}
        </PageState>
        <CapacityPanel skus={skus.data?.items ?? []} />
      </div>
    </Stack>
  );
}

function FirstSteps() {
  const me = useOperation(home, 'getMe', {});
  const hasKey = (me.data?.first_run.ssh_key_count ?? 0) > 0;
  const hasMoney =
    me.data?.first_run.available != null &&
    !me.data.first_run.available.amount.startsWith('-') &&
    me.data.first_run.available.amount !== '0';
  const steps = [
    { isDone: hasMoney, label: 'Have a balance to launch from', to: '/billing' },
    { isDone: hasKey, label: 'Add an SSH key, if you want to connect from your own machine', to: '/access/ssh-keys' },
    { isDone: false, label: 'Launch your first workload', to: '/launch' },
  ];
  return (
    <Panel
      title="Three steps to a GPU"
      description="Nothing runs yet. A workload is GPUs on a node with a shell, SSH and a price by the second."
    >
      <Checklist label="First steps" items={steps} />
    </Panel>
  );
}
