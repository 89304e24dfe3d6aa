import type { AddressInfo } from 'node:net';
import type { SshKey } from '@portico/plugin-access/port';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Clock, Database } from '@portico/plugin-kit/backend';
import { Server } from 'ssh2';
import type { AuthContext, Connection, ServerConfig } from 'ssh2';
import type { AllocationAccess, ReachableAllocation } from '../allocation-access';
import { watchStanding } from '../standing-check';
import type { Standing } from '../standing-check';
import { matchingKey } from './authentication';
import { serveSession } from './ssh-session';
import type { InsideInstance } from './ssh-session';

/** As sshd's LoginGraceTime, shorter: a client offers its keys within moments. */
const LOGIN_SECONDS_MAX = 20;
/** As sshd's MaxAuthTries: clients offer the keys of their agent one by one. */
const AUTHENTICATION_ATTEMPTS_MAX = 12;
/** As sshd's MaxSessions: channels that one connection may have open, sessions and forwards together. */
const CHANNELS_MAX = 64;
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
  hostKey: string;
  listen: { host: string; port: number };
  logger: LoggerService;
}

interface Login {
  allocation: ReachableAllocation;
  key: SshKey;
}

/**
 * One SSH address for every workload: the user name is the allocation's id, the key decides. Keys, permission and state are read at login and again every few
 * seconds while connected. Nothing runs here: shells, commands, sftp and forwards are made inside the instance by its runtime.
 */
export async function startSshGateway(options: SshGatewayOptions): Promise<{ port: number; close(): Promise<void> }> {
  const { database, access } = options;
  const connections = new Set<Connection>();
  const perAddress = new Map<string, number>();

  async function login(context: AuthContext): Promise<Login | undefined> {
    if (context.method !== 'publickey') return undefined;
    const allocation = await access.active(database.read, context.username);
    if (allocation === undefined) return undefined;
    const key = matchingKey(context, await access.sshKeys(database.read, allocation));
    if (key === undefined) return undefined;
    const caller = await access.callerOf(database.read, allocation);
    return caller !== null && access.mayConnect(caller, allocation) ? { allocation, key } : undefined;
  }

  async function standing({ allocation, key }: Login): Promise<Standing> {
    if ((await access.active(database.read, allocation.allocationId)) === undefined) return { stands: false, reason: 'not_active' };
    const caller = await access.callerOf(database.read, allocation);
    if (caller === null || !access.mayConnect(caller, allocation)) return { stands: false, reason: 'permission_denied' };
    const keys = await access.sshKeys(database.read, allocation);
    return keys.some(known => known.keyId === key.keyId) ? { stands: true } : { stands: false, reason: 'key_removed' };
  }

  function serve(connection: Connection, address: string): void {
    let attempts = 0;
    let current: Login | undefined;
    let watch: { stop(): void } | undefined;
    let channels = 0;
    const graceOver = setTimeout(() => connection.end(), LOGIN_SECONDS_MAX * 1000);

    connection.on('authentication', context => {
      if (context.method === 'none') return context.reject(['publickey']);
      attempts += 1;
      if (attempts > AUTHENTICATION_ATTEMPTS_MAX) return connection.end();
      login(context).then(
        found => {
          if (found === undefined) return context.reject(['publickey']);
          if (context.method === 'publickey' && context.signature !== undefined) current = found;
          context.accept();
        },
        // The database could not be asked: refused, never let in.
        () => context.reject(['publickey']),
      );
    });

    connection.on('ready', () => {
      clearTimeout(graceOver);
      const granted = current;
      if (granted === undefined) return void connection.end();
      watch = watchStanding({ clock: options.clock, check: () => standing(granted), onLost: () => connection.end() });
      const { allocation, key } = granted;
      options.logger.info('ssh login', { allocation_id: allocation.allocationId, user_id: allocation.userId, key: key.fingerprint, address });

      const open = () => {
        if (channels >= CHANNELS_MAX) return false;
        channels += 1;
        return true;
      };
      connection.on('session', (accept, reject) => {
        if (!open()) return reject();
        const session = accept();
        session.on('close', () => (channels -= 1));
        serveSession(session, inside(allocation.allocationId));
      });
      connection.on('tcpip', (accept, reject, info) => {
        if (!open()) return reject();
        inside(allocation.allocationId)
          .forward({ host: info.destIP, port: info.destPort })
          .then(
            stream => {
              const channel = accept();
              const finish = () => {
                stream.destroy();
                channel.end();
              };
              channel.on('close', () => {
                channels -= 1;
                stream.destroy();
              });
              channel.on('error', finish);
              stream.on('error', finish);
              stream.on('close', finish);
              channel.pipe(stream).pipe(channel);
            },
            () => {
              channels -= 1;
              reject();
            },
          );
      });
    });

    connection.on('error', () => connection.end());
    connection.on('close', () => {
      clearTimeout(graceOver);
      watch?.stop();
      connections.delete(connection);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left <= 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
  }

  /** The runtime is looked up for every channel: an allocation may have been adopted by a new process since. */
  function inside(allocationId: string): InsideInstance {
    const target = async () => {
      const found = await access.runtimeOf(database.read, allocationId);
      if (found === undefined) throw new Error('it is not running');
      return found;
    };
    return {
      exec: async request => target().then(({ runtime, instance }) => runtime.exec(instance, request)),
      forward: async to => target().then(({ runtime, instance }) => runtime.forward(instance, to)),
    };
  }

  const server = new Server(
    { hostKeys: [options.hostKey], ident: 'portico', keepaliveInterval: KEEPALIVE_SECONDS * 1000, keepaliveCountMax: KEEPALIVES_MISSED_MAX } as ServerConfig,
    (connection, info) => {
      const address = info.ip;
      const ofAddress = perAddress.get(address) ?? 0;
      if (connections.size >= CONNECTIONS_MAX || ofAddress >= CONNECTIONS_PER_ADDRESS_MAX) {
        connection.on('error', () => undefined);
        return void connection.end();
      }
      connections.add(connection);
      perAddress.set(address, ofAddress + 1);
      serve(connection, address);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.listen.port, options.listen.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      for (const connection of connections) connection.end();
      await closed;
    },
  };
}
