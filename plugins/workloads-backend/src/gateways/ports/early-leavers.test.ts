import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { waitFor } from '@portico/plugin-kit/testing';
import { KEY_HEADER } from './forwarded-headers';
import { startPortGateway } from './port-gateway';
import type { PortGatewayOptions } from './port-gateway';

/** More than may be open at once to one workload. */
const MANY = 300;
const published = { allocationId: 'alloc_1', port: 8888 };
const host = '8888-alloc-1.localhost';

/** A gateway that takes its time to say who may come in. */
async function startSlowGateway() {
  let letIn!: () => void;
  const judged = new Promise<void>(resolve => (letIn = resolve));
  const asked = { times: 0 };
  const far = createServer(socket => socket.on('error', () => undefined).once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))); // prettier-ignore
  far.listen(0, '127.0.0.1');
  await once(far, 'listening');
  const caller = { kind: 'user', userId: 'user_1', organizationId: 'org_1', projectId: 'proj_1' };
  const allocation = { organizationId: 'org_1', projectId: 'proj_1', publishedPorts: [{ port: 8888, name: 'x' }] };
  const options = {
    listen: { host: '127.0.0.1', port: 0 },
    logger: { warn: () => undefined, debug: () => undefined },
    workloadUrl: () => 'http://localhost/',
    clock: { now: () => Date.now(), sleep: (_ms: number, signal: AbortSignal) => once(signal, 'abort') },
    database: { read: null },
    secrets: null,
    address: {
      isSecure: false,
      urlOf: () => `http://${host}`,
      portOf: (name: string) => (name === host ? published : undefined),
      formTarget: () => null,
      listeningOn: () => undefined,
    },
    authentication: {
      async authenticate() {
        asked.times += 1;
        await judged;
        return caller;
      },
      revalidate: async () => caller,
    },
    access: {
      active: async () => allocation,
      mayConnect: () => true,
      activity: () => () => undefined,
      runtimeOf: async () => ({
        instance: published,
        runtime: { forward: async () => connect((far.address() as AddressInfo).port, '127.0.0.1') },
      }),
    },
  } as unknown as PortGatewayOptions;
  const gateway = await startPortGateway(options);
  return { ...gateway, asked, letIn, stop: () => gateway.close().then(() => far.close()) };
}

async function statusOf(port: number, headers: Record<string, string>): Promise<number> {
  const asking = httpRequest({ host: '127.0.0.1', port, headers, agent: false });
  asking.end();
  const [reply] = (await once(asking, 'response')) as [IncomingMessage];
  reply.resume();
  return reply.statusCode ?? 0;
}

const line = (key: number) => `GET / HTTP/1.1\r\nHost: ${host}\r\n${KEY_HEADER}: Bearer ${key}\r\n\r\n`;

it.each<{ how: string; send: (open: () => Socket) => void }>([
  {
    how: 'each on its own connection',
    send: open => Array.from({ length: MANY }, (_, key) => open().write(line(key))),
  },
  { how: 'one behind the other', send: open => open().write(Array.from({ length: MANY }, (_, key) => line(key)).join('')) }, // prettier-ignore
])('those who leave before they are let in are not counted: $how', async ({ send }) => {
  const gateway = await startSlowGateway();
  try {
    const clients: Socket[] = [];
    send(() => {
      const client = connect(gateway.port, '127.0.0.1').on('error', () => undefined);
      clients.push(client);
      return client;
    });
    await waitFor(async () => gateway.asked.times >= MANY * 2 || gateway.asked.times === MANY, 'all are being judged');
    for (const client of clients) client.resetAndDestroy();
    // Comes after them, so by its answer the gateway has heard that they left.
    for (let round = 0; round < 3; round += 1) expect(await statusOf(gateway.port, { host: 'nowhere' })).toBe(404);
    gateway.letIn();
    expect(await statusOf(gateway.port, { host, [KEY_HEADER]: 'Bearer mine' })).toBe(200);
  } finally {
    await gateway.stop();
  }
});
