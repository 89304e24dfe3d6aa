import { createBackendPlugin } from '@backstage/backend-plugin-api';
import { httpApiRef } from '@portico/plugin-kit/backend';
import { defineContract, operation } from '@portico/plugin-kit/contract';
import { startTestBackend } from '../../testing';
import type { TestBackend } from '../../testing';

const of = (id: string, rateLimit?: string) =>
  operation({
    id,
    method: 'POST',
    path: id.toLowerCase(),
    tag: 'test',
    summary: id,
    permission: 'authenticated',
    responses: { 204: null },
    errors: [],
    ...(rateLimit === undefined ? {} : { rateLimit }),
  });
const contract = defineContract({
  plugin: 'tests',
  operations: { look: of('look'), pay: of('pay', 'money') },
  errors: {},
  permissions: {},
  events: {},
});
const feature = createBackendPlugin({
  pluginId: 'tests',
  register(env) {
    env.registerInit({
      deps: { http: httpApiRef },
      async init({ http }) {
        const done = async () => ({ status: 204, body: undefined }) as const;
        http.serve(contract, { look: done, pay: done });
      },
    });
  },
});

describe('limits of API keys', () => {
  let backend: TestBackend;
  beforeAll(async () => {
    const two = { perMinute: 2, burst: 0 };
    backend = await startTestBackend({
      plugins: [{ contract, feature }],
      settings: { rateLimits: { api: two, money: two } },
    });
  });
  afterAll(() => backend.stop());

  /** A person, and two keys of theirs. */
  const tokens = () => {
    const person = backend.signInAs({});
    const key = (keyId: string) => backend.signInAs({ ...person.caller, apiKey: { keyId } }).token;
    return { person: person.token, one: key(`apikey_1${person.token}`), other: key(`apikey_2${person.token}`) };
  };
  const send = async (path: string, token: string) => (await backend.request('POST', path, { token })).status;

  test('a key that asks too much is stopped; its owner and their other keys are not', async () => {
    const { person, one, other } = tokens();
    expect([await send('look', one), await send('look', one), await send('look', one)]).toEqual([204, 204, 429]);
    expect([await send('look', other), await send('look', person)]).toEqual([204, 204]);
  });

  test('a limit with a name is its user’s: more keys are no way around it', async () => {
    const { person, one, other } = tokens();
    expect([await send('pay', one), await send('pay', other), await send('pay', person)]).toEqual([204, 204, 429]);
  });
});
