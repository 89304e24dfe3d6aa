import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { databaseRef, httpApiRef } from '@portico/plugin-kit/backend';
import type { Handler } from '@portico/plugin-kit/backend';
import { common, defineContract, operation } from '@portico/plugin-kit/contract';
import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import { startTestBackend } from '../../testing';
import type { TestBackend } from '../../testing';
import { canonical, IdempotencyKeys } from './idempotency-keys';

const body = {
  type: 'object',
  additionalProperties: false,
  required: ['word'],
  properties: {
    word: { type: 'string' },
    more: {
      type: 'object',
      additionalProperties: false,
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
    },
  },
} as const;
const reply = {
  type: 'object',
  additionalProperties: false,
  required: ['word', 'count'],
  properties: { word: { type: 'string' }, count: { type: 'integer' } },
} as const;

const sayWord = operation({
  id: 'sayWord',
  method: 'POST',
  path: 'words',
  tag: 'test',
  summary: 'Says a word',
  permission: 'public',
  body,
  responses: { 201: reply },
  errors: [],
  idempotency: 'accepted',
  rateLimit: 'money',
});
const whisperWord = operation({
  id: 'whisperWord',
  method: 'POST',
  path: 'whispers',
  tag: 'test',
  summary: 'Whispers a word',
  permission: 'authenticated',
  body,
  responses: { 201: reply },
  errors: [],
  idempotency: 'required',
  secretReply: true,
});
const contract = defineContract({
  plugin: 'words',
  operations: { sayWord, whisperWord },
  errors: {},
  permissions: {},
  events: {},
});

/** Held open by a test, so that a second request meets the first one under way. */
let hold: Promise<void> = Promise.resolve();
let runs = 0;
const feature = createBackendPlugin({
  pluginId: 'words',
  register(env) {
    env.registerInit({
      deps: { http: httpApiRef, database: databaseRef },
      async init({ http, database }) {
        await database.migrate('words', [
          { name: '0001', up: knex => knex.schema.createTable('words_said', table => void table.string('word')) },
        ]);
        const say: Handler<typeof whisperWord> = request =>
          request.write(async tx => {
            runs += 1;
            await tx.run('INSERT INTO words_said (word) VALUES (?)', [request.body.word]);
            if (request.body.word === 'refused') throw common.fail('version_conflict');
            await hold;
            const said = await tx.first<{ count: number }>('SELECT count(*) AS count FROM words_said');
            return {
              status: 201,
              body: { word: request.body.word, count: said?.count ?? 0 },
              headers: { 'x-word': request.body.word },
            };
          });
        // The caller of a public operation may be nobody; this handler does not look at it.
        http.serve(contract, { sayWord: say as unknown as Handler<typeof sayWord>, whisperWord: say });
      },
    });
  },
});

describe.each(['sqlite', 'postgres'] as const)('idempotency keys on %s', dialect => {
  let backend: TestBackend;
  let clock: TestClock;
  beforeAll(async () => {
    clock = new TestClock();
    backend = await startTestBackend({
      database: dialect,
      clock,
      plugins: [{ contract, feature }],
      settings: { rateLimits: { money: { perMinute: 12, burst: 0 } } },
    });
  });
  afterAll(() => backend.stop());
  beforeEach(() => {
    hold = Promise.resolve();
    runs = 0;
  });

  const rows = () => backend.services.database.read.all<{ word: string }>('SELECT word FROM words_said');
  const whisper = (word: string, key: string | undefined, token: string, more?: object) =>
    backend.request('POST', 'whispers', {
      token,
      body: { word, ...(more ? { more } : {}) },
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });

  test('fifty at once have one effect and identical replies; another body is refused', async () => {
    const { token } = backend.signInAs({});
    const replies = await Promise.all(Array.from({ length: 50 }, () => whisper('fifty', 'k50', token)));
    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replies[0]?.status).toBe(201);
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(49);
    expect(replies.every(({ headers }) => headers.get('x-word') === 'fifty')).toBe(true);
    expect((await rows()).filter(({ word }) => word === 'fifty')).toHaveLength(1);
    const other = await whisper('other', 'k50', token);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  test('the order of fields does not make another request, another project does', async () => {
    const given = { userId: 'usr_same', projectId: 'proj_one' };
    const one = backend.signInAs(given).token;
    await whisper('fields', 'kf', one, { a: 1, b: 2 });
    expect((await whisper('fields', 'kf', one, { b: 2, a: 1 })).headers.get('idempotency-replayed')).toBe('true');
    const elsewhere = await whisper('fields', 'kf', backend.signInAs({ ...given, projectId: 'proj_two' }).token, {
      a: 1,
      b: 2,
    });
    expect(elsewhere.body.code).toBe('idempotency_key_reused');
  });

  test('callers do not share keys', async () => {
    await whisper('mine', 'shared', backend.signInAs({}).token);
    expect((await whisper('yours', 'shared', backend.signInAs({}).token)).status).toBe(201);
  });

  test('a refusal leaves nothing, so the same key may try again', async () => {
    const { token } = backend.signInAs({});
    expect((await whisper('refused', 'kr', token)).status).toBe(409);
    expect((await whisper('refused', 'kr', token)).status).toBe(409);
    expect(runs).toBe(2);
    expect((await rows()).some(({ word }) => word === 'refused')).toBe(false);
    expect((await whisper('accepted', 'kr', token)).status).toBe(201);
  });

  test('a secret reply is kept encrypted and replayed in the clear', async () => {
    const { token } = backend.signInAs({});
    const first = await whisper('hush', 'ks', token);
    const kept = await backend.services.database.read.first<{ reply_text: string }>(
      "SELECT reply_text FROM platform_idempotency_keys WHERE idempotency_key = 'ks'",
    );
    expect(kept?.reply_text).not.toContain('hush');
    expect((await whisper('hush', 'ks', token)).text).toBe(first.text);
  });

  test('a required key is required', async () => {
    expect((await whisper('keyless', undefined, backend.signInAs({}).token)).body.code).toBe(
      'idempotency_key_required',
    );
  });

  test('replays are exempt from the rate limit, new requests are not', async () => {
    const say = (key: string) =>
      backend.request('POST', 'words', { body: { word: 'said' }, headers: { 'idempotency-key': key } });
    await say('r0');
    for (let again = 0; again < 20; again += 1) expect((await say('r0')).status).toBe(201);
    const fresh = await Promise.all(Array.from({ length: 14 }, (_, place) => say(`r${place + 1}`)));
    const limited = fresh.filter(({ status }) => status === 429);
    expect(limited).toHaveLength(3);
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await say('r0')).status).toBe(201);
  });

  test('a day later the key is free, and the sweep forgets it', async () => {
    const { token } = backend.signInAs({});
    await whisper('old', 'kd', token);
    clock.set(clock.now() + 26 * 60 * 60 * 1000);
    expect((await whisper('new', 'kd', token)).status).toBe(201);
    const keys = new IdempotencyKeys(backend.services.database, backend.services.secrets);
    expect((await keys.sweep(clock.now())).deleted).toBeGreaterThan(0);
    expect(await backend.services.database.read.all('SELECT idempotency_key FROM platform_idempotency_keys')).toEqual([
      { idempotency_key: 'kd' },
    ]);
  });

  if (dialect === 'postgres') {
    test('who waits in vain for the first request is told that it is still under way', async () => {
      const { token } = backend.signInAs({});
      let letGo = () => {};
      hold = new Promise(resolve => (letGo = resolve));
      const first = whisper('slow', 'kw', token);
      await waitFor(() => runs === 1);
      const second = await whisper('slow', 'kw', token);
      expect([second.status, second.body.code]).toEqual([409, 'idempotency_in_progress']);
      letGo();
      expect((await first).status).toBe(201);
    });
  }
});

test('canonical text ignores the order of fields and nothing else', () => {
  expect(canonical({ b: [1, { d: null, c: 'x' }], a: undefined })).toBe('{"b":[1,{"c":"x","d":null}]}');
  expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
});
