import { RuntimeError } from '@portico/plugin-fleet/port';
import type { InstanceRef, Runtime, ShellAttachment } from '@portico/plugin-fleet/runtime';
import type { Authentication, HttpApi, PersonalActor, SocketConnection, UserCaller } from '@portico/plugin-kit/backend';
import { CodedError, errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { ConnectionEvidence, OpenConnection } from '../../recordings/connection-evidence';
import type { Services } from '../../services';
import { endTerminalSession, openTerminalSession } from '../../store/terminal-sessions';
import { redeemTerminalToken } from '../../store/terminal-tokens';
import type { AllocationAccess, ReachableAllocation } from '../allocation-access';
import { watchStanding } from '../standing-check';
import type { Standing } from '../standing-check';
import { closeCodes, TERMINAL_PROTOCOL } from './control-frames';
import type { CloseCode, TerminalSize } from './control-frames';
import { TerminalConnection } from './terminal-connection';

const { fail } = errorsOf(workloadErrors);

/** What a connection that has lost its standing is told. */
const lostStanding = {
  signed_out: {
    close: closeCodes.unauthorized,
    code: 'signed_out',
    message: 'You have signed out, or your session was ended.',
  },
  permission_denied: {
    close: closeCodes.unauthorized,
    code: 'permission_denied',
    message: 'You no longer have the permission to connect.',
  },
  key_removed: { close: closeCodes.unauthorized, code: 'key_removed', message: 'The key was removed.' },
  session_limit: {
    close: closeCodes.normal,
    code: 'session_limit',
    message: 'The connection has lasted as long as it may.',
  },
  not_active: {
    close: closeCodes.notActive,
    code: 'allocation_not_active',
    message: 'The workload is no longer active.',
  },
} as const;

export type TerminalServices = Pick<Services, 'clock' | 'database' | 'logger' | 'secrets' | 'workloads'> & {
  access: AllocationAccess;
  authentication: Authentication;
  evidence: Pick<ConnectionEvidence, 'open'>;
};

/** Serves `/ws/terminal/{allocation_id}`: redeems the single-use token, then joins the WebSocket to the user's shell in the allocation. */
export function serveTerminals(http: HttpApi, services: TerminalServices): void {
  http.socket({
    path: '/ws/terminal/{allocation_id}',
    protocol: TERMINAL_PROTOCOL,
    handle: connection => {
      // Frames that arrive while the token is looked up wait in the paused socket.
      connection.socket.pause();
      admit(services, connection).then(
        admitted => {
          if (admitted === undefined) turnAway(connection, closeCodes.unauthorized, 'token_invalid');
          else if (connection.socket.readyState === connection.socket.OPEN) join(services, connection, admitted);
        },
        (error: unknown) => {
          services.logger.warn('a terminal could not be admitted', {
            correlation_id: connection.correlationId,
            error: String(error),
          });
          turnAway(connection, closeCodes.internal, 'service_unavailable');
        },
      );
    },
  });
}

/** Reads on, or the answer to our close frame would never be seen. */
function turnAway({ socket }: SocketConnection, code: CloseCode, reason: string): void {
  socket.resume();
  socket.close(code, reason);
}

interface Admitted {
  caller: UserCaller;
  allocation: ReachableAllocation;
  sessionSeconds: number;
}

/** Whom the token admits; undefined for a token that is unknown, used, expired, for another allocation, or whose owner has signed out since. */
async function admit(services: TerminalServices, connection: SocketConnection): Promise<Admitted | undefined> {
  const { database, secrets, access, authentication } = services;
  const [token] = connection.credentials;
  if (token === undefined || connection.credentials.length !== 1) return undefined;
  const grant = await database.transaction(tx => redeemTerminalToken(tx, secrets, token));
  if (grant === undefined || grant.allocationId !== connection.params.allocation_id) return undefined;
  const allocation = await access.active(database.read, grant.allocationId);
  const user = await authentication.callerFor(database.read, { userId: grant.userId, projectId: grant.projectId });
  if (allocation === undefined || user === null) return undefined;
  const caller = await authentication.revalidate({ ...user, sessionId: grant.sessionId });
  if (caller === null || !access.mayConnect(caller, allocation)) return undefined;
  const sessionSeconds = await access.sessionSeconds(database.read, allocation, caller.userId);
  return { caller, allocation, sessionSeconds };
}

function join(
  services: TerminalServices,
  { socket, correlationId, address }: SocketConnection,
  { caller, allocation, sessionSeconds }: Admitted,
): void {
  const { clock, database, access, authentication, evidence, logger, workloads } = services;
  const { allocationId } = allocation;
  const startedAt = clock.now();
  let opened: OpenConnection | undefined;
  let hasClosed = false;

  const connection = new TerminalConnection(socket, {
    clock,
    active: access.activity(allocationId),
    idleSeconds: workloads.terminal.idleSeconds,
    sessionSeconds,
    async open(request) {
      const target = await access.runtimeOf(database.read, allocationId);
      if (target === undefined) throw fail('allocation_not_active');
      const sessionId = await database.transaction(tx =>
        openTerminalSession(tx, { allocationId, userId: caller.userId }),
      );
      const isRecorded = await access.isRecorded(database.read, allocation, caller.userId);
      const actor = actorOf(caller, address);
      opened = await evidence.open({ connection: 'terminal', allocation, actor, isRecorded, correlationId });
      if (hasClosed) void opened.close();
      const attachment = await attach(target, sessionId, request);
      opened.used('shell');
      return { sessionId, attachment, recorded: opened.record(request.size) };
    },
    async exited(sessionId) {
      await database
        .transaction(tx => endTerminalSession(tx, sessionId))
        .catch((error: unknown) => {
          logger.error('the end of a terminal session was not written', {
            session_id: sessionId,
            error: String(error),
          });
        });
    },
    openFailed(error) {
      logger.warn('a shell could not be opened', {
        allocation_id: allocationId,
        correlation_id: correlationId,
        error: String(error),
      });
      const gone = error instanceof CodedError || (error instanceof RuntimeError && error.code === 'instance_missing');
      const { close, code, message } = gone ? lostStanding.not_active : shellUnavailable;
      return { code: close, control: { type: 'error', code, message } };
    },
    closed() {
      watch.stop();
      hasClosed = true;
      void opened?.close();
    },
  });

  const watch = watchStanding({
    clock,
    async check(): Promise<Standing> {
      if ((await access.active(database.read, allocationId)) === undefined)
        return { stands: false, reason: 'not_active' };
      const now = await authentication.revalidate(caller);
      if (now === null) return { stands: false, reason: 'signed_out' };
      if (!access.mayConnect(now, allocation)) return { stands: false, reason: 'permission_denied' };
      const seconds = await access.sessionSeconds(database.read, allocation, caller.userId);
      return clock.now() < startedAt + seconds * 1000 ? { stands: true } : { stands: false, reason: 'session_limit' };
    },
    onLost(reason) {
      const { close, code, message } = lostStanding[reason];
      // As when it ends by itself: nothing has gone wrong.
      if (reason === 'session_limit') connection.end(close, code, { type: 'closed', exit_code: null, reason });
      else connection.end(close, code, { type: 'error', code, message });
    },
  });
}

function actorOf(caller: UserCaller, address: string): PersonalActor {
  const { userId: id, sessionId, apiKey, support, organizationId } = caller;
  const person = { id, sessionId, address };
  if (caller.isServiceAccount) return { type: 'service_account', ...person, keyId: apiKey?.keyId ?? null };
  if (apiKey !== undefined) return { type: 'api_key', ...person, keyId: apiKey.keyId };
  if (support !== undefined)
    return { type: 'support', ...person, supportSessionId: support.supportSessionId, organizationId };
  return { type: 'user', ...person };
}

const shellUnavailable = {
  close: closeCodes.internal,
  code: 'shell_unavailable',
  message: 'The shell cannot be opened at the moment.',
} as const;

async function attach(
  { runtime, instance }: { runtime: Runtime; instance: InstanceRef },
  sessionId: string,
  { size, afterSeq }: { size: TerminalSize; afterSeq: number | undefined },
): Promise<ShellAttachment> {
  if (afterSeq === undefined) return runtime.openShell(instance, { sessionId, ...size });
  const attachment = await runtime.openShell(instance, { sessionId, ...size, afterSeq });
  if (attachment.fromSeq >= afterSeq) return attachment;
  // The client counts from another shell, one that has ended since: of this one it has seen nothing.
  attachment.detach();
  return runtime.openShell(instance, { sessionId, ...size });
}
