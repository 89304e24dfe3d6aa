import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fleetSettings } from '@portico/plugin-fleet/contract';
import type { GpuLoad } from './measurement';
import { PrometheusGpus } from './prometheus';

const properties = fleetSettings.schema.properties.metrics.properties.queries.properties;
const queries = {
  uuidLabel: properties.uuidLabel.default,
  utilizationPercent: properties.utilizationPercent.default,
  memoryUsedMib: properties.memoryUsedMib.default,
  memoryTotalMib: properties.memoryTotalMib.default,
  temperatureCelsius: properties.temperatureCelsius.default,
  powerWatts: properties.powerWatts.default,
};
const byNode: GpuLoad = {
  index: 3,
  uuid: 'GPU-a',
  model: 'NVIDIA H200',
  utilizationPercent: 1,
  memoryBytesUsed: 1,
  memoryBytesTotal: 1,
  temperatureCelsius: 1,
  powerWatts: 1,
};

describe('load of GPUs by Prometheus', () => {
  let server: Server;
  let url: string;
  const asked: string[] = [];
  let answer: (query: string, request: IncomingMessage) => { status?: number; body: unknown };

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      const query = new URLSearchParams(await text(request)).get('query') ?? '';
      asked.push(`${request.method} ${request.url} ${query}`);
      const { status = 200, body } = answer(query, request);
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status === 302 && { location: 'http://127.0.0.1:1/' }),
      });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prometheus/`;
  });
  afterAll(() => new Promise(done => server.close(done)));
  beforeEach(() => asked.splice(0));

  const vector = (values: Record<string, number>) => ({
    body: {
      status: 'success',
      data: {
        resultType: 'vector',
        result: Object.entries(values).map(([UUID, value]) => ({
          metric: { UUID, gpu: '0' },
          value: [1, String(value)],
        })),
      },
    },
  });

  it('asks for the GPUs in question and takes nothing said of others', async () => {
    answer = query =>
      vector({ 'GPU-a': query.includes('TEMP') ? 50 : query.includes('FB_FREE') ? 100 : 7, 'GPU-other': 99 });
    const loads = await new PrometheusGpus({ url, queries }).loads(['GPU-a', 'GPU-b/1.x'], [byNode]);
    const MiB = 1024 * 1024;
    expect(loads).toEqual([
      {
        index: 3,
        uuid: 'GPU-a',
        model: 'NVIDIA H200',
        utilizationPercent: 7,
        memoryBytesUsed: 7 * MiB,
        memoryBytesTotal: 100 * MiB,
        temperatureCelsius: 50,
        powerWatts: 7,
      },
    ]);
    expect(asked).toContain('POST /prometheus/api/v1/query DCGM_FI_DEV_GPU_UTIL{UUID=~"GPU-a|GPU-b\\\\/1\\\\.x"}');
    expect(asked).toHaveLength(5);
  });

  it('leaves what it does not know to the node', async () => {
    answer = () => vector({});
    expect(await new PrometheusGpus({ url, queries }).loads(['GPU-a'], [byNode])).toEqual([byNode]);
    expect(await new PrometheusGpus({ url, queries }).loads([], [byNode])).toEqual([byNode]);
  });

  it.each([
    ['an error', () => ({ status: 503, body: {} })],
    ['something else', () => ({ body: { status: 'success', data: { resultType: 'matrix', result: [] } } })],
    ['the way to somewhere else', () => ({ status: 302, body: {} })],
  ])('fails when it is answered with %s', async (_what, reply) => {
    answer = reply;
    await expect(new PrometheusGpus({ url, queries }).loads(['GPU-a'], [byNode])).rejects.toThrow();
  });
});
