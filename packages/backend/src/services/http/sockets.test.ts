import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { httpApiRef } from '@portico/plugin-kit/backend';
import type { SocketConnection } from '@portico/plugin-kit/backend';
import { waitFor } from '@portico/plugin-kit/testing';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { startTestBackend } from '../../testing';
import type { TestBackend } from '../../testing';

const connections: SocketConnection[] = [];
const feature = createBackendPlugin({
  pluginId: 'echo',
  register(env) {
    env.registerInit({
      deps: { http: httpApiRef },
      async init({ http }) {
        http.socket({
          path: '/ws/echo/{room_id}',
          protocol: 'portico.echo.v1',
          handle: connection => {
            connections.push(connection);
            connection.socket.on('message', (data, isBinary) => connection.socket.send(data, { binary: isBinary }));
          },
        });
      },
    });
  },
});

let backend: TestBackend;
beforeAll(async () => {
  backend = await startTestBackend({ plugins: [{ feature }] });
});
afterAll(() => backend.stop());

function open(place: string, options: { protocols?: string[]; origin?: string } = {}): WebSocket {
  const url = `${backend.url.replace('http', 'ws')}${place}`;
  return new WebSocket(
    url,
    options.protocols ?? ['portico.echo.v1', 'a-token'],
    options.origin === undefined ? {} : { origin: options.origin },
  );
}

/** Status and body of an upgrade that is refused. */
function refused(socket: WebSocket): Promise<{ status: number; code: unknown }> {
  return new Promise((resolve, reject) => {
    socket.on('open', () => reject(new Error('it was let in')));
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, code: (JSON.parse(text) as { code: unknown }).code }),
      );
    });
  });
}

test('a socket is handed over with its parameters and credentials, and speaks', async () => {
  const socket = open('/ws/echo/room%201?ignored=1');
  await waitFor(() => socket.readyState === WebSocket.OPEN);
  expect(socket.protocol).toBe('portico.echo.v1');
  expect(connections.at(-1)).toMatchObject({
    params: { room_id: 'room 1' },
    credentials: ['a-token'],
    address: '127.0.0.1',
    correlationId: expect.stringMatching(/^corr_/),
  });
  let heard = '';
  socket.on('message', data => (heard = String(data as Buffer)));
  socket.send('hello');
  await waitFor(() => heard === 'hello');
  socket.close();
});

test('pages of this portal may connect, pages of others may not', async () => {
  const own = open('/ws/echo/r', { origin: backend.url });
  await waitFor(() => own.readyState === WebSocket.OPEN);
  own.close();
  expect(await refused(open('/ws/echo/r', { origin: 'https://evil.example' }))).toEqual({
    status: 403,
    code: 'csrf_token_invalid',
  });
  expect(await refused(open('/ws/echo/r', { origin: 'null' }))).toEqual({ status: 403, code: 'csrf_token_invalid' });
});

test('a path nobody serves and a protocol nobody speaks are refused', async () => {
  expect(await refused(open('/ws/nothing'))).toEqual({ status: 404, code: 'not_found' });
  expect(await refused(open('/ws/echo/%ff'))).toEqual({ status: 404, code: 'not_found' });
  expect(await refused(open('/ws/echo/r', { protocols: ['another'] }))).toEqual({
    status: 400,
    code: 'request_malformed',
  });
});

test('a message beyond the limit ends the socket and nothing else', async () => {
  const socket = open('/ws/echo/r');
  await waitFor(() => socket.readyState === WebSocket.OPEN);
  let code = 0;
  socket.on('close', given => (code = given));
  socket.send('x'.repeat(2 * 1024 * 1024));
  await waitFor(() => code !== 0);
  expect(code).toBe(1009);
  expect((await backend.request('GET', '/healthz')).status).toBe(200);
});

test('a portal that stops says so to every socket', async () => {
  const other = await startTestBackend({ plugins: [{ feature }] });
  const socket = new WebSocket(`${other.url.replace('http', 'ws')}/ws/echo/r`, ['portico.echo.v1']);
  await waitFor(() => socket.readyState === WebSocket.OPEN);
  let end: { code: number; reason: string } | undefined;
  socket.on('close', (code, reason) => (end = { code, reason: String(reason) }));
  await other.stop();
  await waitFor(() => end);
  expect(end).toEqual({ code: 1001, reason: 'The portal is restarting; reconnect in a moment.' });
});

/** A client that writes what it likes and reads nothing but the answer to its upgrade. */
async function deaf(place: string): Promise<Socket> {
  const socket = connect({ port: Number(new URL(backend.url).port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  socket.write(
    `GET ${place} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: portico.echo.v1\r\n\r\n',
  );
  await new Promise(resolve => socket.once('data', resolve));
  socket.pause();
  return socket;
}

/** A masked frame; the mask is zero, so that its bytes are what they are. */
function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? [length] : [126, length >> 8, length & 255];
  const header = Buffer.from([0x80 | opcode, 0x80 | (size[0] as number), ...size.slice(1), 0, 0, 0, 0]);
  return Buffer.concat([header, payload]);
}

test.each([
  ['messages are answered', frame(2, Buffer.alloc(60_000))],
  ['pings are answered', Buffer.concat(Array.from({ length: 1000 }, () => frame(9, Buffer.alloc(125))))],
])(
  'a client whose %s and who reads nothing is cut off, instead of filling the memory',
  async (_name, chunk) => {
    const before = connections.length;
    const socket = await deaf('/ws/echo/deaf');
    await waitFor(() => connections.length > before);
    const served = connections.at(-1)?.socket as WebSocket;
    let mostUnsent = 0;
    const flood = () => {
      while (!socket.destroyed && served.readyState === served.OPEN && !socket.writableNeedDrain) {
        mostUnsent = Math.max(mostUnsent, served.bufferedAmount);
        socket.write(chunk);
      }
    };
    socket.on('drain', flood);
    flood();
    await waitFor(() => served.readyState === served.CLOSED, 'the server to cut it off');
    socket.destroy();
    expect(mostUnsent).toBeLessThan(16 * 1024 * 1024);
  },
  60_000,
);

test('an upgrade that is refused is over for good, however long its client stays', async () => {
  const socket = await deaf('/ws/nowhere');
  let closed = false;
  socket.on('close', () => (closed = true));
  socket.resume();
  // It never says its own end: a server that still held the connection would take what comes.
  await waitFor(() => {
    socket.write('still here');
    return closed;
  }, 'the server to let go of it');
});

test('one address may have many sockets open and not all of them', async () => {
  const sockets: Socket[] = [];
  const openMany = async (count: number) =>
    sockets.push(...(await Promise.all(Array.from({ length: count }, () => deaf('/ws/echo/many')))));
  const before = connections.length;
  for (let batch = 0; batch < 10; batch += 1) await openMany(100);
  await waitFor(() => connections.length === before + 1000);
  expect(await refused(open('/ws/echo/many'))).toEqual({ status: 429, code: 'rate_limited' });
  for (const socket of sockets) socket.destroy();
  await waitFor(async () => {
    const again = open('/ws/echo/many');
    const letIn = await new Promise<boolean>(resolve =>
      again.on('open', () => resolve(true)).on('error', () => resolve(false)),
    );
    again.terminate();
    return letIn;
  }, 'a place to be free again');
}, 30_000);
