import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { networkOf } from '@portico/plugin-kit/backend';
import type { Clock, Database } from '@portico/plugin-kit/backend';
import { Server } from 'ssh2';
import type { AuthContext, ServerConfig } from 'ssh2';
import type { ConnectionEvidence } from '../../recordings/connection-evidence';
import type { AllocationAccess } from '../allocation-access';
import type { Standing } from '../standing-check';
import { algorithms } from './algorithms';
import { matchingKey } from './authentication';
import { coalesceWrites } from './client-socket';
import { SshConnection } from './ssh-connection';
import type { Login } from './ssh-connection';

/** From the first packet to a login. As sshd's LoginGraceTime, shorter: a client offers its keys within moments. */
const LOGIN_SECONDS_MAX = 20;
/** Connections the gateway holds at once, and how many of them one address may have. */
const CONNECTIONS_MAX = 2000;
const CONNECTIONS_PER_ADDRESS_MAX = 100;
/** A client that answers none of these in a row is gone. */
const KEEPALIVE_SECONDS = 30;
const KEEPALIVES_MISSED_MAX = 3;

export interface SshGatewayOptions {
  database: Database;
  clock: Clock;
  access: AllocationAccess;
  evidence: Pick<ConnectionEvidence, 'open'>;
  hostKey: string;
  listen: { host: string; port: number };
  logger: Pick<LoggerService, 'info' | 'warn'>;
}

/** A client from the moment it is accepted, before it has said a word. */
interface Visitor {
  readonly socket: Socket;
  readonly address: string;
  /** Aborts when it has logged in or has left. */
  readonly settled: AbortController;
  connection: SshConnection | undefined;
}

/**
 * One SSH address for every workload: the user name is the allocation's id, the key decides. Keys, permission and state are read at login
 * and again every few seconds while connected. Nothing runs here: shells, commands, sftp and forwards are made inside the instance by its
 * runtime.
 */
export async function startSshGateway(options: SshGatewayOptions): Promise<{ port: number; close(): Promise<void> }> {
  const { clock, logger, listen } = options;
  /** By remote address and port, which is how `ssh2` names the client it has heard from. */
  const visitors = new Map<string, Visitor>();
  /** By network: one IPv6 host has as many addresses as it likes. */
  const perNetwork = new Map<string, number>();

  const ssh = new Server(serverConfig(options.hostKey), (connection, info) => {
    const visitor = visitors.get(peerName(info.ip, info.port));
    if (visitor === undefined) return void connection.end();
    visitor.connection = new SshConnection(connection, visitor.socket, {
      clock,
      login: context => logIn(options, context),
      standing: login => standingOf(options, login),
      loggedIn(login) {
        visitor.settled.abort();
        const { allocation, key } = login;
        const { allocationId, userId } = allocation;
        logger.info('ssh login', {
          allocation_id: allocationId,
          user_id: userId,
          key: key.fingerprint,
          address: visitor.address,
        });
        return writeDown(options, login, visitor.address).catch((error: unknown) => {
          logger.warn('an ssh login could not be written down', { allocation_id: allocationId, error: String(error) });
          throw new Error('that somebody is in could not be written down');
        });
      },
      activity: ({ allocation }) => options.access.activity(allocation.allocationId),
      exec: async (login, request) => {
        const { runtime, instance } = await running(options, login);
        return runtime.exec(instance, request);
      },
      forward: async (login, target) => {
        const { runtime, instance } = await running(options, login);
        return runtime.forward(instance, target);
      },
    });
  });

  const server = createServer({ noDelay: true }, socket => {
    const address = socket.remoteAddress ?? '';
    const name = peerName(address, socket.remotePort ?? 0);
    const network = networkOf(address);
    const ofAddress = perNetwork.get(network) ?? 0;
    if (visitors.size >= CONNECTIONS_MAX || ofAddress >= CONNECTIONS_PER_ADDRESS_MAX) return void socket.destroy();
    const visitor: Visitor = { socket, address, settled: new AbortController(), connection: undefined };
    visitors.set(name, visitor);
    perNetwork.set(network, ofAddress + 1);
    const { settled } = visitor;
    socket.on('close', () => {
      settled.abort();
      visitors.delete(name);
      const left = (perNetwork.get(network) ?? 1) - 1;
      if (left === 0) perNetwork.delete(network);
      else perNetwork.set(network, left);
    });
    // From the first moment, because a client may connect and never speak.
    void clock.sleep(LOGIN_SECONDS_MAX * 1000, settled.signal).then(() => {
      if (!settled.signal.aborted) socket.destroy();
    });
    coalesceWrites(socket);
    ssh.injectSocket(socket);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(listenProblem(error, listen)));
    server.listen(listen.port, listen.host, resolve);
  });
  // Out of file descriptors, most likely: this client is lost, the gateway is not.
  server.on('error', error => logger.warn('an ssh connection was not accepted', { error: error.message }));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      for (const { connection, socket } of visitors.values()) {
        if (connection === undefined) socket.destroy();
        else connection.end();
      }
      await closed;
    },
  };
}

function serverConfig(hostKey: string): ServerConfig {
  const keepalive = { keepaliveInterval: KEEPALIVE_SECONDS * 1000, keepaliveCountMax: KEEPALIVES_MISSED_MAX };
  return { hostKeys: [hostKey], ident: 'portico', algorithms, ...keepalive } as ServerConfig;
}

function peerName(address: string, port: number): string {
  return `${address} ${port}`;
}

function listenProblem(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  if (error.code !== 'EADDRINUSE') return error;
  const message = `The SSH port ${port} on ${host} is already in use. Stop what uses it, or choose another by workloads.ssh.port.`;
  return new Error(message, { cause: error });
}

/** An unknown allocation, one that is not active, a wrong key and a user who may not connect are refused alike. */
async function logIn({ access, clock, database }: SshGatewayOptions, context: AuthContext): Promise<Login | undefined> {
  if (context.method !== 'publickey') return undefined;
  const allocation = await access.active(database.read, context.username);
  if (allocation === undefined) return undefined;
  const key = matchingKey(context, await access.sshKeys(database.read, allocation));
  if (key === undefined) return undefined;
  const caller = await access.callerOf(database.read, allocation);
  return caller !== null && access.mayConnect(caller, allocation)
    ? { allocation, key, isServiceAccount: caller.isServiceAccount, startedAt: clock.now() }
    : undefined;
}

/** One row for the connection, however many channels it opens. */
async function writeDown(
  { access, database, evidence }: SshGatewayOptions,
  { allocation, key, isServiceAccount }: Login,
  address: string,
) {
  const person = { id: allocation.userId, sessionId: null, address };
  return evidence.open({
    connection: 'ssh',
    allocation,
    actor: isServiceAccount ? { type: 'service_account', ...person, keyId: null } : { type: 'user', ...person },
    isRecorded: await access.isRecorded(database.read, allocation, allocation.userId),
    sshKey: key.fingerprint,
  });
}

async function standingOf(
  { access, clock, database }: SshGatewayOptions,
  { allocation: { allocationId }, key, startedAt }: Login,
): Promise<Standing> {
  const allocation = await access.active(database.read, allocationId);
  if (allocation === undefined) return { stands: false, reason: 'not_active' };
  const caller = await access.callerOf(database.read, allocation);
  if (caller === null || !access.mayConnect(caller, allocation)) return { stands: false, reason: 'permission_denied' };
  const seconds = await access.sessionSeconds(database.read, allocation, allocation.userId);
  if (clock.now() >= startedAt + seconds * 1000) return { stands: false, reason: 'session_limit' };
  const keys = await access.sshKeys(database.read, allocation);
  return keys.some(known => known.keyId === key.keyId) ? { stands: true } : { stands: false, reason: 'key_removed' };
}

/** Looked up for every channel: an allocation may have been adopted by a new process since. */
async function running({ access, database }: SshGatewayOptions, { allocation }: Login) {
  const found = await access.runtimeOf(database.read, allocation.allocationId);
  if (found === undefined) throw new Error('it is not running');
  return found;
}
