import { ConfigReader } from '@backstage/config';
import { coreServices, createBackendPlugin, createServiceFactory } from '@backstage/backend-plugin-api';
import type { BackendFeature, ServiceFactory, ServiceRef } from '@backstage/backend-plugin-api';
import {
  authorizationRef,
  clockRef,
  databaseRef,
  metricsRegistryRef,
  outboxRef,
  rateLimitsRef,
  secretsRef,
  settingsRef,
  tasksRef,
} from '@portico/plugin-kit/backend';
import type { Clock, SettingsSection, UserCaller } from '@portico/plugin-kit/backend';
import { platformContract } from '@portico/plugin-kit/contract';
import type { PluginContract } from '@portico/plugin-kit/contract';
import { createTestDatabase } from '@portico/plugin-kit/testing';
import { createPorticoBackend } from '../portico-backend';
import { productPlugins } from './product-plugins';
import type { ProductPlugin } from './product-plugins';
import { StandInCallers } from './stand-in-authentication';
import { TestClient } from './test-client';
import type { RawReply, RawRequest } from './test-client';

/** A plugin that only a test has. Its contract is optional: a test may add a service alone. */
export interface TestPlugin {
  readonly contract?: PluginContract;
  readonly settings?: SettingsSection;
  readonly feature: BackendFeature | Promise<{ default: BackendFeature }>;
}

export interface TestBackendOptions<Exposed extends Refs = Record<never, never>> {
  readonly database?: 'sqlite' | 'postgres';
  /** Plugins of the portal by name and plugins of the test; all of the portal's when absent. Without `access`, `signInAs` makes callers. */
  readonly plugins?: readonly (ProductPlugin | TestPlugin)[];
  /** As `app-config.yaml` would have it, over the settings of tests. */
  readonly settings?: Readonly<Record<string, object>>;
  readonly clock?: Clock;
  /** Put in the place of services with the same ref, or added: a port another plugin would have provided. */
  readonly instead?: readonly ServiceFactory[];
  /** Further services the test wants to hold, by a name of its choice. */
  readonly expose?: Exposed;
  /** Start on the data of an earlier backend, which was stopped with `stop({ keep: true })`. */
  readonly on?: TestData;
}

type Refs = Readonly<Record<string, ServiceRef<unknown, 'root'>>>;
type Services<Named extends Refs> = {
  readonly [Name in keyof Named]: Named[Name] extends ServiceRef<infer Service, 'root'> ? Service : never;
};

const platformRefs = {
  database: databaseRef,
  clock: clockRef,
  settings: settingsRef,
  secrets: secretsRef,
  authorization: authorizationRef,
  rateLimits: rateLimitsRef,
  metrics: metricsRegistryRef,
  outbox: outboxRef,
  tasks: tasksRef,
} as const;

type TestData = Awaited<ReturnType<typeof createTestDatabase>>;

export interface TestBackend<Exposed extends Refs = Record<never, never>> {
  readonly url: string;
  readonly dialect: 'sqlite' | 'postgres';
  readonly client: TestClient;
  readonly request: (method: string, path: string, options?: RawRequest) => Promise<RawReply>;
  readonly call: TestClient['call'];
  readonly refusal: TestClient['refusal'];
  readonly services: Services<typeof platformRefs> & Services<Exposed>;
  readonly data: TestData;
  /** Makes a personal account through the API. Needs the access plugin. */
  signUp(username?: string): Promise<SignedUp>;
  /** A caller with just these permissions, in an organization of its own unless named. Only without the access plugin. */
  signInAs(caller: Parameters<StandInCallers['token']>[0]): { token: string; caller: UserCaller };
  /** Ends the session of a token that `signInAs` made. */
  revoke(token: string): void;
  stop(options?: { keep?: boolean }): Promise<void>;
}

export interface SignedUp {
  readonly token: string;
  readonly refreshToken: string;
  readonly username: string;
  readonly password: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly projectId: string;
}

/** So generous that no test meets a limit it does not set itself. */
const UNLIMITED = { perMinute: 1_000_000, burst: 0 };
export const TEST_PASSWORD = 'correct horse battery staple';

/** The real backend in this process, on a port of its own, replies held against the contract. */
export async function startTestBackend<const Exposed extends Refs = Record<never, never>>(
  options: TestBackendOptions<Exposed> = {},
): Promise<TestBackend<Exposed>> {
  const dialect = options.database ?? 'sqlite';
  const names = options.plugins ?? (Object.keys(productPlugins) as ProductPlugin[]);
  const plugins = await Promise.all(
    names.map(async plugin => (typeof plugin === 'string' ? productPlugins[plugin]() : plugin)),
  );
  const complete = Object.keys(productPlugins).every(name => names.includes(name as ProductPlugin));
  const data = options.on ?? (await createTestDatabase(dialect));
  const callers = new StandInCallers();

  const backend = createPorticoBackend({
    contracts: { contracts: [platformContract, ...plugins.flatMap(plugin => plugin.contract ?? [])], complete },
    settingsSections: plugins.flatMap(plugin => plugin.settings ?? []),
    http: { appDirectory: '', checkReplies: true },
    rootConfig: createServiceFactory({
      service: coreServices.rootConfig,
      deps: {},
      factory: () =>
        new ConfigReader(testConfig(data, plugins, options.settings) as ConstructorParameters<typeof ConfigReader>[0]),
    }),
    instead: [
      ...(options.clock ? [clockFactory(options.clock)] : []),
      ...(names.includes('access') ? [] : [callers.factory]),
      ...(options.instead ?? []),
    ],
  });
  for (const plugin of plugins) backend.add(plugin.feature);
  let held: Record<string, unknown> | undefined;
  backend.add(holding({ ...platformRefs, ...options.expose }, services => (held = services)));

  let started: Awaited<ReturnType<typeof backend.start>>;
  try {
    started = await backend.start();
  } catch (error) {
    if (!options.on) await data.drop();
    throw error;
  }
  const client = new TestClient(`http://127.0.0.1:${started.port}`);
  return {
    url: client.url,
    dialect,
    client,
    request: (method, path, request) => client.request(method, path, request),
    call: (operation, input) => client.call(operation, input),
    refusal: (operation, input) => client.refusal(operation, input),
    services: held as TestBackend<Exposed>['services'],
    data,
    signUp: username => signUp(client, username),
    signInAs(given) {
      if (names.includes('access'))
        throw new Error('signInAs is for backends without the access plugin; sign up instead');
      const token = callers.token(given);
      return { token, caller: callers.caller(token) };
    },
    revoke: token => callers.revoke(token),
    async stop({ keep = false } = {}) {
      await backend.stop();
      if (!keep) await data.drop();
    },
  };
}

function clockFactory(clock: Clock): ServiceFactory {
  return createServiceFactory({ service: clockRef, deps: {}, factory: () => clock });
}

function testConfig(
  data: TestData,
  plugins: readonly TestPlugin[],
  given: TestBackendOptions['settings'] = {},
): object {
  const has = (key: string) => plugins.some(plugin => plugin.settings?.key === key);
  const base: Record<string, object> = {
    server: { host: '127.0.0.1', port: 0, dataDirectory: data.dataDirectory },
    database:
      data.location.dialect === 'postgres'
        ? { url: data.location.url, connectionsMax: data.location.connectionsMax }
        : {},
    log: { level: 'error', format: 'text' },
    rateLimits: Object.fromEntries(
      [
        'api',
        'terminalTokens',
        'money',
        'webhooks',
        'vouchers',
        'adminOverview',
        'signIn',
        'signInAccount',
        'signInAddress',
        'mail',
      ].map(name => [name, UNLIMITED]),
    ),
    ...(has('workloads') ? { workloads: { ssh: { port: 0 } } } : {}),
    ...(has('access') ? { access: { adminPassword: TEST_PASSWORD } } : {}),
    // On both databases alike, so that a test can launch without paying in first, and pay.
    ...(has('billing') ? { billing: { trialCredit: { enabled: 'on' }, payments: { provider: 'test' } } } : {}),
    ...(has('fleet') ? { fleet: { realGpus: 'off' } } : {}),
  };
  for (const [key, section] of Object.entries(given)) base[key] = { ...base[key], ...section };
  return base;
}

/** Backstage hands services to plugins alone, so the test becomes one. */
function holding(refs: Refs, take: (services: Record<string, unknown>) => void): BackendFeature {
  return createBackendPlugin({
    pluginId: 'test-services',
    register(env) {
      env.registerInit({
        deps: refs as Record<string, ServiceRef<unknown, 'root'>>,
        init: async services => take(services),
      });
    },
  });
}

let signedUp = 0;
async function signUp(client: TestClient, given?: string): Promise<SignedUp> {
  signedUp += 1;
  const username = given ?? `user${signedUp}-${Math.random().toString(36).slice(2, 8)}`;
  const reply = await client.request('POST', 'auth/personal/signup', { body: { username, password: TEST_PASSWORD } });
  if (reply.status !== 201) throw new Error(`sign-up answered ${reply.status}: ${reply.text}`);
  const body = reply.body as unknown as {
    access_token: string;
    refresh_token: string;
    user: { user_id: string };
    organization: { organization_id: string };
    default_project: { project_id: string };
  };
  return {
    token: body.access_token,
    refreshToken: body.refresh_token,
    username,
    password: TEST_PASSWORD,
    userId: body.user.user_id,
    organizationId: body.organization.organization_id,
    projectId: body.default_project.project_id,
  };
}
