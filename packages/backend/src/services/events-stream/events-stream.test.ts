import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { attentionRef, httpApiRef } from '@portico/plugin-kit/backend';
import { defineContract, platformContract } from '@portico/plugin-kit/contract';
import { TestClock, waitFor } from '@portico/plugin-kit/testing';
import { startTestBackend } from '../../testing';
import type { TestBackend } from '../../testing';
import { STREAMS_PER_USER_MAX } from './event-stream';

/** Reads a stream of server-sent events until it is told to stop. */
async function listen(backend: TestBackend, token: string, lastEventId?: string, search = '') {
  const leave = new AbortController();
  const response = await fetch(`${backend.url}/api/v1/events${search}`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: leave.signal,
  });
  const heard = { status: response.status, text: '', ended: false, leave: () => leave.abort() };
  void (async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
        heard.text += decoder.decode(chunk, { stream: true });
    } catch {
      // left by ourselves
    }
    heard.ended = true;
  })();
  return heard;
}

const positions = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(match => match[1] as string);

const contract = defineContract({
  plugin: 'test',
  operations: {},
  errors: {},
  permissions: { 'test.account.manage_any': 'look after everybody’s account' },
  events: { 'test.word': 'A word.', 'test.own': 'Of an account.', 'test.watched': 'Of an account, and watched.' },
  personalEvents: { 'test.own': null, 'test.watched': 'test.account.manage_any' },
});
const feature = createBackendPlugin({
  pluginId: 'test',
  register(env) {
    env.registerInit({
      deps: { http: httpApiRef },
      async init({ http }) {
        http.serve(contract, {});
      },
    });
  },
});

describe('the stream of events', () => {
  let backend: TestBackend;
  beforeAll(async () => {
    backend = await startTestBackend({ plugins: [{ contract, feature }] });
  });
  afterAll(() => backend.stop());

  const say = (organizationId: string, word: string, projectId?: string) =>
    backend.services.database.transaction(tx =>
      backend.services.outbox.append(tx, {
        eventType: 'test.word',
        correlationId: 'c',
        organizationId,
        resource: { type: 'word', id: word },
        payload: { word, ...(projectId === undefined ? {} : { project_id: projectId }) },
      }),
    );

  test('is for those who may follow it, and ends when they no longer may', async () => {
    const refused = await backend.request('GET', 'events', { token: backend.signInAs({}).token });
    expect([refused.status, refused.body.code]).toEqual([403, 'permission_denied']);
    const { token } = backend.signInAs({
      permissions: ['events.stream.read'],
      apiKey: { keyId: 'apikey_1' },
    });
    const heard = await listen(backend, token);
    await waitFor(() => heard.text.includes('retry:'));
    backend.revoke(token);
    await waitFor(() => heard.ended);
  });

  test('tells what happens to an account to its user, and to who watches over accounts as long as they do', async () => {
    const permissions = ['events.stream.read'];
    const { token, caller } = backend.signInAs({ permissions });
    const { organizationId } = caller;
    const colleague = backend.signInAs({ permissions, organizationId });
    const watcher = backend.signInAs({ permissions: [...permissions, 'test.account.manage_any'], organizationId });
    const streams = await Promise.all([token, colleague.token, watcher.token].map(one => listen(backend, one)));
    for (const heard of streams) await waitFor(() => heard.text.includes('retry:'));
    const happens = (eventType: string, word: string) =>
      backend.services.database.transaction(tx =>
        backend.services.outbox.append(tx, {
          eventType,
          correlationId: 'c',
          organizationId,
          resource: { type: 'user', id: caller.userId },
          payload: { user_id: caller.userId, word },
        }),
      );
    await happens('test.own', 'own');
    await happens('test.watched', 'watched');
    await say(organizationId, 'last');
    for (const heard of streams) await waitFor(() => heard.text.includes('"last"'));
    const words = streams.map(({ text }) => [...text.matchAll(/"word":"(\w+)"/g)].map(match => match[1]));
    expect(words).toEqual([['own', 'watched', 'last'], ['last'], ['watched', 'last']]);
    for (const heard of streams) heard.leave();
  });

  test('tells an API key that is bound to a project of that project alone', async () => {
    const { token, caller } = backend.signInAs({
      permissions: ['events.stream.read'],
      apiKey: { keyId: 'apikey_2' },
      onlyProjectId: 'proj_mine',
    });
    const heard = await listen(backend, token);
    await waitFor(() => heard.text.includes('retry:'));
    await say(caller.organizationId, 'of nobody');
    await say(caller.organizationId, 'of theirs', 'proj_theirs');
    await say(caller.organizationId, 'of mine', 'proj_mine');
    await waitFor(() => heard.text.includes('"of mine"'));
    expect(heard.text).not.toMatch(/of nobody|of theirs/);
    heard.leave();
  });

  test('tells what happens in the caller’s organization and nothing of another', async () => {
    const { token, caller } = backend.signInAs({ permissions: ['events.stream.read'] });
    const heard = await listen(backend, token);
    await waitFor(() => heard.text.includes('retry:'));
    await say('org_other', 'elsewhere');
    await say(caller.organizationId, 'here');
    await waitFor(() => heard.text.includes('"here"'));
    expect(heard.text).not.toContain('elsewhere');
    const data = /^data: (.*)$/m.exec(heard.text)?.[1] as string;
    expect(JSON.parse(data)).toEqual({
      event_id: expect.stringMatching(/^evt_/),
      event_type: 'test.word',
      occurred_at: expect.any(String),
      version: 1,
      correlation_id: 'c',
      organization_id: caller.organizationId,
      payload: { word: 'here' },
    });
    heard.leave();
  });

  test('is of the organization whose project is named, as far as one may listen there', async () => {
    const { token, caller } = backend.signInAs({ permissions: ['events.stream.read'] });
    const { sessionId, userId } = caller;
    const elsewhere = backend.signInAs({ permissions: ['events.stream.read'], sessionId, userId }).caller;
    const mute = backend.signInAs({ sessionId, userId }).caller;
    const held = backend.signInAs({
      permissions: ['events.stream.read'],
      organizationPermissions: [],
      sessionId,
      userId,
    }).caller;
    const stranger = backend.signInAs({ permissions: ['events.stream.read'] }).caller;

    const heard = await listen(backend, token, undefined, `?project_id=${elsewhere.projectId}`);
    const narrow = await listen(backend, token, undefined, `?project_id=${held.projectId}`);
    await waitFor(() => [heard, narrow].every(({ text }) => text.includes('retry:')));
    await say(caller.organizationId, 'at home');
    await say(elsewhere.organizationId, 'there');
    await say(held.organizationId, 'beside it', 'proj_beside');
    await say(held.organizationId, 'within it', held.projectId);
    await waitFor(() => heard.text.includes('"there"') && narrow.text.includes('"within it"'));
    expect(heard.text).not.toContain('at home');
    expect(narrow.text).not.toContain('beside it');
    heard.leave();
    narrow.leave();
    const refusals = [mute.projectId, stranger.projectId].map(async project_id => {
      const { status, body } = await backend.request('GET', 'events', { token, query: { project_id } });
      return [status, body.code];
    });
    expect(await Promise.all(refusals)).toEqual([
      [403, 'permission_denied'],
      [404, 'not_found'],
    ]);
  });

  test('goes on after the last event seen, skipping and repeating none', async () => {
    const { token, caller } = backend.signInAs({ permissions: ['events.stream.read'] });
    const first = await listen(backend, token);
    await waitFor(() => first.text.includes('retry:'));
    await say(caller.organizationId, 'one');
    await waitFor(() => first.text.includes('"one"'));
    first.leave();
    await say(caller.organizationId, 'two');
    await say(caller.organizationId, 'three');
    const second = await listen(backend, token, positions(first.text).at(-1));
    await waitFor(() => second.text.includes('"three"'));
    expect([...second.text.matchAll(/"word":"(\w+)"/g)].map(match => match[1])).toEqual(['two', 'three']);
    second.leave();
  });

  test.each(['nonsense', '999999999'])(
    'a position it does not know (%s) is answered with a reset',
    async lastEventId => {
      const heard = await listen(backend, backend.signInAs({ permissions: ['events.stream.read'] }).token, lastEventId);
      await waitFor(() => heard.text.includes('event: reset'));
      heard.leave();
    },
  );

  test('needs somebody signed in, and is not opened without end', async () => {
    expect((await backend.request('GET', 'events')).status).toBe(401);
    const { token } = backend.signInAs({ permissions: ['events.stream.read'] });
    const open = await Promise.all(Array.from({ length: STREAMS_PER_USER_MAX }, () => listen(backend, token)));
    await waitFor(() => open.every(stream => stream.text.includes('retry:')));
    const oneMore = await backend.request('GET', 'events', { token });
    expect([oneMore.status, oneMore.body.code]).toEqual([429, 'rate_limited']);
    for (const stream of open) stream.leave();
  });
});

test('the stream ends with the session, and shows a sign of life meanwhile', async () => {
  const clock = new TestClock();
  const backend = await startTestBackend({ plugins: [], clock });
  const { token } = backend.signInAs({ permissions: ['events.stream.read'] });
  const heard = await listen(backend, token);
  await waitFor(() => heard.text.includes('retry:'));
  await waitFor(async () => {
    await clock.advance(1_000);
    return heard.text.includes(': still here');
  });
  expect(heard.ended).toBe(false);
  backend.revoke(token);
  await waitFor(async () => {
    await clock.advance(1_000);
    return heard.ended;
  });
  await backend.stop();
});

test('stopping the portal ends the streams', async () => {
  const backend = await startTestBackend({ plugins: [] });
  const heard = await listen(backend, backend.signInAs({ permissions: ['events.stream.read'] }).token);
  await waitFor(() => heard.text.includes('retry:'));
  await backend.stop();
  await waitFor(() => heard.ended);
});

test('what needs a person is listed page by page, for those who may see it', async () => {
  const backend = await startTestBackend({ plugins: [], expose: { attention: attentionRef } });
  const { token } = backend.signInAs({ permissions: ['platform.attention.read'] });
  expect(
    (
      await backend.request('GET', 'ops/attention', {
        token: backend.signInAs({ permissions: ['events.stream.read'] }).token,
      })
    ).status,
  ).toBe(403);
  const { attention, database } = backend.services;
  const raise = (id: string) =>
    database.transaction(tx =>
      attention.raise(tx, {
        kind: 'test_kind',
        resource: { type: 'test', id },
        organizationId: null,
        message: `look at ${id}`,
      }),
    );
  for (const id of ['one', 'two', 'three']) await raise(id);
  const first = await backend.call(platformContract.operations.listAttention, { token, query: { limit: 2 } });
  const second = await backend.call(platformContract.operations.listAttention, {
    token,
    query: { limit: 2, cursor: first.next_cursor as string },
  });
  expect([first.items.length, second.items.length, second.next_cursor]).toEqual([2, 1, null]);
  expect([...first.items, ...second.items].map(item => item.resource.id).sort()).toEqual(['one', 'three', 'two']);
  expect((await backend.request('GET', 'ops/attention', { token, query: { cursor: 'abc' } })).body.code).toBe(
    'cursor_invalid',
  );
  await backend.stop();
});
