import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { httpApiRef } from '@portico/plugin-kit/backend';
import { defineContract, operation } from '@portico/plugin-kit/contract';
import { startTestBackend } from '../../testing';
import type { TestBackend } from '../../testing';

const pebbleSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['pebble_id', 'weight'],
  properties: { pebble_id: { type: 'string' }, weight: { type: 'integer' } },
} as const;

const addPebble = operation({
  id: 'addPebble',
  method: 'POST',
  path: 'pebbles',
  tag: 'test',
  summary: 'Adds a pebble',
  permission: 'pebbles.pebble.add',
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['weight'],
    properties: { weight: { type: 'integer', minimum: 1 }, note: { type: 'string', default: 'none' } },
  },
  responses: { 201: pebbleSchema },
  errors: ['pebble_refused'],
  idempotency: 'accepted',
});
const getPebble = operation({
  id: 'getPebble',
  method: 'GET',
  path: 'pebbles/{pebble_id}',
  tag: 'test',
  summary: 'One pebble',
  permission: 'authenticated',
  params: {
    type: 'object',
    additionalProperties: false,
    required: ['pebble_id'],
    properties: { pebble_id: { type: 'string', maxLength: 10 } },
  },
  query: {
    type: 'object',
    additionalProperties: false,
    properties: {
      limit: { type: 'integer', minimum: 1, default: 25 },
      tag: { type: 'array', items: { type: 'string' } },
    },
  },
  responses: { 200: { type: 'object', additionalProperties: true } },
  errors: [],
});
const breakPromise = operation({
  id: 'breakPromise',
  method: 'GET',
  path: 'pebbles/broken',
  tag: 'test',
  summary: 'Answers what it did not promise',
  permission: 'public',
  responses: { 200: pebbleSchema },
  errors: [],
});
const exportPebbles = operation({
  id: 'exportPebbles',
  method: 'GET',
  path: 'pebbles/csv',
  tag: 'test',
  summary: 'Many pebbles',
  permission: 'public',
  responses: { 200: { type: 'string' } },
  errors: [],
  streams: 'text/csv',
});
const contract = defineContract({
  plugin: 'pebbles',
  operations: { addPebble, getPebble, breakPromise, exportPebbles },
  errors: { pebble_refused: { status: 409, sentence: 'No.' } },
  permissions: { 'pebbles.pebble.add': 'add pebbles' },
  events: {},
});

let produced = 0;
let abandoned = 0;
async function* endless() {
  try {
    for (;;) {
      produced += 1;
      yield 'x'.repeat(64 * 1024);
    }
  } finally {
    abandoned += 1;
  }
}

let writes = 0;
const feature = createBackendPlugin({
  pluginId: 'pebbles',
  register(env) {
    env.registerInit({
      deps: { http: httpApiRef },
      async init({ http }) {
        http.serve(contract, {
          addPebble: async request =>
            request.write(async () => {
              writes += 1;
              return { status: 201, body: { pebble_id: 'p1', weight: request.body.weight } };
            }),
          getPebble: async request => ({
            status: 200,
            body: { ...request.params, ...request.query, caller: request.caller.userId },
          }),
          breakPromise: async () => ({ status: 200, body: { weight: 'heavy' } as never }),
          exportPebbles: async () => ({ status: 200, stream: endless() }),
        });
      },
    });
  },
});

let backend: TestBackend;
let token: string;
beforeAll(async () => {
  backend = await startTestBackend({ plugins: [{ contract, feature }], settings: { log: { level: 'error' } } });
  token = backend.signInAs({ permissions: ['pebbles.pebble.add'] }).token;
});
afterAll(() => backend.stop());

test('a request in order is answered, its parameters typed and its defaults filled in', async () => {
  const reply = await backend.request('GET', 'pebbles/a%20b', { token, query: { tag: 'one' } });
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({ pebble_id: 'a b', limit: 25, tag: ['one'] });
  expect(reply.headers.get('x-correlation-id')).toMatch(/^corr_/);
  expect(reply.headers.get('cache-control')).toBe('no-store');
});

test('a correlation id is taken over when it is sane and replaced when it is not', async () => {
  const sane = await backend.request('GET', 'pebbles/p', { token, headers: { 'x-correlation-id': 'trace-1' } });
  expect(sane.headers.get('x-correlation-id')).toBe('trace-1');
  const odd = await backend.request('GET', 'pebbles/p', { token, headers: { 'x-correlation-id': 'a b"c' } });
  expect(odd.headers.get('x-correlation-id')).toMatch(/^corr_/);
});

describe('refusals come in the envelope', () => {
  const cases: [
    name: string,
    run: () => Promise<{ status: number; body: unknown; headers: Headers }>,
    status: number,
    code: string,
  ][] = [
    ['nobody', () => backend.request('GET', 'pebbles/p'), 401, 'authentication_required'],
    ['an old token', () => backend.request('GET', 'pebbles/p', { token: 'gone' }), 401, 'authentication_required'],
    [
      'an old token on a public operation',
      () => backend.request('GET', 'openapi.json', { token: 'gone' }),
      401,
      'authentication_required',
    ],
    ['a path nobody serves', () => backend.request('GET', 'stones'), 404, 'not_found'],
    ['a path outside of the API', () => backend.request('GET', '/stones'), 404, 'not_found'],
    [
      'a method the path does not have',
      () => backend.request('DELETE', 'pebbles/p', { token }),
      405,
      'method_not_allowed',
    ],
    [
      'an unknown query parameter',
      () => backend.request('GET', 'pebbles/p', { token, query: { colour: 'red' } }),
      400,
      'request_malformed',
    ],
    [
      'a query parameter of another type',
      () => backend.request('GET', 'pebbles/p', { token, query: { limit: 'many' } }),
      400,
      'request_malformed',
    ],
    [
      'a repeated query parameter that is one',
      () => backend.request('GET', 'pebbles/p', { token, query: { limit: [1, 2] } }),
      400,
      'request_malformed',
    ],
    ['a path that is no UTF-8', () => backend.request('GET', 'pebbles/%ff', { token }), 400, 'request_malformed'],
    ['a NUL', () => backend.request('GET', 'pebbles/%00', { token }), 400, 'request_malformed'],
    ['no body', () => backend.request('POST', 'pebbles', { token }), 400, 'request_malformed'],
    ['half a body', () => backend.request('POST', 'pebbles', { token, body: '{"weight":' }), 400, 'request_malformed'],
    [
      'an unknown field',
      () => backend.request('POST', 'pebbles', { token, body: { weight: 1, size: 2 } }),
      400,
      'request_malformed',
    ],
    [
      'a prototype',
      () => backend.request('POST', 'pebbles', { token, body: '{"weight":1,"__proto__":{"a":1}}' }),
      400,
      'request_malformed',
    ],
    [
      'text where a number belongs',
      () => backend.request('POST', 'pebbles', { token, body: { weight: '1' } }),
      400,
      'request_malformed',
    ],
    [
      'a form',
      () =>
        backend.request('POST', 'pebbles', {
          token,
          body: 'weight=1',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      415,
      'media_type_unsupported',
    ],
    [
      'a body beyond the limit',
      () => backend.request('POST', 'pebbles', { token, body: `{"weight":1,"note":"${'x'.repeat(2 ** 20)}"}` }),
      413,
      'body_too_large',
    ],
    [
      'a key with a space',
      () => backend.request('POST', 'pebbles', { token, body: { weight: 1 }, headers: { 'idempotency-key': 'a b' } }),
      400,
      'idempotency_key_invalid',
    ],
  ];
  test.each(cases)('%s', async (_name, run, status, code) => {
    const reply = await run();
    expect({ status: reply.status, body: reply.body }).toEqual({
      status,
      body: { code, message: expect.any(String), correlation_id: expect.any(String), details: expect.any(Object) },
    });
    expect(reply.headers.get('x-correlation-id')).toBe((reply.body as { correlation_id: string }).correlation_id);
  });

  test('a malformed request names each place', async () => {
    const reply = await backend.request('POST', 'pebbles', { token, body: { weight: 0, size: 2 } });
    expect(reply.body.details).toEqual({
      places: expect.arrayContaining([
        { in: 'body', path: '/weight', problem: 'must be >= 1' },
        { in: 'body', path: '', problem: 'has the unknown field "size"' },
      ]),
    });
  });

  test('a permission that is missing is named with its sentence and who grants it', async () => {
    const reply = await backend.request('POST', 'pebbles', { token: backend.signInAs({}).token, body: { weight: 1 } });
    expect(reply.status).toBe(403);
    expect(reply.body).toMatchObject({
      code: 'permission_denied',
      details: { permission: 'pebbles.pebble.add', sentence: 'add pebbles', granted_by: expect.any(String) },
    });
  });

  test('a reply that breaks the contract is a fault, and said loudly', async () => {
    const said = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const reply = await backend.request('GET', 'pebbles/broken');
    const lines = said.mock.calls.map(call => String(call[0])).join('');
    said.mockRestore();
    expect(reply.status).toBe(500);
    expect(reply.body.code).toBe('internal_error');
    expect(lines).toContain('CONTRACT BROKEN: breakPromise');
  });
});

test('a stream waits for its reader and ends when the reader goes', async () => {
  const leave = new AbortController();
  const response = await fetch(`${backend.url}/api/v1/pebbles/csv`, { signal: leave.signal });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  // What fits into the sockets' buffers is produced and no more: two looks at rest see the same count.
  const rest = await settled(() => produced);
  expect(rest * 64).toBeLessThan(32 * 1024);
  leave.abort();
  await settled(() => abandoned);
  expect(abandoned).toBe(1);
});

async function settled(count: () => number): Promise<number> {
  for (let before = -1; ;) {
    await new Promise(resolve => setTimeout(resolve, 100));
    if (count() === before && before > 0) return before;
    before = count();
  }
}

test('everything carries the headers that keep a browser safe, and nothing invites other origins', async () => {
  for (const place of ['/api/v1/openapi.json', '/api/v1/nothing', '/healthz', '/nothing']) {
    const { headers } = await backend.request('GET', place, { headers: { origin: 'https://evil.example' } });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('alive and ready are answered, metrics by operation', async () => {
  expect((await backend.request('GET', '/healthz')).status).toBe(200);
  expect((await backend.request('GET', '/readyz')).body).toEqual({ started: true, stopping: false, database: true });
  const metrics = await backend.request('GET', '/metrics');
  expect(metrics.text).toContain('portico_http_request_duration_seconds_count{operation="getPebble",status="200"}');
  expect((await backend.request('GET', '/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(
    404,
  );
});

test('a request without a key runs once per request', async () => {
  const before = writes;
  await backend.call(addPebble, { token, body: { weight: 2 } });
  await backend.call(addPebble, { token, body: { weight: 2 } });
  expect(writes).toBe(before + 2);
});
