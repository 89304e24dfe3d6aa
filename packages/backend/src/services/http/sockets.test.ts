import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { httpApiRef } from '@portico/plugin-kit/backend';
import type { SocketConnection } from '@portico/plugin-kit/backend';
import { waitFor } from '@portico/plugin-kit/testing';
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
