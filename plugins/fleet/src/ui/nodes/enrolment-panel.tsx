import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Banner, Button, PageState, Panel, Stack, Timeline } from '@portico/ui';
import { useEffect, useState } from 'react';
import { enrolmentStepText, MANAGE_NODES } from '../node-words';
import type { NodeDetails } from '../node-words';
import { nodePage } from '../pages';
import { RetryEnrolmentDialog } from './retry-enrolment-dialog';

/** A step takes seconds. */
const REFETCH_MILLISECONDS = 1_500;
const CLOCK_MILLISECONDS = 1_000;

/** How the node is being brought in, or why it could not be. */
export function EnrolmentPanel({ node }: { node: NodeDetails }) {
  const [isAsking, setAsking] = useState(false);
  const { permissions } = useSignedIn();
  const taskId = node.enrolment_task_id;
  const task = useOperation(
    nodePage,
    'getTask',
    { params: { task_id: taskId ?? '' } },
    { enabled: taskId !== null && permissions.has('workloads.task.read'), refetchMilliseconds: REFETCH_MILLISECONDS },
  );
  const { data } = task;
  const hasFailed = data?.status === 'failed' || data?.status === 'cancelled';
  const now = useTicking(!hasFailed);
  const error = data?.steps.find(step => step.error !== null)?.error;
  const mayRetry = permissions.has(MANAGE_NODES) && node.origin === 'administrator';
  return (
    <Panel
      title="Bringing it in"
      description={hasFailed ? 'It could not be finished.' : 'The server does this; you may leave the page.'}
      actions={
        mayRetry &&
        hasFailed && (
          <Button size="small" onPress={() => setAsking(true)}>
            Try again
          </Button>
        )
      }
    >
      <Stack>
        {hasFailed && (
          <Banner tone="failed" title={refusalText(error?.code)} isAlert={false}>
            {error?.message ?? 'It was cancelled.'}
          </Banner>
        )}
        {taskId !== null && permissions.has('workloads.task.read') && (
          <PageState state={renderingOf(task, { what: 'task', layout: 'text' })}>
            {data !== undefined && (
              <Timeline
                label="Steps of bringing it in"
                now={now}
                steps={data.steps.map(step => ({
                  id: step.name,
                  label: enrolmentStepText(step.name),
                  status: step.status,
                  startedAt: step.started_at,
                  finishedAt: step.finished_at,
                }))}
              />
            )}
          </PageState>
        )}
      </Stack>
      {isAsking && <RetryEnrolmentDialog node={node} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function refusalText(code: string | undefined): string {
  if (code === 'credentials_refused') return 'The machine did not let Portico in';
  if (code === 'host_key_mismatch') return 'It shows another host key than the pinned one';
  return 'The node could not be brought in';
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
