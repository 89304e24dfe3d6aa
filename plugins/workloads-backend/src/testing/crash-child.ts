import type { TestBackend } from '@portico/plugin-kit/testing';
import type { ReplyOf } from '@portico/plugin-kit/contract';
import { type AllocationStatus, type launchAllocation, listAllocations } from '@portico/plugin-workloads/contract';
import { type CrashPoint, dieAt } from './crash-points';
import { FakeRuntime } from './fake-runtime';
import { startPortal } from './portal';
import { realNodeSettings } from './portal-on-real-node';
import { worldInFiles } from './world-in-files';

export interface CrashRun {
  readonly database: 'sqlite' | 'postgres';
  readonly data: Pick<TestBackend['data'], 'location' | 'dataDirectory'>;
  readonly world: string;
  /** Dies there; runs to the end without one. */
  readonly dieAt?: CrashPoint;
  /** `refuses`: a fake that starts nothing, for good. `local`: the runtime that is shipped. `ssh`: that of a real node, which was brought in before. */
  readonly runtime: 'fake' | 'refuses' | 'local' | 'ssh';
  /** Launched by the one request; released as a batch when they are several. */
  readonly count: number;
}

export interface CrashOutcome {
  readonly allocations: readonly { readonly id: string; readonly status: string; readonly starts: number }[];
  readonly running: readonly string[];
  readonly held: string;
  readonly freeGpus: number;
}

/** One and the same person before and after every crash, pressing the same two buttons again until they have worked. */
const SOMEONE = {
  organizationId: 'org_c',
  projectId: 'proj_c',
  departmentId: 'dept_c',
  userId: 'usr_c',
  sessionId: 'sess_c',
};
/** The keys of the one launch and the one release that all attempts stand for. */
const LAUNCH_KEY = 'the-launch';
const RELEASE_KEY = 'the-release';

async function main(run: CrashRun): Promise<CrashOutcome> {
  const runtime = new FakeRuntime(worldInFiles(run.world));
  if (run.runtime === 'refuses') runtime.fails('provision', 'isolation_unavailable');
  // The harness asks these two fields of it alone.
  const portal = await startPortal({
    database: run.database,
    runtime: run.runtime === 'local' || run.runtime === 'ssh' ? 'local' : runtime,
    ...(run.runtime === 'ssh' && { settings: realNodeSettings }),
    on: run.data as TestBackend['data'],
    prepare: database => run.dieAt && dieAt(run.dieAt, { runtime, database }),
  });
  const { token } = await portal.person(SOMEONE);

  const send = async (path: string, key: string, body?: object) => {
    const reply = await portal.request('POST', path, { token, body, headers: { 'idempotency-key': key } });
    if (reply.status !== 202) throw new Error(`POST ${path} answered ${reply.status}: ${reply.text}`);
    return reply.body as unknown as ReplyOf<typeof launchAllocation>;
  };
  const launched = await send('allocations', LAUNCH_KEY, { ...portal.body, count: run.count });
  const made = 'allocation' in launched ? [launched.allocation] : launched.allocations;
  const ids = made.map(one => one.allocation_id);
  const untilAll = async (status: AllocationStatus) => {
    for (const id of ids) await portal.until(token, id, status);
  };
  if (run.runtime === 'refuses') {
    await untilAll('failed');
  } else {
    const statuses = await Promise.all(ids.map(async id => (await portal.allocation(token, id)).status));
    if (statuses.some(status => status !== 'released')) {
      if (statuses.some(status => status === 'requested' || status === 'provisioning')) await untilAll('active');
      const what =
        'allocation' in launched ? `allocations/${ids[0]}` : `allocation-batches/${launched.allocation_batch.batch_id}`;
      await send(`${what}/release`, RELEASE_KEY);
    }
    await untilAll('released');
  }
  const { items } = await portal.call(listAllocations, { token });
  const outcome = {
    allocations: items.map(({ allocation_id, status }) => ({
      id: allocation_id,
      status,
      starts: runtime.starts(allocation_id),
    })),
    running: runtime.running(),
    held: (await portal.balance(token)).held.amount,
    freeGpus: await portal.freeGpus(),
  };
  await portal.stop({ keep: true });
  return outcome;
}

main(JSON.parse(process.argv[2]!) as CrashRun).then(
  outcome => process.stdout.write(`OUTCOME ${JSON.stringify(outcome)}\n`, () => process.exit(0)),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`, () => process.exit(1));
  },
);
