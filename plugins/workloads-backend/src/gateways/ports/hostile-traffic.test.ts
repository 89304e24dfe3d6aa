import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { createApiKey } from '@portico/plugin-access/contract';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { localRuntimeRef } from '@portico/plugin-fleet/port';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { TestBackend } from '@portico/plugin-kit/testing';
import { getAllocation } from '@portico/plugin-workloads/contract';
import { FakeRuntime } from '../../testing/fake-runtime';

/** Not HTTP by a library: what listens in a workload says what it likes, and so does who asks. */
let backend: TestBackend;
let inside: Server;
let answer: (socket: Socket, heard: string) => void;
let gateway: number;
let host: string;
let key: string;
const open = new Set<Socket>();

beforeAll(async () => {
  inside = createServer(socket => {
    open.add(socket);
    let heard = '';
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.on('data', chunk => answer(socket, (heard += chunk.toString('latin1'))));
  });
  inside.listen(0, '127.0.0.1');
  await once(inside, 'listening');
  const { port } = inside.address() as AddressInfo;
  const runtime = new FakeRuntime();
  backend = await startTestBackend({
    instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => runtime })],
    settings: { fleet: { heartbeat: { intervalSeconds: 1 } } },
  });
  const { token } = await backend.signUp();
  const sku = await waitFor(
    async () => (await backend.call(listSkus, { token })).items.find(item => item.free_gpus > 0),
    'a free GPU',
  );
  const image = (await backend.call(listOsImages, { token })).items[0]!;
  const launched = await backend.request('POST', 'allocations', {
    token,
    headers: { 'idempotency-key': crypto.randomUUID() },
    body: {
      sku_id: sku.sku_id,
      gpu_count: 1,
      image_id: image.image_id,
      network: { published_ports: [{ port, name: 'notebook' }] },
    },
  });
  if (launched.status !== 202) throw new Error(launched.text);
  const allocationId = String((launched.body.allocation as Record<string, unknown>).allocation_id);
  const allocation = await waitFor(async () => {
    const seen = await backend.call(getAllocation, { token, params: { allocation_id: allocationId } });
    return seen.status === 'active' && seen;
  }, 'active');
  const origin = new URL(allocation.network.published_ports[0]!.url!);
  gateway = Number(origin.port);
  host = origin.host;
  ({ key } = await backend.call(createApiKey, {
    token,
    body: { name: 'client', scopes: ['workloads.allocation.connect'] },
  }));
});

afterAll(async () => {
  await backend?.stop();
  for (const socket of open) socket.destroy();
  inside?.close();
});

const says = (text: string) => (socket: Socket, heard: string) => {
  if (heard.includes('\r\n\r\n')) socket.write(Buffer.from(text, 'latin1'));
};
const lines = (...more: string[]) =>
  ['GET / HTTP/1.1', `Host: ${host}`, `Portico-Authorization: Bearer ${key}`, ...more, '', ''].join('\r\n');

async function ask(headers: object = {}): Promise<{ status: number; headers: IncomingMessage['headers'] }> {
  const asking = httpRequest({
    host: '127.0.0.1',
    port: gateway,
    headers: { host, 'portico-authorization': `Bearer ${key}`, ...headers },
  });
  asking.end();
  const [reply] = (await once(asking, 'response')) as [IncomingMessage];
  reply.resume();
  await once(reply, 'end');
  return { status: reply.statusCode!, headers: reply.headers };
}

it.each([
  ['a status that is none', 'HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n'],
  ['a status below what may be said', 'HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n'],
  ['a change of protocol nobody asked for', 'HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a length and pieces', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['control characters', 'HTTP/1.1 200 OK\r\nx: a\u0001b\r\nContent-Length: 0\r\n\r\n'],
  ['headers without an end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`],
  ['nothing of HTTP', 'SSH-2.0-OpenSSH\r\n'],
])('a workload that answers with %s is a bad gateway, and nothing more', async (_what, text) => {
  answer = says(text);
  expect((await ask()).status).toBe(502);
});

test('what comes before a reply and after it stays with the workload', async () => {
  answer = says(
    'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Set-Cookie\r\n\r\n1\r\na\r\n0\r\nSet-Cookie: a=1; Domain=localhost\r\n\r\nHTTP/1.1 200 OK\r\nX-Second: 1\r\nContent-Length: 0\r\n\r\n',
  );
  const { status, headers } = await ask();
  expect(status).toBe(200);
  expect(headers).not.toHaveProperty('set-cookie');
  expect(headers).not.toHaveProperty('trailer');
  expect(headers).not.toHaveProperty('x-second');
});

/** What the workload hears of bytes sent as they are. */
async function heardOf(text: string): Promise<string> {
  const heard = new Promise<string>(resolve => {
    answer = (socket, all) => {
      if (!all.includes('END')) return;
      resolve(all);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    };
  });
  const client = connect(gateway, '127.0.0.1');
  client.on('error', () => undefined).write(text);
  const all = await heard;
  client.destroy();
  return all;
}

const hidden = 'GET /hidden HTTP/1.1\r\nHost: END\r\n\r\n';

test('the body of a GET is no second request, by pieces or by length', async () => {
  const pieces = await heardOf(
    `${lines('Transfer-Encoding: chunked')}${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
  );
  expect(pieces.toLowerCase()).toContain('transfer-encoding: chunked');
  expect(pieces).toContain(`\r\n\r\n${hidden.length.toString(16)}\r\n${hidden}`);
  const length = await heardOf(
    `${lines(`Content-Length: ${hidden.length}`, 'Connection: close, Content-Length')}${hidden}`,
  );
  expect(length.toLowerCase()).toContain(`content-length: ${hidden.length}`);
});

test('a header alone does not make a WebSocket of what was not judged as one', async () => {
  expect((await heardOf(lines('Upgrade: websocket', 'X: END'))).toLowerCase()).not.toContain('upgrade');
});
