import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgresServer } from '@portico/plugin-kit/testing';
import { chooseMachine, reach, signIn, startPortal } from './portal';
import type { Allocation, Portal } from './portal';
import { percentile, printTable } from './report';
import type { Row } from './report';

/**
 * P10: how long `POST /allocations` takes to be accepted durably, and how much of the time until the workload can be used is ours rather than its
 * runtime's. Clients launch, wait, release and begin again, each an organization of its own, on real sandboxes of this machine, which also runs
 * the clients and, for PostgreSQL, the database: what is measured is what somebody on such a machine gets.
 */
const CLIENTS = 8;
const PHASE_SECONDS = 15;
/** Launches before the clock counts: the first ones meet cold code and empty caches. */
const WARM_UP_LAUNCHES = 3;
/** An impatient page; when something happened is read from the portal's own instants. */
const LOOK_EVERY_MILLISECONDS = 200;
const ACCEPTED_MILLISECONDS_MAX = 100;
const OWN_SECONDS_MAX = 2;
/** Steps that wait for the runtime. What is not in them is the control plane: the way into the task, and the step that makes it active. */
const RUNTIME_STEPS = new Set(['prepare_node', 'start_instance', 'verify_access']);

/** Capacity, money and limits that do not stand in the way of what is measured. */
const ENVIRONMENT = {
  APP_CONFIG_fleet_nodes: JSON.stringify(Array.from({ length: 16 }, (_, index) => ({ name: `bench-${index}` }))),
  APP_CONFIG_billing_trialCredit_enabled: 'on',
  APP_CONFIG_billing_trialCredit_amount: '"1000000.00"',
  APP_CONFIG_rateLimits_api_perMinute: '1000000',
};

interface Launch {
  readonly acceptedMilliseconds: number;
  readonly activeSeconds: number;
  readonly ownSeconds: number;
}

const secondsBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1000;

async function launch(portal: Portal, token: string, body: object): Promise<Launch> {
  const begun = performance.now();
  const accepted = await portal.request('POST', 'allocations', { token, body });
  const acceptedMilliseconds = performance.now() - begun;
  const about = { token, allocationId: accepted.allocation.allocation_id, everyMilliseconds: LOOK_EVERY_MILLISECONDS };
  const allocation: Allocation = await reach(portal, { ...about, status: 'active' });
  const { steps } = await portal.request('GET', `tasks/${accepted.task_id}`, { token });
  await portal.request('POST', `allocations/${about.allocationId}/release`, { token });
  await reach(portal, { ...about, status: 'released' });

  const activeSeconds = secondsBetween(allocation.created_at, allocation.billing_started_at);
  const inRuntime = steps
    .filter(step => RUNTIME_STEPS.has(step.name))
    .reduce((sum, step) => sum + secondsBetween(step.started_at, step.finished_at), 0);
  return { acceptedMilliseconds, activeSeconds, ownSeconds: activeSeconds - inRuntime };
}

async function phase(portal: Portal, clients: number): Promise<Launch[]> {
  const launches: Launch[] = [];
  const people = await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const token = await signIn(portal, `bench-${clients}-${index}`);
      return { token, body: await chooseMachine(portal, token) };
    }),
  );
  const deadline = performance.now() + PHASE_SECONDS * 1000;
  await Promise.all(
    people.map(async ({ token, body }) => {
      while (performance.now() < deadline) launches.push(await launch(portal, token, body));
    }),
  );
  return launches;
}

function rowsOf(who: string, launches: readonly Launch[]): Row[] {
  const of = (part: keyof Launch, share: number) =>
    percentile(
      launches.map(one => one[part]),
      share,
    );
  return [
    { what: `${who}, accepted, p50 of ${launches.length}`, measured: of('acceptedMilliseconds', 0.5), unit: 'ms' },
    {
      what: `${who}, accepted, p99`,
      measured: of('acceptedMilliseconds', 0.99),
      unit: 'ms',
      bar: { atMost: ACCEPTED_MILLISECONDS_MAX },
    },
    { what: `${who}, accepted to active, p50`, measured: of('activeSeconds', 0.5), unit: 's' },
    {
      what: `${who}, of that the control plane, p50`,
      measured: of('ownSeconds', 0.5),
      unit: 's',
      bar: { atMost: OWN_SECONDS_MAX },
    },
    {
      what: `${who}, of that the control plane, p99`,
      measured: of('ownSeconds', 0.99),
      unit: 's',
      bar: { atMost: OWN_SECONDS_MAX },
    },
  ];
}

async function measure(database: string, dataDirectory: string, environment: Record<string, string>): Promise<void> {
  const portal = await startPortal({ dataDirectory, environment: { ...ENVIRONMENT, ...environment } });
  try {
    const token = await signIn(portal, 'bench-warm-up');
    const body = await chooseMachine(portal, token);
    for (let count = 0; count < WARM_UP_LAUNCHES; count += 1) await launch(portal, token, body);
    const serial = await phase(portal, 1);
    const crowd = await phase(portal, CLIENTS);
    printTable(`Launching on ${database}`, [...rowsOf('1 client', serial), ...rowsOf(`${CLIENTS} clients`, crowd)]);
  } finally {
    await portal.stop();
  }
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'portico-bench-launch-'));
  try {
    await measure('SQLite', path.join(folder, 'sqlite'), {});
    const server = await startPostgresServer({ durable: true });
    try {
      await measure('PostgreSQL', path.join(folder, 'postgres'), { PORTICO_DATABASE_URL: server.url });
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
