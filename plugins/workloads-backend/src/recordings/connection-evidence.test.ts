/** What a portal that is killed leaves behind, and what the next one makes of it. */
import { auditRef } from '@portico/plugin-kit/backend';
import { startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import type { TestBackend } from '@portico/plugin-kit/testing';
import { findRecording, recordedText } from '../store/recordings';
import { ConnectionEvidence } from './connection-evidence';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

const allocation = {
  allocationId: 'alloc_1',
  organizationId: 'org_1',
  projectId: 'proj_1',
  userId: 'usr_1',
  sshKeyIds: null,
  publishedPorts: [],
};
const actor = { type: 'user', id: 'usr_1', sessionId: 'sess_1', address: '192.0.2.7' } as const;

describe.each(['sqlite', 'postgres'] as const)('on %s', database => {
  let clock: TestClock;
  let backend: TestBackend<{ audit: typeof auditRef }>;
  /** Of a portal that will be killed: nobody starts it, so it never speaks for what it holds. */
  let doomed: ConnectionEvidence;

  beforeAll(async () => {
    clock = new TestClock();
    backend = await startTestBackend({ database, clock, expose: { audit: auditRef } });
    const { audit, secrets, database: shared } = backend.services;
    doomed = new ConnectionEvidence({
      audit,
      clock,
      database: shared,
      secrets,
      logger: { warn: () => undefined, error: () => undefined } as never,
      workloads: { recordings: { retentionDays: 90 } } as never,
    });
  }, 60_000);
  afterAll(() => backend?.stop(), 60_000);

  const open = () => doomed.open({ connection: 'ssh', allocation, actor, isRecorded: true, sshKey: 'SHA256:x' });
  const rows = (connectionId: string) =>
    backend.services.database.read.all<{
      action: string;
      reason: string | null;
      address: string;
      changes_json: string;
    }>(
      `SELECT action, reason, address, changes_json FROM platform_audit_log
       WHERE target_id = 'alloc_1' AND correlation_id = ? ORDER BY sequence`,
      [connectionId],
    );
  const text = async (recordingId: string) => {
    let all = '';
    for await (const part of recordedText(backend.services.database.read, backend.services.secrets, recordingId))
      all += part;
    return all;
  };
  const recordingsOf = (connectionId: string) =>
    backend.services.database.read.all<{ recording_id: string }>(
      'SELECT recording_id FROM workloads_recordings WHERE connection_id = ?',
      [connectionId],
    );

  test('a connection whose portal was killed is closed by the next, and what was recorded until then is there', async () => {
    const connection = await open();
    connection.record({ cols: 80, rows: 24 })?.output(Buffer.from('last words'));
    await clock.advance(2 * SECOND);
    const [recording] = await waitFor(async () => {
      const found = await recordingsOf(connection.connectionId);
      return found.length > 0 && found;
    }, 'the first two seconds to be written');
    const recordingId = String(recording?.recording_id);
    expect(await rows(connection.connectionId)).toHaveLength(1);

    // Not yet: a portal that is slow for a moment is not dead.
    for (let turns = 0; turns < 3; turns += 1) await clock.advance(15 * SECOND);
    expect(await rows(connection.connectionId)).toHaveLength(1);
    const closed = await waitFor(async () => {
      await clock.advance(15 * SECOND);
      const found = await rows(connection.connectionId);
      return found.length === 2 && found;
    }, 'the close');
    expect(closed[1]).toMatchObject({
      action: 'workloads.allocation.disconnect',
      address: '192.0.2.7',
      reason: expect.stringContaining('ended without a word'),
    });
    expect(JSON.parse(closed[1]!.changes_json)).toMatchObject({
      connection_id: { after: connection.connectionId },
      recording_ids: { after: [recordingId] },
    });
    expect(await findRecording(backend.services.database.read, recordingId)).toMatchObject({
      isIncomplete: true,
      endedAt: expect.any(Number),
    });
    expect(await text(recordingId)).toContain('last words');

    // It was only frozen, and leaves after all: that is told once.
    await connection.close();
    expect(await rows(connection.connectionId)).toHaveLength(2);
  });

  test('many terminals of one connection are one coming and one leaving', async () => {
    const connection = await open();
    for (let channels = 0; channels < 30; channels += 1) {
      connection.used('command');
      connection.record({ cols: 80, rows: 24 })?.end();
    }
    connection.used('sftp');
    await connection.close();
    const told = await rows(connection.connectionId);
    expect(told.map(({ action }) => action)).toEqual([
      'workloads.allocation.connect',
      'workloads.allocation.disconnect',
    ]);
    const changes = JSON.parse(told[1]!.changes_json) as Record<string, { after: unknown }>;
    expect(changes['used_for']).toMatchObject({ after: ['command', 'sftp'] });
    expect(changes['recording_ids']?.after).toHaveLength(20);
    expect(await recordingsOf(connection.connectionId)).toHaveLength(30);
  });

  test('nobody can read what is kept without the key, or move it elsewhere', async () => {
    const connection = await open();
    connection.record({ cols: 80, rows: 24 })?.output(Buffer.from('a secret of the customer'));
    await connection.close();
    const [recording] = await recordingsOf(connection.connectionId);
    const kept = await backend.services.database.read.all<{ text_encrypted: string }>(
      'SELECT text_encrypted FROM workloads_recording_pieces WHERE recording_id = ?',
      [String(recording?.recording_id)],
    );
    expect(kept).toHaveLength(1);
    expect(Buffer.from(kept[0]!.text_encrypted, 'base64url').toString('latin1')).not.toContain('secret');
    expect(await text(String(recording?.recording_id))).toContain('a secret of the customer');
    await backend.services.database.transaction(tx =>
      tx.run(`UPDATE workloads_recording_pieces SET recording_id = 'rec_other' WHERE recording_id = ?`, [
        String(recording?.recording_id),
      ]),
    );
    await expect(text('rec_other')).rejects.toThrow();
    await backend.services.database.transaction(tx =>
      tx.run(`DELETE FROM workloads_recording_pieces WHERE recording_id = 'rec_other'`),
    );
  });

  test('what is older than the time it is kept goes, with all its pieces', async () => {
    const connection = await open();
    connection.record({ cols: 80, rows: 24 })?.output(Buffer.from('old'));
    await connection.close();
    const endedBefore = (days: number) =>
      backend.services.database.transaction(tx =>
        tx.run('UPDATE workloads_recordings SET ended_at = ?', [tx.now - days * DAY]),
      );
    await endedBefore(89);
    await clock.advance(15 * SECOND);
    await clock.advance(15 * SECOND);
    expect(await recordingsOf(connection.connectionId)).toHaveLength(1);
    await endedBefore(91);
    await waitFor(async () => {
      await clock.advance(15 * SECOND);
      return (await recordingsOf(connection.connectionId)).length === 0;
    }, 'retention');
    expect(await backend.services.database.read.all('SELECT * FROM workloads_recording_pieces')).toEqual([]);
  });
});
