import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { httpApiRef, isInReach } from '@portico/plugin-kit/backend';
import type { UserCaller } from '@portico/plugin-kit/backend';
import { activeProjectSchema, common, defineContract, newId, operation } from '@portico/plugin-kit/contract';
import { startTestBackend, TestClock } from '@portico/plugin-kit/testing';
import type { TestBackend } from '../../testing';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const idParams = {
  type: 'object',
  additionalProperties: false,
  required: ['project_id'],
  properties: { project_id: { type: 'string' } },
} as const;

const release = operation({
  id: 'releaseThing',
  method: 'POST',
  path: 'things/{project_id}/release',
  tag: 'test',
  summary: 'Releases what is in the project',
  permission: 'things.release',
  params: idParams,
  responses: { 204: null },
  errors: ['not_found'],
});
const operationWith = (id: string, permission: string, proof?: 'session' | 'fresh' | 'fresh_or_key') =>
  operation({
    id,
    method: 'POST',
    path: id.toLowerCase(),
    tag: 'test',
    summary: id,
    permission,
    ...(proof === undefined ? {} : { proof }),
    responses: { 204: null },
    errors: [],
  });
const download = operation({
  id: 'downloadThings',
  method: 'GET',
  path: 'things/csv',
  tag: 'test',
  summary: 'The things of the project',
  permission: 'things.release',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { active_project_id: activeProjectSchema },
  },
  responses: { 200: { type: 'string' } },
  errors: [],
  streams: 'text/csv',
  activeProjectIn: 'active_project_id',
});
const contract = defineContract({
  plugin: 'things',
  operations: {
    release,
    download,
    account: operationWith('account', 'authenticated'),
    choosy: operationWith('choosy', 'authenticated'),
    forPeople: operationWith('forPeople', 'authenticated', 'session'),
    forFresh: operationWith('forFresh', 'things.release', 'fresh'),
    forFreshOrKey: operationWith('forFreshOrKey', 'things.release', 'fresh_or_key'),
  },
  errors: {},
  permissions: { 'things.release': 'release things' },
  events: {},
});
const feature = createBackendPlugin({
  pluginId: 'things',
  register(env) {
    env.registerInit({
      deps: { http: httpApiRef },
      async init({ http }) {
        const done = async () => ({ status: 204, body: undefined }) as const;
        http.serve(contract, {
          async release({ caller, params }) {
            if (!isInReach(caller, { organizationId: caller.organizationId, projectId: params.project_id }))
              throw common.fail('not_found');
            return { status: 204, body: undefined };
          },
          async download({ caller }) {
            return { status: 200, stream: only(`${caller.projectId} ${caller.onlyProjectId}`) };
          },
          account: done,
          async choosy() {
            throw common.fail('permission_denied', { details: { permission: 'things.choose' } });
          },
          forPeople: done,
          forFresh: done,
          forFreshOrKey: done,
        });
      },
    });
  },
});

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}

describe('who is admitted', () => {
  let backend: TestBackend;
  beforeAll(async () => {
    backend = await startTestBackend({ plugins: [{ contract, feature }], clock: new TestClock(NOW) });
  });
  afterAll(() => backend.stop());

  const tokenOf = (given: Partial<UserCaller>) =>
    backend.signInAs({ permissions: ['things.release'], freshUntil: NOW + 1, ...given }).token;
  const answer = async (path: string, token: string) => {
    const { status, body } = await backend.request('POST', path, { token });
    return status === 204 ? 204 : body.code;
  };

  test('a permission that is held in one project reaches nothing of another', async () => {
    const projectId = newId('proj');
    const here = tokenOf({ projectId, organizationPermissions: new Set() });
    expect(await answer(`things/${projectId}/release`, here)).toBe(204);
    expect(await answer(`things/${newId('proj')}/release`, here)).toBe('not_found');
    const everywhere = tokenOf({ projectId });
    expect(await answer(`things/${newId('proj')}/release`, everywhere)).toBe(204);
  });

  test('what was narrowed already stays so', async () => {
    const projectId = newId('proj');
    const key = tokenOf({ projectId: newId('proj'), onlyProjectId: projectId, organizationPermissions: new Set() });
    expect(await answer(`things/${projectId}/release`, key)).toBe(204);
    expect(await answer(`things/${newId('proj')}/release`, key)).toBe('not_found');
  });

  test('the query names the active project where a header does not: whoever has nothing to say there is refused as with one', async () => {
    const permissions = ['things.release'];
    const { token, caller: home } = backend.signInAs({ permissions });
    const { sessionId } = home;
    const there = backend.signInAs({ permissions, organizationPermissions: [], sessionId }).caller;
    const refusing = backend.signInAs({ permissions, sessionId, restriction: 'second_factor_required' }).caller;
    const mute = backend.signInAs({ sessionId }).caller;
    const stranger = backend.signInAs({ permissions }).caller;
    const ask = async (query: string | undefined, header?: string) => {
      const reply = await backend.request('GET', 'things/csv', {
        token,
        query: query === undefined ? {} : { active_project_id: query },
        headers: header === undefined ? {} : { 'x-project-id': header },
      });
      return reply.status === 200 ? reply.text : reply.body.code;
    };
    expect(await ask(undefined)).toBe(`${home.projectId} null`);
    expect(await ask(there.projectId)).toBe(`${there.projectId} ${there.projectId}`);
    expect(await ask(there.projectId, home.projectId)).toBe(`${home.projectId} null`);
    expect(await ask(home.projectId, mute.projectId)).toBe('permission_denied');
    expect(await ask(mute.projectId)).toBe('permission_denied');
    expect(await ask(refusing.projectId)).toBe('second_factor_required');
    expect(await ask(stranger.projectId)).toBe('not_found');
    expect(await ask('no project')).toBe('not_found');
  });

  test('a permission the operation asks for besides its own is what the audit says was lacking', async () => {
    const { token, caller } = backend.signInAs({ permissions: [] });
    expect(await answer('choosy', token)).toBe('permission_denied');
    const rows = await backend.services.database.read.all<{ changes_json: string }>(
      `SELECT changes_json FROM platform_audit_log WHERE action = 'authorization.denied' AND actor_id = ?`,
      [caller.userId],
    );
    expect(rows.map(row => JSON.parse(row.changes_json) as object)).toEqual([
      { permission: { after: 'things.choose' } },
    ]);
  });

  const apiKey = { apiKey: { keyId: 'apikey_1' }, freshUntil: null };
  test.each([
    ['a person who just signed in', {}, [204, 204, 204, 204]],
    ['a person long signed in', { freshUntil: NOW }, [204, 204, 'step_up_required', 'step_up_required']],
    ['an API key', apiKey, [204, 'session_required', 'session_required', 204]],
    [
      'a service account',
      { isServiceAccount: true, freshUntil: null },
      [204, 'session_required', 'session_required', 204],
    ],
    ['nobody’s session', { sessionId: null, freshUntil: null }, [204, 'session_required', 'session_required', 204]],
    [
      'a sign-in the organization does not accept',
      { restriction: 'second_factor_required' as const },
      [204, 204, 'second_factor_required', 'second_factor_required'],
    ],
    [
      'someone without the permission',
      { permissions: new Set<string>() },
      [204, 204, 'permission_denied', 'permission_denied'],
    ],
  ])('%s', async (_who, given, expected) => {
    const token = tokenOf(given);
    const answers = [];
    for (const path of ['account', 'forpeople', 'forfresh', 'forfreshorkey']) answers.push(await answer(path, token));
    expect(answers).toEqual(expected);
  });
});
