import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useOperationPages, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Bytes,
  Button,
  DataTable,
  Duration,
  Instant,
  Panel,
  PlayIcon,
  ShowMore,
  Spinner,
  StateChip,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { concerns } from '../concerns';
import { workloadPage } from '../pages';
import type { Workload } from '../workload-words';
import { connectionText } from './recording-words';
import type { Recording } from './recording-words';

const PlayerDialog = lazy(() => import('./player-dialog'));
const READ = 'workloads.recording.read';
/** While one of them is still being made. */
const GROWING_REFETCH_MILLISECONDS = 5_000;

/** What terminals of the workload showed, for those who may see it, where anything was recorded. */
export function RecordingsPanel({ workload, isTerminalOpen }: { workload: Workload; isTerminalOpen: boolean }) {
  const { permissions } = useSignedIn();
  const [played, setPlayed] = useState<Recording | null>(null);
  const recordings = useOperationPages(
    workloadPage,
    'listAllocationRecordings',
    { params: { allocation_id: workload.allocation_id }, query: { limit: 10 } },
    { enabled: permissions.has(READ), live: event => concerns(event, workload.allocation_id) },
  );
  const { refetch } = recordings;
  const wasOpen = useRef(isTerminalOpen);
  useEffect(() => {
    if (permissions.has(READ) && wasOpen.current && !isTerminalOpen) void refetch();
    wasOpen.current = isTerminalOpen;
  }, [isTerminalOpen, permissions, refetch]);
  // No event tells of the end of a connection.
  const growing = recordings.items.some(({ ended_at: endedAt }) => endedAt === null) ? recordings.dataUpdatedAt : null;
  useEffect(() => {
    if (growing === null) return undefined;
    const timer = setTimeout(() => void refetch(), GROWING_REFETCH_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [growing, refetch]);
  if (recordings.items.length === 0) return null;
  const columns: DataColumn<Recording>[] = [
    {
      key: 'started',
      header: 'Opened',
      priority: 1,
      cell: recording => <Instant at={recording.started_at} withSeconds />,
    },
    { key: 'who', header: 'By', priority: 1, cell: ({ username, user_id: userId }) => username ?? userId },
    {
      key: 'connection',
      header: 'Through',
      priority: 2,
      cell: ({ connection }) => connectionText[connection],
    },
    {
      key: 'length',
      header: 'Length',
      priority: 2,
      isNarrow: true,
      cell: recording =>
        recording.ended_at === null ? (
          <StateChip tone="running" label="Open now" />
        ) : (
          <Duration seconds={recording.duration_seconds} />
        ),
    },
    {
      key: 'size',
      header: 'Size',
      priority: 3,
      align: 'end',
      isNarrow: true,
      cell: recording => <Bytes value={recording.size_bytes} />,
    },
    {
      key: 'whole',
      header: 'State',
      priority: 2,
      cell: ({ is_truncated: isTruncated, is_incomplete: isIncomplete }) =>
        isIncomplete ? (
          <StateChip tone="degraded" label="Incomplete" />
        ) : isTruncated ? (
          <StateChip tone="degraded" label="Cut off" />
        ) : (
          <StateChip tone="muted" label="Whole" />
        ),
    },
    {
      key: 'play',
      header: 'Replay',
      priority: 1,
      align: 'end',
      isNarrow: true,
      cell: recording => (
        <Button size="small" icon={PlayIcon} onPress={() => setPlayed(recording)}>
          Play
        </Button>
      ),
    },
  ];
  return (
    <Panel
      title="Recordings"
      description="What terminals showed, as a policy asks; what was typed is not in them. Whoever plays one is in the audit log."
      isFlush
    >
      <DataTable
        label="Recordings"
        columns={columns}
        rows={recordings.items}
        rowKey={recording => recording.recording_id}
      />
      <ShowMore of={recordings} />
      <Suspense fallback={<Spinner label="Opening the recording" />}>
        {played !== null && (
          <PlayerDialog workloadName={workload.name} recording={played} onClose={() => setPlayed(null)} />
        )}
      </Suspense>
    </Panel>
  );
}
