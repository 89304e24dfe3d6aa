import { isInReach, pageByTime } from '@portico/plugin-kit/backend';
import type { Handlers, UserCaller } from '@portico/plugin-kit/backend';
import { common, toInstant } from '@portico/plugin-kit/contract';
import type { workloadsContract } from '@portico/plugin-workloads/contract';
import { recordingAudit } from '../allocation-audit';
import type { Services } from '../services';
import { findAllocation } from '../store/allocations';
import { findRecording, recordedText, recordingsOf } from '../store/recordings';
import type { Recording } from '../store/recordings';

const DAY_MILLISECONDS = 86_400_000;

type RecordingHandlers = Pick<
  Handlers<typeof workloadsContract>,
  'listAllocationRecordings' | 'getRecording' | 'replayRecording'
>;

/** Evidence is read, and nothing else: it goes when its time is over. */
export function recordingRoutes(services: Services): RecordingHandlers {
  const { access, audit, database, secrets, workloads } = services;

  async function owned(caller: UserCaller, recordingId: string): Promise<Recording> {
    const recording = await findRecording(database.read, recordingId);
    if (!recording || !isInReach(caller, recording)) throw common.fail('not_found');
    return recording;
  }

  async function viewsOf(recordings: readonly Recording[]) {
    const userIds = [...new Set(recordings.map(({ userId }) => userId))];
    const usernames = userIds.length === 0 ? new Map<string, string>() : await access.usernames(database.read, userIds);
    return recordings.map(recording =>
      recordingView(recording, {
        username: usernames.get(recording.userId) ?? null,
        retentionDays: workloads.recordings.retentionDays,
      }),
    );
  }

  return {
    async listAllocationRecordings({ caller, params, query }) {
      const allocation = await findAllocation(database.read, params.allocation_id);
      if (!allocation || !isInReach(caller, allocation)) throw common.fail('not_found');
      const { shown, nextCursor } = await pageByTime(query, {
        name: `recordings of ${allocation.allocationId}`,
        rows: page => recordingsOf(database.read, allocation.allocationId, page),
        placeOf: ({ startedAt, recordingId }) => ({ at: startedAt, id: recordingId }),
      });
      return { status: 200, body: { items: await viewsOf(shown), next_cursor: nextCursor } };
    },

    async getRecording({ caller, params }) {
      const [view] = await viewsOf([await owned(caller, params.recording_id)]);
      if (view === undefined) throw common.fail('not_found');
      return { status: 200, body: view };
    },

    async replayRecording({ caller, actor, correlationId, params }) {
      const recording = await owned(caller, params.recording_id);
      const { recordingId, organizationId, projectId, allocationId, userId } = recording;
      // Before the first byte: who looked at somebody's screen is known, whatever becomes of the transfer.
      await database.transaction(tx =>
        audit.record(tx, {
          action: 'workloads.recording.replay',
          actor,
          organizationId,
          projectId,
          resource: recordingAudit,
          targetId: recordingId,
          correlationId,
          after: { allocation_id: allocationId, user_id: userId },
        }),
      );
      return {
        status: 200,
        stream: recordedText(database.read, secrets, recordingId),
        headers: {
          'content-disposition': `attachment; filename="${recordingId}.cast"`,
          'cache-control': 'no-store',
        },
      };
    },
  };
}

function recordingView(recording: Recording, more: { username: string | null; retentionDays: number }) {
  const { startedAt, lastEventAt, endedAt } = recording;
  return {
    recording_id: recording.recordingId,
    allocation_id: recording.allocationId,
    connection_id: recording.connectionId,
    connection: recording.connection,
    user_id: recording.userId,
    username: more.username,
    started_at: toInstant(startedAt),
    ended_at: endedAt === null ? null : toInstant(endedAt),
    duration_seconds: (lastEventAt - startedAt) / 1000,
    columns: recording.columns,
    rows: recording.rows,
    size_bytes: recording.sizeBytes,
    is_truncated: recording.isTruncated,
    is_incomplete: recording.isIncomplete,
    deleted_after: endedAt === null ? null : toInstant(endedAt + more.retentionDays * DAY_MILLISECONDS),
  };
}
