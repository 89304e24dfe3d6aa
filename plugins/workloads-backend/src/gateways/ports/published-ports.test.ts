import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServiceFactory } from '@backstage/backend-plugin-api';
import { createApiKey, signIn, signOut } from '@portico/plugin-access/contract';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { localRuntimeRef } from '@portico/plugin-fleet/port';
import { startTestBackend, waitFor } from '@portico/plugin-kit/testing';
import type { SignedUp, TestBackend } from '@portico/plugin-kit/testing';
import { getAllocation, openPublishedPort, releaseAllocation } from '@portico/plugin-workloads/contract';
import WebSocket, { WebSocketServer } from 'ws';
import { FakeRuntime } from '../../testing/fake-runtime';

let backend: TestBackend;
let inside: Server;
let sockets: WebSocketServer;
let port: number;
let owner: SignedUp;
let origin: URL;
let allocationId: string;
const heard: IncomingMessage[] = [];

beforeAll(async () => {
  const runtime = new FakeRuntime();
  inside = createServer((request, response) => {
    heard.push(request);
    if (request.url === '/stream') return void response.write('first');
    response.setHeader('Set-Cookie', ['app=1; Domain=localhost', 'portico-port=stolen']);
    request.pipe(response);
  });
  sockets = new WebSocketServer({ server: inside });
  sockets.on('connection', socket => socket.on('message', data => socket.send(`heard ${String(data)}`)));
  inside.listen(0, '127.0.0.1');
  await once(inside, 'listening');
  ({ port } = inside.address() as AddressInfo);
  backend = await startTestBackend({
    instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => runtime })],
    settings: { fleet: { heartbeat: { intervalSeconds: 1 } } },
  });
  owner = await backend.signUp();
  const { token } = owner;
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
  allocationId = String((launched.body.allocation as Record<string, unknown>).allocation_id);
  const allocation = await waitFor(async () => {
    const seen = await backend.call(getAllocation, { token, params: { allocation_id: allocationId } });
    return seen.status === 'active' && seen;
  }, 'active');
  origin = new URL(allocation.network.published_ports[0]!.url!);
});

afterAll(async () => {
  await backend.stop();
  sockets.close();
  inside.closeAllConnections();
  inside.close();
});

interface Reply {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** As a browser that resolves `*.localhost` to its own machine. */
async function ask(
  path: string,
  more: { method?: string; headers?: object; body?: string; host?: string } = {},
): Promise<Reply> {
  const { method = 'GET', headers = {}, body, host = origin.host } = more;
  const asking = httpRequest({ host: '127.0.0.1', port: origin.port, path, method, headers: { host, ...headers } });
  asking.end(body);
  const [reply] = (await once(asking, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of reply) text += String(chunk);
  return { status: reply.statusCode!, headers: reply.headers, text };
}

const ticketFor = (token: string, of = port) =>
  backend.call(openPublishedPort, { token, params: { allocation_id: allocationId, port: String(of) } });

const enter = (ticket: string) =>
  ask('/.portico/enter', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ticket }).toString(),
  });

async function cookieFor(token: string): Promise<string> {
  const entered = await enter((await ticketFor(token)).ticket);
  expect(entered.status).toBe(303);
  return entered.headers['set-cookie']![0]!.split(';')[0]!;
}

test('its origin is its own, and the ticket goes there in a form', async () => {
  expect(origin.hostname).toBe(`${port}-${allocationId.replace('_', '-')}.localhost`);
  const { enter_url } = await ticketFor(owner.token);
  expect(enter_url).toBe(`${origin.origin}/.portico/enter`);
});

test('whoever comes with a ticket sees what listens there, and nothing of how they came', async () => {
  const cookie = await cookieFor(owner.token);
  heard.length = 0;
  const reply = await ask('/lab?x=1', {
    method: 'POST',
    headers: { cookie: `${cookie}; app=1`, origin: origin.origin },
    body: 'hello',
  });
  expect(reply).toMatchObject({ status: 200, text: 'hello' });
  expect(reply.headers['set-cookie']).toEqual(['app=1']);
  expect(heard[0]).toMatchObject({ url: '/lab?x=1', method: 'POST' });
  expect(heard[0]!.headers.cookie).toBe('app=1');
});

test('a ticket is good once, for its port, and never in an address', async () => {
  const { ticket } = await ticketFor(owner.token);
  const tries = await Promise.all([enter(ticket), enter(ticket), enter(ticket)]);
  expect(tries.map(({ status }) => status).sort()).toEqual([303, 401, 401]);
  expect((await ask(`/.portico/enter?ticket=${(await ticketFor(owner.token)).ticket}`)).status).toBe(401);
  const unpublished = await backend.request('POST', `allocations/${allocationId}/published-ports/9/ticket`, {
    token: owner.token,
  });
  expect(unpublished.status).toBe(404);
});

test('nobody else is let in', async () => {
  const stranger = await backend.signUp();
  const asked = await backend.request('POST', `allocations/${allocationId}/published-ports/${port}/ticket`, {
    token: stranger.token,
  });
  expect(asked.status).toBe(404);
  expect((await ask('/')).status).toBe(401);
  expect((await ask('/', { headers: { cookie: 'portico-port=guess' } })).status).toBe(401);
  expect((await ask('/', { headers: { 'portico-authorization': `Bearer ${stranger.token}` } })).status).toBe(404);
  expect((await ask('/', { host: 'localhost' })).status).toBe(404);
  const page = await ask('/', { headers: { accept: 'text/html' } });
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.text).toContain(`/workloads/${allocationId}`);
});

test('a cookie does not open another port of the same workload', async () => {
  const cookie = await cookieFor(owner.token);
  const elsewhere = origin.host.replace(String(port), String(port === 9 ? 10 : 9));
  expect((await ask('/', { headers: { cookie }, host: elsewhere })).status).toBe(401);
});

test('a program brings its key, which goes no further', async () => {
  const key = await backend.call(createApiKey, {
    token: owner.token,
    body: { name: 'model client', scopes: ['workloads.allocation.connect'] },
  });
  heard.length = 0;
  const reply = await ask('/v1/models', {
    method: 'POST',
    headers: { 'portico-authorization': `Bearer ${key.key}`, authorization: 'Bearer of-the-model' },
    body: '{}',
  });
  expect(reply).toMatchObject({ status: 200, text: '{}' });
  expect(heard[0]!.headers.authorization).toBe('Bearer of-the-model');
  expect(JSON.stringify(heard[0]!.headers)).not.toContain(key.key);
});

test('a page of another site is not answered in somebody’s name', async () => {
  const cookie = await cookieFor(owner.token);
  const neighbour = { cookie, origin: 'http://9-alloc-2.localhost:7023' };
  expect((await ask('/', { method: 'POST', headers: neighbour })).status).toBe(403);
  const socket = new WebSocket(`ws://127.0.0.1:${origin.port}/`, { headers: { host: origin.host, ...neighbour } });
  await expect(once(socket, 'open')).rejects.toThrow('403');
});

test('WebSockets pass, both ways', async () => {
  const cookie = await cookieFor(owner.token);
  const socket = new WebSocket(`ws://127.0.0.1:${origin.port}/kernel`, {
    headers: { host: origin.host, cookie, origin: origin.origin },
  });
  await once(socket, 'open');
  socket.send('one');
  expect(String((await once(socket, 'message'))[0])).toBe('heard one');
  socket.close();
  await once(socket, 'close');
});

test('what is open ends with the sign-in session it came from', async () => {
  const other = await backend.call(signIn, { body: { username: owner.username, password: owner.password } });
  const token = 'access_token' in other ? String(other.access_token) : '';
  const cookie = await cookieFor(token);
  const socket = new WebSocket(`ws://127.0.0.1:${origin.port}/`, {
    headers: { host: origin.host, cookie, origin: origin.origin },
  });
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const streaming = ask('/stream', { headers: { cookie } });
  await backend.call(signOut, { token });
  await closed;
  await expect(streaming).rejects.toThrow('aborted');
  await waitFor(async () => (await ask('/', { headers: { cookie } })).status === 401, 'the cookie opens nothing');
});

test('nothing answers before the program listens, and afterwards nothing is there', async () => {
  const cookie = await cookieFor(owner.token);
  inside.close();
  inside.closeAllConnections();
  await waitFor(async () => (await ask('/', { headers: { cookie } })).status === 502, 'nothing listens');
  await backend.call(releaseAllocation, { token: owner.token, params: { allocation_id: allocationId } });
  const isReleased = async () =>
    (await backend.call(getAllocation, { token: owner.token, params: { allocation_id: allocationId } })).status ===
    'released';
  await waitFor(isReleased, 'the release');
  // Also in the moments in which who may be here is remembered: what is gone is not called a node that does not answer.
  expect((await ask('/', { headers: { cookie } })).status).toBe(404);
});
