import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Database, UserCaller } from '@portico/plugin-kit/backend';
import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import { Client, utils } from 'ssh2';
import type { AllocationAccess } from '../allocation-access';
import { STANDING_CHECK_SECONDS } from '../standing-check';
import { newHostKey } from './host-key';
import { startSshGateway } from './ssh-gateway';

const privateKey = newHostKey();
const publicKey = publicKeyOf(privateKey);
const allocation = {
  allocationId: 'alloc_1',
  organizationId: 'org_1',
  projectId: 'proj_1',
  userId: 'usr_1',
  sshKeyIds: null,
  publishedPorts: [],
};

/** Who may get in, as a test decides it at any moment. */
class Doors implements AllocationAccess {
  open = true;
  isDatabaseAway = false;
  seconds = 4 * 60 * 60;
  async active(_queries: unknown, allocationId: string) {
    if (this.isDatabaseAway) throw new Error('the database is away');
    return this.open && allocationId === allocation.allocationId ? allocation : undefined;
  }
  async runtimeOf() {
    return undefined;
  }
  async sshKeys() {
    return [{ keyId: 'key_1', name: 'laptop', publicKey, fingerprint: 'SHA256:x' }];
  }
  mayConnect() {
    return true;
  }
  async sessionSeconds() {
    return this.seconds;
  }
  async isRecorded() {
    return false;
  }
  activity() {
    return () => undefined;
  }
  async callerOf() {
    return {} as UserCaller;
  }
}

/** Of people who are let in and do nothing. */
const noEvidence = {
  open: async () => ({
    connectionId: 'conn_1',
    isRecorded: false,
    used: () => undefined,
    record: () => undefined,
    close: async () => undefined,
  }),
};

let clock: TestClock;
let doors: Doors;
let gateway: Awaited<ReturnType<typeof startSshGateway>>;
const sockets: Socket[] = [];
const clients: Client[] = [];

beforeEach(async () => {
  clock = new TestClock();
  doors = new Doors();
  gateway = await startSshGateway({
    access: doors,
    evidence: noEvidence,
    clock,
    database: { read: undefined } as unknown as Database,
    hostKey: utils.generateKeyPairSync('ed25519').private,
    listen: { host: '127.0.0.1', port: 0 },
    logger: { info: () => undefined, warn: () => undefined },
  });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  await gateway.close();
  // Whatever a test did: nothing of a client that is gone waits for anything.
  await waitFor(() => clock.sleepers === 0, 'every timer to be gone');
});

function dial(): { socket: Socket; closed: () => boolean } {
  const socket = connect(gateway.port, '127.0.0.1');
  let closed = false;
  socket.on('close', () => (closed = true)).on('error', () => undefined);
  socket.resume();
  sockets.push(socket);
  return { socket, closed: () => closed };
}

async function login(): Promise<{ client: Client; closed: () => boolean }> {
  const client = new Client();
  clients.push(client);
  let closed = false;
  client.on('close', () => (closed = true));
  await new Promise((resolve, reject) => {
    client.on('ready', () => resolve(undefined)).on('error', reject);
    client.connect({
      host: '127.0.0.1',
      port: gateway.port,
      username: allocation.allocationId,
      privateKey,
    });
  });
  return { client, closed: () => closed };
}

it('waits for a login, and not for ever: neither for who is silent nor for who only says hello', async () => {
  const silent = dial();
  const polite = dial();
  polite.socket.write('SSH-2.0-hello\r\n');
  await waitFor(() => clock.sleepers === 2);
  await clock.advance(19_000);
  expect([silent.closed(), polite.closed()]).toEqual([false, false]);
  await clock.advance(1_000);
  await waitFor(() => silent.closed() && polite.closed());
});

it('leaves who has logged in alone', async () => {
  const { closed } = await login();
  await clock.advance(60_000);
  expect(closed()).toBe(false);
});

it('ends a connection within seconds of losing the right to it, but not because it cannot look', async () => {
  const { closed } = await login();
  doors.isDatabaseAway = true;
  await clock.advance(10 * STANDING_CHECK_SECONDS * 1000);
  expect(closed()).toBe(false);
  doors.isDatabaseAway = false;
  doors.open = false;
  await clock.advance(STANDING_CHECK_SECONDS * 1000);
  await waitFor(closed);
});

it('lets nobody in while it cannot ask', async () => {
  doors.isDatabaseAway = true;
  await expect(login()).rejects.toThrow(/authentication/);
});

it('cuts off a client that does not take its leave', async () => {
  const { client } = await login();
  const raw = (client as unknown as { _sock: Socket })._sock;
  raw.pause();
  doors.open = false;
  await clock.advance(STANDING_CHECK_SECONDS * 1000);
  await waitFor(() => clock.sleepers === 1, 'only the goodbye to be waited for');
  await clock.advance(2_000);
  await waitFor(() => clock.sleepers === 0);
  // Nothing holds the server open any more.
  await gateway.close();
});

it('gives one address so many connections', async () => {
  const all = Array.from({ length: 103 }, dial);
  await waitFor(() => all.filter(one => one.closed()).length === 3, 'the last three to be refused');
  await waitFor(() => clock.sleepers === 100);
  all.find(one => !one.closed())?.socket.destroy();
  await waitFor(() => clock.sleepers === 99);
  const next = dial();
  await waitFor(() => clock.sleepers === 100);
  expect(next.closed()).toBe(false);
});

it('ends a connection that has lasted as long as policies let it, also when they come to say so later', async () => {
  doors.seconds = 120;
  const first = await login();
  await clock.advance(110_000);
  const second = await login();
  await clock.advance(20_000);
  await waitFor(() => first.closed());
  expect(second.closed()).toBe(false);
  doors.seconds = 10;
  await clock.advance(STANDING_CHECK_SECONDS * 1000);
  await waitFor(() => second.closed());
});

it('stops with clients of every kind connected', async () => {
  const silent = dial();
  const { closed } = await login();
  await waitFor(() => clock.sleepers === 2);
  await gateway.close();
  await waitFor(() => silent.closed() && closed());
});

it('says which port is taken', async () => {
  const options = {
    access: doors,
    evidence: noEvidence,
    clock,
    database: {} as Database,
    hostKey: privateKey,
    logger: { info: () => undefined, warn: () => undefined },
  };
  await expect(startSshGateway({ ...options, listen: { host: '127.0.0.1', port: gateway.port } })).rejects.toThrow(
    `The SSH port ${gateway.port} on 127.0.0.1 is already in use`,
  );
});

function publicKeyOf(key: string): string {
  const parsed = utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')}`;
}
