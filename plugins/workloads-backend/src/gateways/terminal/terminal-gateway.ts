import type { Authentication, HttpApi, SocketConnection, UserCaller } from '@portico/plugin-kit/backend';
import { errorsOf } from '@portico/plugin-kit/contract';
import { workloadErrors } from '@portico/plugin-workloads/contract';
import type { Services } from '../../services';
import { endTerminalSession, openTerminalSession } from '../../store/terminal-sessions';
import { redeemTerminalToken } from '../../store/terminal-tokens';
import type { AllocationAccess, ReachableAllocation } from '../allocation-access';
import { watchStanding } from '../standing-check';
import type { Standing } from '../standing-check';
import { closeCodes, TERMINAL_PROTOCOL } from './control-frames';
import type { ServerControl } from './control-frames';
import { TerminalConnection } from './terminal-connection';

const { fail } = errorsOf(workloadErrors);

/** What a connection that has lost its standing is told. */
const lostStanding = {
  signed_out: { code: closeCodes.unauthorized, message: 'You have signed out, or your session was ended.' },
  permission_denied: { code: closeCodes.unauthorized, message: 'You no longer have the permission to connect.' },
  key_removed: { code: closeCodes.unauthorized, message: 'The key was removed.' },
  not_active: { code: closeCodes.notActive, message: 'The workload is no longer active.' },
} as const;

export type TerminalServices = Pick<Services, 'clock' | 'database' | 'logger' | 'secrets' | 'workloads'> & {
  access: AllocationAccess;
  authentication: Authentication;
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
          if (admitted === undefined) {
            connection.socket.resume();
            connection.socket.close(closeCodes.unauthorized, 'token_invalid');
          } else {
            join(services, connection, admitted);
          }
        },
        (error: unknown) => {
          services.logger.warn('a terminal could not be admitted', { correlation_id: connection.correlationId, error: String(error) });
          connection.socket.close(closeCodes.internal, 'service_unavailable');
        },
      );
    },
  });
}

interface Admitted {
  caller: UserCaller;
  allocation: ReachableAllocation;
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
  return caller !== null && access.mayConnect(caller, allocation) ? { caller, allocation } : undefined;
}

function join(services: TerminalServices, { socket, correlationId }: SocketConnection, { caller, allocation }: Admitted): void {
  const { clock, database, access, authentication, logger, workloads } = services;
  const { allocationId } = allocation;

  const standing = async (): Promise<Standing> => {
    if ((await access.active(database.read, allocationId)) === undefined) return { stands: false, reason: 'not_active' };
    const now = await authentication.revalidate(caller);
    if (now === null) return { stands: false, reason: 'signed_out' };
    return access.mayConnect(now, allocation) ? { stands: true } : { stands: false, reason: 'permission_denied' };
  };
  const watch = watchStanding({
    clock,
    check: standing,
    onLost: reason => {
      const { code, message } = lostStanding[reason];
      connection.end(code, reason, { type: 'error', code: reason, message });
    },
  });

  const connection = new TerminalConnection(socket, {
    clock,
    async open({ size, afterSeq }) {
      const target = await access.runtimeOf(database.read, allocationId);
      if (target === undefined) throw fail('allocation_not_active');
      const session = await database.transaction(tx => openTerminalSession(tx, { allocationId, userId: caller.userId }));
      const { sessionId, startedAt } = session;
      const attachment = await target.runtime.openShell(target.instance, { sessionId, ...size, ...(afterSeq === undefined ? {} : { afterSeq }) });
      const limits = { idleSeconds: workloads.terminal.idleSeconds, endsAt: startedAt + workloads.terminal.sessionSeconds * 1000 };
      return { sessionId, attachment, limits };
    },
    onExit: sessionId => {
      database.transaction(tx => endTerminalSession(tx, sessionId)).catch((error: unknown) => {
        logger.error('the end of a terminal session was not written', { session_id: sessionId, error: String(error) });
      });
    },
    onClose: () => watch.stop(),
    onError: (error): ServerControl & { type: 'error' } => {
      logger.warn('a shell could not be opened', { allocation_id: allocationId, correlation_id: correlationId, error: String(error) });
      return { type: 'error', code: 'shell_unavailable', message: 'The shell cannot be opened at the moment.' };
    },
  });
}
