import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Server, utils } from 'ssh2';
import type { Client, ClientChannel, Connection, ServerChannel } from 'ssh2';
import { waitFor } from '@portico/plugin-kit/testing';
import type { ContainerAccess } from '../container-access';
import { openContainerClient } from './container-client';
import { opened } from './container-exec';

/** What `ssh2` keeps to itself, on the side of a server that breaks the rules. */
interface Inside {
  readonly _sock: Socket;
  readonly _protocol: {
    channelOpenConfirm(to: number, id: number, window: number, packetBytes: number): void;
    channelEOF(to: number): void;
    channelData(to: number, data: Buffer): void;
    channelExtData(to: number, data: Buffer, type: number): void;
  };
}
const inside = (side: Connection | Client) => side as unknown as Inside;
const idOf = (channel: ServerChannel) => (channel as unknown as { outgoing: { id: number } }).outgoing.id;

const keys = { host: utils.generateKeyPairSync('ecdsa', { bits: 256 }), client: utils.generateKeyPairSync('ecdsa', { bits: 256 }) }; // prettier-ignore
const KiB32 = Buffer.alloc(32 * 1024);

let server: Server;
let client: Client;
const sockets: Socket[] = [];
afterEach(() => {
  client?.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

/** The portal's client, logged in to a server of the tenant's own making. */
async function loggedIn(tenant: (connection: Connection) => void): Promise<Client> {
  server = new Server({ hostKeys: [keys.host.private] }, connection => {
    sockets.push(inside(connection)._sock);
    connection.on('authentication', context => context.accept()).on('error', () => undefined);
    tenant(connection);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const access = {
    node: { forward: async () => connect(port, '127.0.0.1') },
    host: '10.0.0.2',
    port: 22,
    username: 'user',
    clientPrivateKey: keys.client.private,
    hostPublicKey: keys.host.public.trim(),
  } as unknown as ContainerAccess;
  client = await openContainerClient(access);
  return client;
}

const run = () => opened(client, done => client.exec('true', done), (channel: ClientChannel) => channel); // prettier-ignore

/** Programs start, with a channel as the tenant likes it. */
function starts(connection: Connection, then: (channel: ServerChannel) => void): void {
  connection.on('session', accept => accept().on('exec', begin => then(begin())));
}

test.each(['output', 'errors'] as const)('%s without room for them end the connection', async kind => {
  await loggedIn(connection =>
    starts(connection, channel => {
      const { _protocol: protocol } = inside(connection);
      // 16 MiB to a reader who has taken nothing.
      for (let piece = 0; piece < 512; piece += 1)
        if (kind === 'output') protocol.channelData(idOf(channel), KiB32);
        else protocol.channelExtData(idOf(channel), KiB32, 1);
    }),
  );
  const closed = once(client, 'close');
  const channel = await run().catch(() => undefined);
  await closed;
  // What it was given room for, and once more when the reader's own buffer still had some.
  expect((channel?.readableLength ?? 0) + (channel?.stderr.readableLength ?? 0)).toBeLessThanOrEqual(4 * 1024 * 1024);
});

test.each(['output', 'errors'] as const)('%s after their end end the connection, and nothing else', async kind => {
  await loggedIn(connection =>
    starts(connection, channel => {
      const { _protocol: protocol } = inside(connection);
      protocol.channelEOF(idOf(channel));
      if (kind === 'output') protocol.channelData(idOf(channel), KiB32);
      else protocol.channelExtData(idOf(channel), KiB32, 1);
    }),
  );
  const closed = once(client, 'close');
  const channel = await run().catch(() => undefined);
  // As a shell does, which shows everything in one stream.
  channel?.resume().stderr.resume();
  await closed;
});

test('a server that takes packets of nothing is not sent to for ever', async () => {
  await loggedIn(connection => {
    const { _protocol: protocol } = inside(connection);
    const confirm = protocol.channelOpenConfirm.bind(protocol);
    protocol.channelOpenConfirm = (to, id, window) => confirm(to, id, window, 0);
    starts(connection, () => undefined);
  });
  await expect(run()).rejects.toMatchObject({ code: 'runtime_failed' });
});

test('what a server says it takes and does not is kept within a bound', async () => {
  await loggedIn(connection => {
    const { _protocol: protocol, _sock: socket } = inside(connection);
    const confirm = protocol.channelOpenConfirm.bind(protocol);
    protocol.channelOpenConfirm = (to, id, _window, bytes) => confirm(to, id, 0xffffffff, bytes);
    starts(connection, () => socket.pause());
  });
  const channel = await run();
  const closed = once(client, 'close');
  const piece = Buffer.alloc(1024 * 1024);
  for (let sent = 0; sent < 128 && channel.writable; sent += 1) channel.write(piece);
  await closed;
});

test('connections and windows nobody asked for are refused', async () => {
  const refused: string[] = [];
  await loggedIn(connection => {
    connection.on('ready', () => {
      connection.forwardOut('127.0.0.1', 1, '127.0.0.1', 22, error => refused.push(`tcp ${String(error)}`));
      connection.x11('127.0.0.1', 1, error => refused.push(`x11 ${String(error)}`));
    });
    starts(connection, () => undefined);
  });
  await run();
  await waitFor(() => refused.length >= 2, 'refusals');
  for (const answer of refused) expect(answer).toContain('Error');
});
