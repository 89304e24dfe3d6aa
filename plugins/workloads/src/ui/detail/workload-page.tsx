import { lazy, Suspense, useEffect, useState } from 'react';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  ActivityIcon,
  Banner,
  Button,
  CommandLine,
  Drawer,
  Duration,
  Instant,
  KeyIcon,
  LinkButton,
  MissingPermission,
  Money,
  PageHeader,
  PageState,
  Panel,
  Rate,
  SlotMap,
  Spinner,
  Stack,
  Stat,
  StatRow,
  StatusChip,
  TasksIcon,
  TerminalIcon,
  TrashIcon,
  useDocumentTitle,
} from '@portico/ui';
import { useParams } from 'react-router-dom';
import { workloadPermissions } from '../../contract/permissions';
import { concerns } from '../concerns';
import { workloadPage } from '../pages';
import { failureText, hardwareText, isReleasable, releaseFailureText } from '../workload-words';
import type { DetailedWorkload, Workload } from '../workload-words';
import { slotNodes } from '../slot-nodes';
import { Facts } from './facts';
import { IdleNotice } from './idle-notice';
import { PublishedPorts } from './published-ports';
import { RecordingsPanel } from '../recordings/recordings-panel';
import { ReleaseDialog } from './release-dialog';

const TerminalDialog = lazy(() => import('../terminal/terminal-dialog'));
const SshAccessDialog = lazy(() => import('./ssh-access-dialog'));
const MetricsPanel = lazy(() => import('./metrics-panel'));

const CONNECT = 'workloads.allocation.connect';
const RELEASE = 'workloads.allocation.release';
/** Cost grows by the second; read again this often while it does. */
const COST_REFETCH_MILLISECONDS = 10_000;
const CLOCK_MILLISECONDS = 1_000;
/** Should an event be lost while it is on its way somewhere. */
const MOVING_REFETCH_MILLISECONDS = 5_000;
/** Whether it is idle is told by no event until its release is near. */
const RESTING_REFETCH_MILLISECONDS = 60_000;

/** One workload: what it is, how to get in, how it is doing, what it costs, and its end. */
export function WorkloadPage() {
  const { allocationId = '' } = useParams();
  const [isMoving, setMoving] = useState(false);
  const workload = useOperation(
    workloadPage,
    'getAllocation',
    { params: { allocation_id: allocationId } },
    {
      live: event => concerns(event, allocationId),
      refetchMilliseconds: isMoving ? MOVING_REFETCH_MILLISECONDS : RESTING_REFETCH_MILLISECONDS,
    },
  );
  const { data } = workload;
  useDocumentTitle(data?.name ?? 'Workload');
  const moving = data?.status_group === 'in_progress';
  if (data !== undefined && moving !== isMoving) setMoving(moving);
  return (
    <PageState state={renderingOf(workload, { what: 'workload' })}>
      {data !== undefined && <Detail workload={data} />}
    </PageState>
  );
}

function Detail({ workload }: { workload: DetailedWorkload }) {
  const { permissions } = useSignedIn();
  const [open, setOpen] = useState<'terminal' | 'metrics' | 'keys' | 'release' | null>(null);
  const close = () => setOpen(null);
  const isActive = workload.status === 'active';
  const mayConnect = permissions.has(CONNECT);
  const mayRelease = permissions.has(RELEASE) && isReleasable(workload);
  const isCancel = workload.status === 'requested' || workload.status === 'provisioning';
  return (
    <Stack gap="loose">
      <PageHeader
        title={workload.name}
        breadcrumbs={[{ label: 'Workloads', to: '/workloads' }, { label: workload.name }]}
        chip={<StatusChip family="allocation" status={workload.display_status} />}
        description={<HeaderLine workload={workload} />}
        primaryAction={
          isActive && mayConnect ? (
            <Button variant="primary" icon={TerminalIcon} onPress={() => setOpen('terminal')}>
              Open terminal
            </Button>
          ) : undefined
        }
        secondaryAction={
          <Button icon={ActivityIcon} onPress={() => setOpen('metrics')}>
            Metrics
          </Button>
        }
        menu={[
          {
            items: [
              ...(workload.task_id === null
                ? []
                : [{ id: 'task', label: 'Show its last task', icon: TasksIcon, to: `/tasks/${workload.task_id}` }]),
              ...(mayRelease
                ? [
                    {
                      id: 'release',
                      label: isCancel ? 'Cancel launch' : 'Release',
                      icon: TrashIcon,
                      isDanger: true,
                      onAction: () => setOpen('release'),
                    },
                  ]
                : []),
            ],
          },
        ]}
      />
      {isActive &&
        ([CONNECT, RELEASE] as const)
          .filter(permission => !permissions.has(permission))
          .map(permission => (
            <MissingPermission key={permission} permission={permission} sentence={workloadPermissions[permission]} />
          ))}
      <IdleNotice workload={workload} />
      <StateNotice workload={workload} onRetry={mayRelease ? () => setOpen('release') : null} />
      {isActive && workload.connection !== null && mayConnect && (
        <Panel
          title="Connect"
          description="With the ssh you already use, by one of the keys it accepts."
          actions={
            <Button size="small" icon={KeyIcon} onPress={() => setOpen('keys')}>
              SSH access
            </Button>
          }
        >
          <CommandLine command={workload.connection.ssh_command} label="SSH command" />
        </Panel>
      )}
      {isActive && mayConnect && <PublishedPorts workload={workload} />}
      <Figures workload={workload} />
      <Facts workload={workload} />
      <RecordingsPanel workload={workload} isTerminalOpen={open === 'terminal'} />
      <Suspense fallback={<Spinner label="Opening" />}>
        {open === 'terminal' && <TerminalDialog workload={workload} onClose={close} />}
        {open === 'keys' && <SshAccessDialog workload={workload} onClose={close} />}
        {open === 'metrics' && (
          <Drawer isOpen onClose={close} title={`Metrics of ${workload.name}`} size="large">
            <MetricsPanel allocationId={workload.allocation_id} isLive={isActive} />
          </Drawer>
        )}
      </Suspense>
      <ReleaseDialog workload={workload} isOpen={open === 'release'} onClose={close} />
    </Stack>
  );
}

/** What it is, under its name: hardware, price, and its GPUs as the map draws them everywhere. */
function HeaderLine({ workload }: { workload: Workload }) {
  const skus = useOperation(workloadPage, 'listSkus', { query: { limit: 200 } });
  const sku = skus.data?.items.find(candidate => candidate.sku_id === workload.sku_id);
  const holdsGpus = workload.slots.length > 0 && workload.status_group !== 'inactive';
  return (
    <span className="workload-line">
      {holdsGpus && <SlotMap label="Its GPUs" nodes={slotNodes(workload)} variant="compact" />}
      <span>{hardwareText(workload, sku?.name)}</span>
      <Rate value={workload.price_per_hour} />
    </span>
  );
}

/** Seconds between two instants, the second one being now while it is open; ticks while it does. */
function useElapsedSeconds(from: string | null, to: string | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  const isRunning = from !== null && to === null;
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isRunning]);
  if (from === null) return null;
  return Math.max(0, ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000);
}

/** What needs saying about the state it is in, and the way on. */
function StateNotice({ workload, onRetry }: { workload: Workload; onRetry: (() => void) | null }) {
  const task =
    workload.task_id === null ? undefined : (
      <LinkButton to={`/tasks/${workload.task_id}`} size="small">
        Show progress
      </LinkButton>
    );
  if (workload.status === 'failed' && workload.failure_reason !== null) {
    return (
      <Banner tone="failed" title={failureText(workload.failure_reason)} actions={task}>
        {`Billing has stopped. Reason: ${workload.failure_reason}.`}
      </Banner>
    );
  }
  if (workload.status === 'release_failed') {
    return (
      <Banner
        tone="failed"
        title="Releasing it failed"
        actions={
          onRetry !== null && (
            <Button size="small" onPress={onRetry}>
              Try again
            </Button>
          )
        }
      >
        {`Billing has stopped when the release was requested. ${releaseFailureText(workload.release_failed_reason)} Its GPUs stay held until it is tried again.`}
      </Banner>
    );
  }
  if (workload.status_group === 'in_progress') {
    return (
      <Banner
        tone="info"
        title={
          workload.status === 'releasing'
            ? 'It is being released; billing has stopped.'
            : 'It is being made ready; billing has not begun.'
        }
        actions={task}
      />
    );
  }
  return null;
}

function Figures({ workload }: { workload: Workload }) {
  const isBilled = workload.billing_started_at !== null && workload.billing_stopped_at === null;
  const usage = useOperation(
    workloadPage,
    'listUsage',
    { query: { allocation_id: workload.allocation_id } },
    {
      enabled: workload.billing_started_at !== null,
      ...(isBilled ? { refetchMilliseconds: COST_REFETCH_MILLISECONDS } : {}),
    },
  );
  const cost = usage.data?.items[0]?.cost ?? null;
  const seconds = useElapsedSeconds(workload.billing_started_at, workload.billing_stopped_at);
  return (
    <StatRow label="Money">
      <Stat label="Price" value={<Rate value={workload.price_per_hour} />} hint="Fixed at launch" />
      <Stat
        label={isBilled ? 'Running for' : 'Ran for'}
        value={seconds === null ? '–' : <Duration seconds={seconds} />}
        hint={seconds === null ? 'Billing has not begun' : <BilledFromTo workload={workload} />}
      />
      <Stat
        label={isBilled ? 'Cost so far' : 'Cost'}
        value={workload.billing_started_at === null ? 'nothing yet' : <Money value={cost} fractionDigits={4} />}
        hint={isBilled ? 'Billed by the second' : undefined}
        to="/billing"
      />
    </StatRow>
  );
}

function BilledFromTo({ workload }: { workload: Workload }) {
  return (
    <>
      {'From '}
      <Instant at={workload.billing_started_at} withSeconds />
      {workload.billing_stopped_at !== null && (
        <>
          {' to '}
          <Instant at={workload.billing_stopped_at} withSeconds />
        </>
      )}
    </>
  );
}
