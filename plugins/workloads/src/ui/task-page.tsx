import { useEffect, useState } from 'react';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import {
  EquivalentCall,
  renderingOf,
  useAction,
  useOperation,
  useOperationPages,
  useSignedIn,
} from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  ConfirmDialog,
  EventLog,
  LinkButton,
  PageHeader,
  PageState,
  Panel,
  showToast,
  Stack,
  statusLook,
  StatusChip,
  Timeline,
} from '@portico/ui';
import { useParams } from 'react-router-dom';
import type { getTask, listTaskEvents } from '../contract/task-operations';
import { BatchMembers } from './batch-members';
import { concerns, movesWorkloads } from './concerns';
import { taskPage } from './pages';
import { expectationText } from './task-expectation';
import { eventText, failureText, stepText, taskKindText } from './workload-words';

type Task = ReplyOf<typeof getTask>;
type TaskEvent = ReplyOf<typeof listTaskEvents>['items'][number];

const over: ReadonlySet<Task['status']> = new Set(['completed', 'failed', 'cancelled']);
/** Should an event be lost, the page is still never further behind than this. */
const REFETCH_MILLISECONDS = 5_000;
const CLOCK_MILLISECONDS = 1_000;

/** A task as it happens: survives leaving, refresh and reopening, because the server does the work and keeps the events. */
export function TaskPage() {
  const { taskId = '' } = useParams();
  const [isOver, setOver] = useState(false);
  const live = {
    live: (event: Parameters<typeof concerns>[0]) => concerns(event, taskId),
    ...(isOver ? {} : { refetchMilliseconds: REFETCH_MILLISECONDS }),
  };
  const task = useOperation(taskPage, 'getTask', { params: { task_id: taskId } }, live);
  const { data } = task;
  useEffect(() => setOver(data !== undefined && over.has(data.status)), [data]);
  const isOfAllocation = data?.resource.type === 'allocation';
  const allocationId = data?.resource.id ?? '';
  const allocation = useOperation(
    taskPage,
    'getAllocation',
    { params: { allocation_id: allocationId } },
    { enabled: isOfAllocation, live: event => concerns(event, allocationId) },
  );
  const isOfBatch = data?.resource.type === 'allocation_batch';
  const batchId = data?.resource.id ?? '';
  const batch = useOperation(
    taskPage,
    'getAllocationBatch',
    { params: { batch_id: batchId } },
    { enabled: isOfBatch, live: movesWorkloads, ...(isOver ? {} : { refetchMilliseconds: REFETCH_MILLISECONDS }) },
  );
  const now = useTicking(!isOver);
  const name = allocation.data?.name ?? batch.data?.allocation_batch.name ?? '';
  const failure = allocation.data?.failure_reason ?? batch.data?.allocations[0]?.failure_reason ?? null;
  const title = data === undefined ? 'Task' : `${taskKindText(data.kind)}${name === '' ? '' : ` of ${name}`}`;
  const state = data === undefined ? '' : statusLook('task', data.status).label;

  return (
    <Stack gap="loose">
      <PageHeader
        title={title}
        documentTitle={state === '' ? title : `${state} · ${title}`}
        breadcrumbs={[
          { label: 'Workloads', to: '/workloads' },
          ...(isOfAllocation ? [{ label: name || 'Workload', to: `/workloads/${allocationId}` }] : []),
          ...(isOfBatch ? [{ label: name || 'Batch', to: `/workloads?batch=${batchId}` }] : []),
          { label: 'Task' },
        ]}
        chip={data !== undefined && <StatusChip family="task" status={data.status} />}
        primaryAction={
          isOver && isOfAllocation ? (
            <LinkButton to={`/workloads/${allocationId}`} variant="primary">
              Open the workload
            </LinkButton>
          ) : isOver && isOfBatch ? (
            <LinkButton to={`/workloads?batch=${batchId}`} variant="primary">
              Show its workloads
            </LinkButton>
          ) : undefined
        }
        secondaryAction={
          data !== undefined && !isOver && data.kind.startsWith('provision') ? <CancelTask task={data} /> : undefined
        }
      />
      <PageState state={renderingOf(task, { what: 'task' })}>
        {data !== undefined && (
          <Stack gap="loose">
            {data.status === 'failed' && failure !== null && (
              <Banner tone="failed" title={failureText(failure)}>
                {`${isOfBatch ? 'All of them are launched or none, so what had started of the others was undone. ' : ''}Nothing is billed for it, and what was held is available again. Reason: ${failure}.`}
              </Banner>
            )}
            <Panel title="Steps" description={isOver ? undefined : expectationOf(data, now)}>
              <Timeline
                label="Steps"
                now={now}
                steps={data.steps.map(step => ({
                  id: step.name,
                  label: stepText(step.name),
                  status: step.status,
                  startedAt: step.started_at,
                  finishedAt: step.finished_at,
                  detail: step.error === null ? undefined : `${step.error.message} (${step.error.code})`,
                }))}
              />
            </Panel>
            {batch.data !== undefined && <BatchMembers batch={batch.data} isOver={isOver} />}
            <TaskEvents taskId={taskId} steps={data.steps.map(step => step.name)} live={live.live} />
          </Stack>
        )}
      </PageState>
    </Stack>
  );
}

function expectationOf(task: Task, now: Date): string | undefined {
  if (task.status === 'cancelling') return undefined;
  return expectationText(task.expected_seconds, (now.getTime() - Date.parse(task.created_at)) / 1000);
}

function useTicking(isRunning: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(new Date()), CLOCK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

function TaskEvents({
  taskId,
  steps,
  live,
}: {
  taskId: string;
  steps: readonly string[];
  live: (event: Parameters<typeof concerns>[0]) => boolean;
}) {
  const events = useOperationPages(taskPage, 'listTaskEvents', { params: { task_id: taskId } }, { live });
  const items = events.items as readonly TaskEvent[];
  return (
    <Panel title="Events" description="Newest first">
      <PageState state={renderingOf(events, { layout: 'text' })}>
        <EventLog
          label="Events"
          events={items.map(event => ({ id: event.position, at: event.at, text: eventText(event.message, steps) }))}
        />
        {events.hasNextPage && (
          <Button onPress={() => void events.fetchNextPage()} isPending={events.isFetchingNextPage}>
            Show older events
          </Button>
        )}
      </PageState>
    </Panel>
  );
}

function CancelTask({ task }: { task: Task }) {
  const [isAsking, setAsking] = useState(false);
  const cancel = useAction(taskPage, 'cancelTask', {
    invalidates: ['getTask', 'listTaskEvents', 'getAllocation', 'listWorkloads', 'getBalance'],
  });
  const mayCancel = useSignedIn().permissions.has('workloads.task.cancel');
  if (!mayCancel) return null;
  return (
    <>
      <Button onPress={() => setAsking(true)} isDisabled={task.status === 'cancelling'}>
        Cancel launch
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => {
          cancel.reset();
          setAsking(false);
        }}
        level="simple"
        title="Cancel this launch?"
        impact={['What was started so far is undone.', 'Nothing is billed, and what was held is available again.']}
        confirmLabel="Cancel launch"
        cancelLabel="Go on launching"
        error={cancel.error?.message ?? null}
        isPending={cancel.isPending}
        onConfirm={async () => {
          await cancel.mutateAsync({ params: { task_id: task.task_id } });
          setAsking(false);
          showToast({ tone: 'info', title: 'The launch is being cancelled.' });
        }}
      >
        <EquivalentCall page={taskPage} name="cancelTask" args={{ params: { task_id: task.task_id } }} />
      </ConfirmDialog>
    </>
  );
}
