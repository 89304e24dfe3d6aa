import type { PersonalActor, Transaction } from '@portico/plugin-kit/backend';
import { repeat } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import type { RecordedConnection } from '@portico/plugin-workloads/contract';
import { connectionAudit } from '../allocation-audit';
import type { ReachableAllocation } from '../gateways/allocation-access';
import type { Services } from '../services';
import { insertConnection, renewConnections, takeConnection, takeSilentConnection } from '../store/connections';
import type { StoredConnection } from '../store/connections';
import { appendToRecording, breakOffRecordings, deleteRecordings, endRecording } from '../store/recordings';
import { OutputRecorder } from './output-recorder';

/** A portal says so often which connections it holds, and tries again what it could not write. */
const RENEW_SECONDS = 15;
/** One nobody has spoken for in so long was held by a portal that was killed: whoever runs closes it in the audit. */
const SILENT_SECONDS_MAX = 60;
/** Recordings deleted in one transaction; each has at most some hundred pieces. */
const DELETED_AT_ONCE = 20;
const DAY_MILLISECONDS = 86_400_000;

/** What a connection was used for; a terminal of the pages is always a shell. */
export type ConnectionUse = 'shell' | 'command' | 'sftp' | 'forward';

type TerminalSize = { cols: number; rows: number };

/** Told in the audit with the end of a connection; more than so many, which no person opens, are found by the connection's id. */
const RECORDINGS_TOLD_MAX = 20;

/** One terminal that is recorded: what it shows goes in, and nobody waits for it. */
export interface RecordedTerminal {
  output(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** It is gone; the connection may go on. */
  end(): void;
}

/** Somebody who is in. */
export interface OpenConnection {
  readonly connectionId: string;
  readonly isRecorded: boolean;
  used(use: ConnectionUse): void;
  /** Begins a recording of one terminal; undefined where none is asked for. */
  record(size: TerminalSize): RecordedTerminal | undefined;
  /** They have left. Never fails: what cannot be written now is written later. */
  close(): Promise<void>;
}

export interface ConnectionToOpen {
  readonly connection: RecordedConnection;
  readonly allocation: ReachableAllocation;
  readonly actor: PersonalActor;
  readonly isRecorded: boolean;
  /** That of the request; the connection's own id where there is none. */
  readonly correlationId?: string;
  /** Fingerprint of the key somebody came by. */
  readonly sshKey?: string;
}

export type EvidenceServices = Pick<Services, 'audit' | 'clock' | 'database' | 'logger' | 'secrets' | 'workloads'>;

/** A connection this portal holds. */
interface HeldConnection {
  readonly uses: Set<ConnectionUse>;
  /** Those that may have something to write yet. */
  readonly recorders: Map<string, OutputRecorder>;
  /** Of all it had. */
  readonly recordingIds: string[];
  hasLeft: boolean;
  closing: Promise<void> | undefined;
}

/**
 * Who was in an allocation, when and how: one row of the audit when they come and one when they leave, whatever they did in between, and what their
 * terminals showed where a policy asks for it. Nobody gets in whose coming could not be written. Their leaving is written also when the connection is
 * lost, or the portal itself: then by the next one that runs, with that as the reason.
 */
export class ConnectionEvidence {
  readonly #held = new Map<string, HeldConnection>();
  #loop: { stop(): Promise<void> } | undefined;

  constructor(private readonly services: EvidenceServices) {}

  start(): void {
    const { clock, logger } = this.services;
    const work = () => this.#turn();
    this.#loop = repeat({ name: 'evidence of connections', clock, logger, intervalSeconds: RENEW_SECONDS, work });
  }

  /** Closes what is still open. */
  async stop(): Promise<void> {
    await this.#loop?.stop();
    await Promise.all([...this.#held.keys()].map(connectionId => this.#close(connectionId)));
  }

  async open(opened: ConnectionToOpen): Promise<OpenConnection> {
    const { clock, database } = this.services;
    const { connection, allocation, actor, isRecorded } = opened;
    const { allocationId, organizationId, projectId } = allocation;
    const connectionId = newId('conn', clock.now());
    const correlationId = opened.correlationId ?? connectionId;
    await database.transaction(async tx => {
      const stored = { connectionId, connection, allocationId, organizationId, projectId, actor, correlationId };
      await insertConnection(tx, stored);
      await this.#record(tx, stored, {
        action: 'workloads.allocation.connect',
        after: {
          connection_id: connectionId,
          connection,
          is_recorded: isRecorded,
          ...(opened.sshKey === undefined ? {} : { ssh_key: opened.sshKey }),
        },
      });
    });
    const held: HeldConnection = {
      uses: new Set(),
      recorders: new Map(),
      recordingIds: [],
      hasLeft: false,
      closing: undefined,
    };
    this.#held.set(connectionId, held);
    return {
      connectionId,
      isRecorded,
      used: use => void held.uses.add(use),
      record: size => (isRecorded && !held.hasLeft ? this.#begin(connectionId, held, { ...opened, size }) : undefined),
      close: () => this.#close(connectionId),
    };
  }

  #begin(
    connectionId: string,
    held: HeldConnection,
    { connection, allocation, actor, size }: ConnectionToOpen & { size: TerminalSize },
  ): RecordedTerminal {
    const { clock, database, logger, secrets } = this.services;
    const { allocationId, organizationId, projectId } = allocation;
    const startedAt = clock.now();
    const recordingId = newId('rec', startedAt);
    const owner = { allocationId, organizationId, projectId, userId: actor.id };
    const origin = { recordingId, connectionId, connection, ...owner, columns: size.cols, rows: size.rows, startedAt };
    const recorder = new OutputRecorder({
      clock,
      logger,
      origin,
      write: (progress, pieces) =>
        database.transaction(tx => appendToRecording(tx, secrets, { origin, progress, pieces })),
    });
    held.recorders.set(recordingId, recorder);
    held.recordingIds.push(recordingId);
    return {
      output: bytes => recorder.output(bytes),
      resize: newSize => recorder.resize(newSize),
      // What fails here is done when the connection closes.
      end: () => void this.#endRecording(recordingId, held).catch(() => undefined),
    };
  }

  async #endRecording(recordingId: string, { recorders }: HeldConnection): Promise<void> {
    const recorder = recorders.get(recordingId);
    if (recorder === undefined) return;
    if (!(await recorder.end())) throw new Error('a recording is not written to its end');
    await this.services.database.transaction(tx => endRecording(tx, recordingId));
    recorders.delete(recordingId);
  }

  async #close(connectionId: string): Promise<void> {
    const held = this.#held.get(connectionId);
    if (held === undefined) return;
    held.hasLeft = true;
    held.closing ??= this.#writeClose(connectionId, held)
      .catch((error: unknown) => {
        this.services.logger.warn('the end of a connection could not be written and is tried again', {
          connection_id: connectionId,
          error: String(error),
        });
      })
      .finally(() => (held.closing = undefined));
    await held.closing;
  }

  async #writeClose(connectionId: string, held: HeldConnection): Promise<void> {
    await Promise.all([...held.recorders.keys()].map(recordingId => this.#endRecording(recordingId, held)));
    const { recordingIds } = held;
    await this.services.database.transaction(async tx => {
      const stored = await takeConnection(tx, connectionId);
      // Taken for lost meanwhile, and closed by another portal.
      if (stored === undefined) return;
      await this.#recordClose(tx, stored, { at: tx.now, recordingIds, uses: [...held.uses] });
    });
    this.#held.delete(connectionId);
  }

  async #turn(): Promise<void> {
    const { database } = this.services;
    const [here, left] = [[], []] as [string[], string[]];
    for (const [connectionId, { hasLeft }] of this.#held) (hasLeft ? left : here).push(connectionId);
    for (const connectionId of left) await this.#close(connectionId);
    if (here.length > 0) await database.transaction(tx => renewConnections(tx, here));
    await this.#closeSilent();
    await this.#deleteOld();
  }

  async #closeSilent(): Promise<void> {
    const closeOne = async (tx: Transaction) => {
      const stored = await takeSilentConnection(tx, tx.now - SILENT_SECONDS_MAX * 1000);
      if (stored === undefined) return false;
      const recordingIds = await breakOffRecordings(tx, stored.connectionId);
      const reason = 'The portal that held the connection ended without a word; the length is what is known of it.';
      await this.#recordClose(tx, stored, { at: stored.seenAt, recordingIds, uses: null, reason });
      return true;
    };
    while (await this.services.database.transaction(closeOne));
  }

  async #deleteOld(): Promise<void> {
    const { clock, database, workloads } = this.services;
    const endedBefore = clock.now() - workloads.recordings.retentionDays * DAY_MILLISECONDS;
    const deleteSome = (tx: Transaction) => deleteRecordings(tx, { endedBefore, limit: DELETED_AT_ONCE });
    while ((await database.transaction(deleteSome)) === DELETED_AT_ONCE);
  }

  #recordClose(
    tx: Transaction,
    stored: StoredConnection,
    end: { at: number; recordingIds: readonly string[]; uses: readonly ConnectionUse[] | null; reason?: string },
  ): Promise<void> {
    return this.#record(tx, stored, {
      action: 'workloads.allocation.disconnect',
      ...(end.reason === undefined ? {} : { reason: end.reason }),
      after: {
        connection_id: stored.connectionId,
        connection: stored.connection,
        ...(end.uses === null ? {} : { used_for: end.uses }),
        seconds: Math.round((end.at - stored.openedAt) / 1000),
        recording_ids: end.recordingIds.slice(0, RECORDINGS_TOLD_MAX),
      },
    });
  }

  #record(
    tx: Transaction,
    stored: Omit<StoredConnection, 'openedAt' | 'seenAt'>,
    entry: {
      action: string;
      reason?: string;
      after: { readonly [Field in keyof typeof connectionAudit.fields]?: unknown };
    },
  ): Promise<void> {
    const { actor, organizationId, projectId, allocationId, correlationId } = stored;
    const about = {
      actor,
      organizationId,
      projectId,
      resource: connectionAudit,
      targetId: allocationId,
      correlationId,
    };
    return this.services.audit.record(tx, { ...about, ...entry });
  }
}
