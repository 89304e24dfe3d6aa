import { createServiceFactory } from '@backstage/backend-plugin-api';
import { creditUser, previewPolicy, setPolicy } from '@portico/plugin-access/contract';
import { accessPortRef } from '@portico/plugin-access/port';
import { billingPortRef } from '@portico/plugin-billing/port';
import { listOsImages, listSkus } from '@portico/plugin-catalog/contract';
import { catalogPortRef } from '@portico/plugin-catalog/port';
import { fleetPortRef, localRuntimeRef } from '@portico/plugin-fleet/port';
import { attentionRef, auditRef } from '@portico/plugin-kit/backend';
import type { Database } from '@portico/plugin-kit/backend';
import { eachDatabase, startTestBackend, TestClock, waitFor } from '@portico/plugin-kit/testing';
import { getAllocation, launchAllocation, listTaskEvents } from '@portico/plugin-workloads/contract';
import { assertBooksBalance } from '../../../billing-backend/src/testing/books';
import { connectionActivity } from '../gateways/connection-activity';
import { watchIdleness } from '../observers/idleness';
import { sampleMetrics } from '../observers/sampler';
import { createServices } from '../services';
import type { Services } from '../services';
import { transitionsOf } from '../store/allocations';
import { FakeRuntime } from '../testing/fake-runtime';
import { launchedAlone } from '../testing/launched';
import { settleIdleness } from './settle-idleness';

const MINUTE = 60_000;
/** One measurement and one look: as rare as they may be without leaving a gap. */
const TURN = 30_000;
const NODES = [{ name: 'only', gpuModel: 'H200', gpuCount: 64, numaDomains: 1 }];
const QUIET = 0.3;
const BUSY = 100;

/** The portal with a clock that stands still: its own loops rest, and tests take the turns of a replica by hand. */
async function startPortal(dialect: 'sqlite' | 'postgres') {
  const clock = new TestClock();
  const runtime = new FakeRuntime(undefined, () => clock.now());
  const backend = await startTestBackend({
    database: dialect,
    clock,
    instead: [createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => runtime })],
    expose: {
      access: accessPortRef,
      attention: attentionRef,
      audit: auditRef,
      billing: billingPortRef,
      catalog: catalogPortRef,
      fleet: fleetPortRef,
    },
    settings: {
      fleet: { nodes: NODES, heartbeat: { intervalSeconds: 1 } },
      billing: { trialCredit: { enabled: 'off' } },
    },
  });
  const signIn = async (username: string, password: string) => {
    const { body } = await backend.request('POST', 'auth/personal/login', { body: { username, password } });
    return String(body.access_token);
  };
  const first = await backend.signUp();
  const inTime = <Result>(condition: () => Promise<Result>, what: string) =>
    waitFor(async () => (await clock.advance(100), await condition()), what);
  const { read } = backend.services.database;

  /** What one replica of the portal works with. */
  function replica(database: Database = backend.services.database, more: Partial<Services> = {}): Services {
    const silent = () => undefined;
    const logger = { debug: silent, info: silent, warn: silent, error: silent, child: () => logger };
    return { ...createServices({ ...backend.services, database, logger }), ...more };
  }
  const own = replica();

  async function turn(by: Services = own): Promise<void> {
    clock.set(clock.now() + TURN);
    await sampleMetrics(by);
    await watchIdleness(by);
  }

  return {
    ...backend,
    clock,
    runtime,
    own,
    replica,
    turn,
    async pass(minutes: number, by: Services = own) {
      for (let left = minutes * MINUTE; left > 0; left -= TURN) await turn(by);
    },
    /** Somebody whose allocation is active and begins to be quiet now; the idle limit is that of the organization. */
    async working(limitSeconds: number | null) {
      const account = await backend.signUp();
      // Sessions are short, and hours pass here.
      const token = () => signIn(account.username, account.password);
      await backend.call(creditUser, {
        token: await signIn('admin', first.password),
        params: { user_id: account.userId },
        body: { amount: { amount: '10000000000', currency: 'USD', scale: 6 }, reason: 'test' },
      });
      const limit = async (level: 'organization' | 'project', value: number) => {
        const subject = level === 'project' ? { subject_id: account.projectId } : {};
        await backend.call(setPolicy, {
          token: await token(),
          params: { policy: 'idle_limit_seconds' },
          body: { level, value, ...subject },
        });
      };
      if (limitSeconds !== null) await limit('organization', limitSeconds);
      const skus = async () => (await backend.call(listSkus, { token: await token() })).items;
      const sku = await inTime(async () => (await skus()).find(one => one.free_gpus > 0), 'nodes that are ready');
      const image = (await backend.call(listOsImages, { token: await token() })).items[0]!;
      const reply = await backend.call(launchAllocation, {
        token: await token(),
        body: { sku_id: sku.sku_id, gpu_count: 1, image_id: image.image_id },
        idempotencyKey: crypto.randomUUID(),
      });
      const { allocation } = launchedAlone(reply);
      const id = allocation.allocation_id;
      const get = async () => backend.call(getAllocation, { token: await token(), params: { allocation_id: id } });
      runtime.cpuPercent = BUSY;
      await inTime(async () => (await get()).status === 'active', 'it to be active');
      await turn();
      runtime.cpuPercent = QUIET;
      await turn();
      return { ...account, token, limit, id, get, quietFrom: clock.now() };
    },
    async events(allocationId: string) {
      const rows = await read.all<{ event_type: string; payload_json: string }>(
        'SELECT event_type, payload_json FROM platform_outbox WHERE resource_id = ? ORDER BY sequence',
        [allocationId],
      );
      return rows.map(row => ({
        type: row.event_type,
        payload: JSON.parse(row.payload_json) as Readonly<Record<string, unknown>>,
      }));
    },
    releases: async (allocationId: string) =>
      (await transitionsOf(read, allocationId)).filter(({ to }) => to === 'releasing'),
    releaseTasks: (allocationId: string) =>
      read.all<{ task_id: string }>("SELECT task_id FROM platform_tasks WHERE resource_id = ? AND kind = 'release'", [
        allocationId,
      ]),
    auditOf: (allocationId: string) =>
      read.all<{ action: string; actor_type: string; actor_id: string; reason: string | null }>(
        "SELECT action, actor_type, actor_id, reason FROM platform_audit_log WHERE target_id = ? AND action = 'workloads.allocation.release'",
        [allocationId],
      ),
  };
}

eachDatabase(db => {
  let portal: Awaited<ReturnType<typeof startPortal>>;
  beforeAll(async () => {
    portal = await startPortal(db.dialect);
  });
  afterEach(() => portal.runtime.heal());
  afterAll(async () => {
    await portal?.own.metrics.close();
    await portal?.stop();
  });
  const told = async (id: string) =>
    (await portal.events(id)).map(({ type }) => type).filter(type => type.startsWith('workloads.'));
  const instant = (at: number) => new Date(at).toISOString();

  test('what is idle for as long as the limit says is announced five minutes before, then released as by its owner', async () => {
    const person = await portal.working(20 * 60);
    const { id, quietFrom } = person;
    await portal.pass(14);
    expect(await told(id)).toEqual([]);
    expect(await person.get()).toMatchObject({
      idle_since: expect.any(String) as string,
      idle_release_at: expect.any(String) as string,
    });
    await portal.pass(1.5);
    const [warning] = (await portal.events(id)).filter(({ type }) => type === 'workloads.idle_warning');
    const seen = await person.get();
    expect(warning?.payload).toMatchObject({ idle_since: seen.idle_since, release_at: seen.idle_release_at });
    const idleSince = Date.parse(seen.idle_since!);
    expect(Math.abs(idleSince - quietFrom)).toBeLessThanOrEqual(10_000);
    const releaseAt = Date.parse(seen.idle_release_at!);
    expect(releaseAt - idleSince).toBeGreaterThanOrEqual(20 * MINUTE);
    expect(releaseAt - idleSince).toBeLessThanOrEqual(20 * MINUTE + 2 * TURN);
    await portal.pass(4);
    expect((await person.get()).status).toBe('active');
    await portal.pass(1.5);

    expect(await told(id)).toEqual(['workloads.idle_warning']);
    const [release] = await portal.releases(id);
    expect(release).toMatchObject({ reason: 'idle_limit', actor: { type: 'system', id: 'idle-limit' } });
    expect(release!.at).toBeGreaterThanOrEqual(releaseAt);
    const after = await person.get();
    expect(after).toMatchObject({
      billing_stopped_at: instant(release!.at),
      idle_since: null,
      idle_release_at: null,
    });
    expect(await portal.auditOf(id)).toEqual([
      {
        action: 'workloads.allocation.release',
        actor_type: 'system',
        actor_id: 'idle-limit',
        reason: `idle_limit: idle since ${seen.idle_since}`,
      },
    ]);
    await assertBooksBalance(portal.services.database.read);
    const [task] = await portal.releaseTasks(id);
    await waitFor(async () => {
      await portal.clock.advance(100);
      return (await person.get()).status === 'released';
    }, 'it to be released');
    const params = { task_id: task!.task_id };
    const lines = await portal.call(listTaskEvents, { token: await person.token(), params, query: { limit: 100 } });
    expect(lines.items.map(({ message }) => message)).toContain('Asked for because of: idle_limit.');
  });

  test('without a limit nothing is released, however long it is idle', async () => {
    const { id, get } = await portal.working(null);
    await portal.pass(90);
    expect(await told(id)).toEqual([]);
    expect(await get()).toMatchObject({ status: 'active', idle_since: expect.any(String), idle_release_at: null });
  });

  test('a key that is pressed in a terminal takes the warning back', async () => {
    const { id, get } = await portal.working(10 * 60);
    await portal.pass(7);
    expect(await told(id)).toEqual(['workloads.idle_warning']);
    connectionActivity(portal.own, id)();
    await waitFor(async () => (await get()).idle_since === null, 'the key press to be written down');
    await portal.pass(9);
    expect(await told(id)).toEqual([
      'workloads.idle_warning',
      'workloads.idle_warning_withdrawn',
      'workloads.idle_warning',
    ]);
    expect(await portal.releases(id)).toEqual([]);
    await portal.pass(5);
    expect(await portal.releases(id)).toHaveLength(1);
  });

  test('so does what computes', async () => {
    const { id, get } = await portal.working(10 * 60);
    await portal.pass(7);
    portal.runtime.cpuPercent = 5;
    await portal.pass(0.5);
    portal.runtime.cpuPercent = QUIET;
    await portal.pass(5);
    expect(await told(id)).toEqual(['workloads.idle_warning', 'workloads.idle_warning_withdrawn']);
    expect((await get()).status).toBe('active');
  });

  test('a node that cannot be reached makes nothing idle', async () => {
    const { id, get } = await portal.working(10 * 60);
    await portal.pass(7);
    portal.runtime.fails('metrics', 'node_unreachable');
    await portal.pass(60);
    expect(await told(id)).toEqual(['workloads.idle_warning', 'workloads.idle_warning_withdrawn']);
    expect(await get()).toMatchObject({ status: 'active', idle_since: null, idle_release_at: null });
    portal.runtime.heal();
    await portal.pass(4);
    expect(await portal.releases(id)).toEqual([]);
  });

  test('a portal that was down releases nothing for the time it was', async () => {
    const { id, get } = await portal.working(10 * 60);
    await portal.pass(7);
    portal.clock.set(portal.clock.now() + 60 * MINUTE);
    await watchIdleness(portal.own);
    await portal.pass(4);
    expect(await told(id)).toEqual(['workloads.idle_warning', 'workloads.idle_warning_withdrawn']);
    expect((await get()).status).toBe('active');
  });

  test('a limit that a project tightens counts with the next look, and is announced all the same', async () => {
    const { id, limit, get } = await portal.working(60 * 60);
    await portal.pass(20);
    await limit('project', 10 * 60);
    expect(await told(id)).toEqual([]);
    await portal.turn();
    expect(await told(id)).toEqual(['workloads.idle_warning']);
    const at = portal.clock.now();
    expect(Date.parse((await get()).idle_release_at!)).toBe(at + 5 * MINUTE);
    await portal.pass(4.5);
    expect(await portal.releases(id)).toEqual([]);
    await portal.pass(0.5);
    expect(await portal.releases(id)).toHaveLength(1);
  });

  test('a preview names what has been idle for longer already', async () => {
    const { id, token } = await portal.working(null);
    await portal.pass(20);
    const preview = async (minutes: number) =>
      portal.call(previewPolicy, {
        token: await token(),
        params: { policy: 'idle_limit_seconds' },
        query: { level: 'organization', value: JSON.stringify(minutes * 60) },
      });
    expect(await preview(15)).toMatchObject({ running: 1, beyond: 1, beyond_items: [{ allocation_id: id }] });
    expect(await preview(30)).toMatchObject({ running: 1, beyond: 0 });
    connectionActivity(portal.own, id)();
    await waitFor(async () => (await preview(15)).beyond === 0, 'the key press to count');
  });

  test('a crash between the decision and its commit leaves it running, and the next look releases it once', async () => {
    const { id, get } = await portal.working(10 * 60);
    await portal.pass(9.5);
    let crashes = 0;
    const audit: Services['audit'] = {
      record: async () => {
        crashes += 1;
        throw new Error('the power is cut');
      },
    };
    await portal.pass(2, { ...portal.own, audit });
    expect(crashes).toBeGreaterThan(0);
    expect(await get()).toMatchObject({ status: 'active', billing_stopped_at: null });
    expect(await portal.releaseTasks(id)).toEqual([]);
    await portal.pass(2);
    expect(await portal.releases(id)).toHaveLength(1);
    expect(await portal.releaseTasks(id)).toHaveLength(1);
    expect(await portal.auditOf(id)).toHaveLength(1);
  });

  test('of two replicas that would release it at once, one does', async () => {
    const { id } = await portal.working(10 * 60);
    await portal.pass(9.5);
    portal.clock.set(portal.clock.now() + TURN);
    await sampleMetrics(portal.own);
    portal.clock.set(portal.clock.now() + TURN);
    // SQLite has one process, and in it one connection that writes.
    const connection = db.dialect === 'postgres' ? portal.data.connect(portal.clock) : undefined;
    const other = portal.replica(connection);
    const settle = (by: Services) => by.database.transaction(tx => settleIdleness(tx, by, id));
    const done = await Promise.all([portal.own, other, portal.own, other].map(settle));
    expect(done.sort()).toEqual(['none', 'none', 'none', 'release']);
    await Promise.all([watchIdleness(portal.own), watchIdleness(other)]);
    expect(await portal.releases(id)).toHaveLength(1);
    expect(await portal.releaseTasks(id)).toHaveLength(1);
    expect(await portal.auditOf(id)).toHaveLength(1);
    await other.metrics.close();
    await connection?.close();
  });
});
