import { type BackendFeature, createBackendPlugin, createServiceFactory } from '@backstage/backend-plugin-api';
import { accessPortRef } from '@portico/plugin-access/port';
import { getBalance } from '@portico/plugin-billing/contract';
import { billingPortRef } from '@portico/plugin-billing/port';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { fleetPortRef, localRuntimeRef } from '@portico/plugin-fleet/port';
import { type Clock, type Database, databaseRef, tasksRef } from '@portico/plugin-kit/backend';
import { startTestBackend, type TestBackend, waitFor } from '@portico/plugin-kit/testing';
import {
  type AllocationStatus,
  getAllocation,
  getTask,
  launchAllocation,
  releaseAllocation,
} from '@portico/plugin-workloads/contract';
import { FakeRuntime } from './fake-runtime';
import { launchedAlone, launchedTogether } from './launched';
import { fund, memberPermissions, PeopleInMemory } from './people';

export interface PortalOptions {
  readonly database: 'sqlite' | 'postgres';
  /** The nodes; those of the shipped runtime with `local`. */
  readonly runtime?: FakeRuntime | 'local';
  readonly clock?: Clock;
  readonly settings?: Readonly<Record<string, object>>;
  readonly on?: TestBackend['data'];
  /** Sees the database before the first task is claimed. */
  readonly prepare?: (database: Database) => void;
}

/** Quick to lose patience, so that a test of giving up does not wait for it. */
const impatient = { attemptsMax: 3, backoffSeconds: 0.01, backoffSecondsMax: 0.02, deadlineSeconds: 20 };
const hurried = { tasks: impatient, liveness: { intervalSeconds: 0.05 }, metrics: { intervalSeconds: 0.05 } };
const exposed = {
  billing: billingPortRef,
  fleet: fleetPortRef,
  tasks: tasksRef,
} as const;

export type Portal = Awaited<ReturnType<typeof startPortal>>;
export type Person = Awaited<ReturnType<Portal['person']>>;

/** The portal over HTTP with real billing, catalogue and fleet; the nodes are played by a fake, and people need no passwords. */
export async function startPortal(options: PortalOptions) {
  const runtime = options.runtime instanceof FakeRuntime ? options.runtime : new FakeRuntime();
  const { workloads, ...settings } = options.settings ?? {};
  const quota = (workloads as { quota?: { concurrentAllocationsMax?: number } } | undefined)?.quota;
  const access = new PeopleInMemory({ concurrent_allocations: quota?.concurrentAllocationsMax ?? 50 });
  const backend = await startTestBackend({
    database: options.database,
    plugins: [
      'billing',
      'catalog',
      'fleet',
      'workloads',
      ...(options.prepare ? [{ feature: preparing(options.prepare) }] : []),
    ],
    instead: [
      ...(options.runtime === 'local'
        ? []
        : [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => runtime })]),
      createServiceFactory({ service: accessPortRef, deps: {}, factory: () => access }),
    ],
    expose: exposed,
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.on ? { on: options.on } : {}),
    settings: { fleet: { heartbeat: { intervalSeconds: 1 } }, ...settings, workloads: { ...hurried, ...workloads } },
  });

  /** Somebody with an organization of their own and money in it. */
  async function person(
    given: { units?: number; permissions?: readonly string[] } & Partial<Parameters<typeof backend.signInAs>[0]> = {},
  ) {
    const { units = 1_000, permissions = [], ...caller } = given;
    const signedIn = backend.signInAs({ ...caller, permissions: [...memberPermissions, ...permissions] });
    access.people.set(signedIn.caller.userId, signedIn.caller);
    await fund({ database: backend.services.database, billing: backend.services.billing }, signedIn.caller, units);
    return signedIn;
  }

  const { token } = await person();
  const skus = () => backend.call(listSkus, { token });
  await waitFor(async () => (await skus()).items.some(sku => sku.free_gpus > 0), 'nodes that are ready');
  const sku = (await skus()).items[0]!;
  const image = (await backend.call(listOsImages, { token })).items[0]!;
  const body = { sku_id: sku.sku_id, gpu_count: 1, image_id: image.image_id };
  const allocation = (by: string, allocationId: string) =>
    backend.call(getAllocation, { token: by, params: { allocation_id: allocationId } });

  const requestLaunch = (by: string, more: object) =>
    backend.call(launchAllocation, { token: by, body: { ...body, ...more }, idempotencyKey: crypto.randomUUID() });

  return {
    ...backend,
    access,
    runtime,
    person,
    body,
    sku,
    image,
    allocation,
    freeGpus: async () => (await backend.services.fleet.totals(backend.services.database.read)).gpus.free,
    launch: async (by: string, more: object = {}) => launchedAlone(await requestLaunch(by, more)),
    launchBatch: async (by: string, more: object) => launchedTogether(await requestLaunch(by, more)),
    release: (by: string, allocationId: string) =>
      backend.call(releaseAllocation, { token: by, params: { allocation_id: allocationId } }),
    task: (by: string, taskId: string) => backend.call(getTask, { token: by, params: { task_id: taskId } }),
    balance: (by: string) => backend.call(getBalance, { token: by }),
    /** Waits until the allocation is in that state and returns it. */
    until: (by: string, allocationId: string, status: AllocationStatus) =>
      waitFor(async () => {
        const seen = await allocation(by, allocationId);
        return seen.status === status && seen;
      }, `${allocationId} ${status}`),
  };
}

/** Plugins are prepared before loops start. */
function preparing(prepare: (database: Database) => void): BackendFeature {
  return createBackendPlugin({
    pluginId: 'test-preparation',
    register(env) {
      env.registerInit({ deps: { database: databaseRef }, init: async ({ database }) => prepare(database) });
    },
  });
}
