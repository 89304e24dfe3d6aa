import { eachDatabase, waitFor } from '@portico/plugin-kit/testing';
import type { Runtime, RuntimeKind } from '@portico/plugin-fleet/port';
import { openFleet, simulatedNode } from '../testing/fleet-under-test';
import type { FleetUnderTest } from '../testing/fleet-under-test';
import { ScriptedRuntime } from '../testing/scripted-runtime';
import { startFleetWatch } from './fleet-watch';
import { createOrphanReconciler } from './orphans';

const GRACE_SECONDS = 300;

function raise(message: string): never {
  throw new Error(message);
}

eachDatabase(db => {
  let fleet: FleetUnderTest;
  beforeEach(async () => {
    fleet = await openFleet(db, [simulatedNode('node-1'), simulatedNode('node-2')]);
  });
  afterEach(() => fleet.close());
  const statuses = async () =>
    Object.fromEntries(
      (await fleet.database.read.all<{ name: string; status: string }>('SELECT name, status FROM fleet_nodes')).map(
        row => [row.name, row.status],
      ),
    );
  const pass = (seconds: number) => fleet.clock.set(fleet.clock.now() + seconds * 1000);
  const watchOptions = () => ({
    ...fleet,
    ...fleet.services,
    graceSeconds: GRACE_SECONDS,
    unreachableAfterSeconds: 30,
    heartbeatIntervalSeconds: 10,
    orphanIntervalSeconds: 60,
    hostCheckIntervalSeconds: 300,
    // Nothing here has a slot map, so no host is read.
    connections: { to: () => raise('no node of this test is reached by SSH') },
  });

  describe('heartbeat', () => {
    test('one missed answer changes nothing; silence beyond the limit takes the node out until it answers', async () => {
      expect(fleet.told.events).toEqual(['node.ready', 'node.ready']);
      fleet.runtime.silent.add('node-1');
      pass(10);
      await fleet.heartbeat();
      expect(await statuses()).toEqual({ 'node-1': 'ready', 'node-2': 'ready' });
      pass(20);
      await fleet.heartbeat();
      await fleet.heartbeat();
      expect(await statuses()).toEqual({ 'node-1': 'unreachable', 'node-2': 'ready' });
      expect([...fleet.told.attention.values()]).toEqual([expect.stringContaining('node-1 is silent')]);
      fleet.runtime.silent.clear();
      await fleet.heartbeat();
      expect(await statuses()).toEqual({ 'node-1': 'ready', 'node-2': 'ready' });
      expect(fleet.told.attention.size).toBe(0);
      expect(fleet.told.events.slice(2)).toEqual(['node.unreachable', 'node.outage_ended', 'node.ready']);
    });

    test('an outage is told with its time once it is over: from the last answer to the next', async () => {
      const seenAt = fleet.clock.now();
      fleet.runtime.silent.add('node-1');
      pass(10);
      await fleet.heartbeat();
      pass(600);
      await fleet.heartbeat();
      fleet.runtime.silent.clear();
      pass(20);
      await fleet.heartbeat();
      await fleet.heartbeat();
      const told = fleet.told.payloads.filter(({ eventType }) => eventType === 'node.outage_ended');
      expect(told.map(({ payload }) => payload)).toEqual([
        expect.objectContaining({
          name: 'node-1',
          from: new Date(seenAt).toISOString(),
          to: new Date(seenAt + 630_000).toISOString(),
        }),
      ]);
    });

    test('a draining node is missed as well, and one missed answer is no outage', async () => {
      await fleet.database.transaction(tx => tx.run("UPDATE fleet_nodes SET status = 'draining'"));
      fleet.runtime.silent.add('node-1');
      pass(10);
      await fleet.heartbeat();
      pass(10);
      fleet.runtime.silent.clear();
      await fleet.heartbeat();
      expect(fleet.told.events).not.toContain('node.outage_ended');
      fleet.runtime.silent.add('node-2');
      pass(10);
      await fleet.heartbeat();
      pass(40);
      fleet.runtime.silent.clear();
      await fleet.heartbeat();
      expect(fleet.told.events.filter(type => type === 'node.outage_ended')).toHaveLength(1);
    });

    test('the time in which nobody asked, because the portal was down, is no outage', async () => {
      pass(7_200);
      const askedAt = fleet.clock.now();
      fleet.runtime.silent.add('node-1');
      await fleet.heartbeat();
      pass(60);
      fleet.runtime.silent.clear();
      await fleet.heartbeat();
      const [told, ...others] = fleet.told.payloads.filter(({ eventType }) => eventType === 'node.outage_ended');
      expect(others).toEqual([]);
      expect(told?.payload).toMatchObject({ from: new Date(askedAt).toISOString() });
    });

    test('lost contact keeps what the node holds', async () => {
      await fleet.reserve(2, { allocationId: 'alloc_a' });
      fleet.runtime.silent.add('node-1');
      pass(60);
      await fleet.heartbeat();
      expect(await fleet.picture()).toEqual(['node-1 unreachable: xx......', 'node-2 ready: ........']);
      expect(await fleet.port.runtimeOf(fleet.database.read, 'alloc_a')).toBeDefined();
    });

    test('a node that was never reached calls for a person', async () => {
      fleet.runtime.silent.add('node-3');
      await fleet.configure([simulatedNode('node-1'), simulatedNode('node-2'), simulatedNode('node-3')]);
      pass(60);
      await fleet.heartbeat();
      expect(await statuses()).toMatchObject({ 'node-3': 'enrolled' });
      expect([...fleet.told.attention.values()]).toEqual([expect.stringContaining('node-3 was never reached')]);
      fleet.runtime.silent.clear();
      await fleet.heartbeat();
      expect(fleet.told.attention.size).toBe(0);
    });
  });

  describe('orphans', () => {
    const signal = new AbortController().signal;

    test('what no reservation claims is removed after the grace, what one claims stays', async () => {
      await fleet.reserve(1, { allocationId: 'alloc_paid' });
      fleet.runtime.running.set('alloc_paid', 'node-1').set('alloc_orphan', 'node-1');
      const reconcile = createOrphanReconciler(watchOptions());
      await reconcile(signal);
      pass(GRACE_SECONDS - 1);
      await reconcile(signal);
      expect(fleet.runtime.released).toEqual([]);
      pass(1);
      await reconcile(signal);
      expect(fleet.runtime.released.map(instance => instance.allocationId)).toEqual(['alloc_orphan']);
      expect([...fleet.runtime.running.keys()]).toEqual(['alloc_paid']);
      expect(fleet.told.audit).toContain('fleet.orphan.removed');
    });

    test('a node that is not in yet is not asked', async () => {
      await fleet.database.transaction(tx =>
        tx.run(`UPDATE fleet_nodes SET status = 'registered' WHERE name = 'node-1'`),
      );
      fleet.runtime.silent.add('node-1');
      const warned = jest.fn();
      await createOrphanReconciler({ ...watchOptions(), logger: { ...fleet.logger, warn: warned } })(signal);
      expect(warned).not.toHaveBeenCalled();
    });

    test('the grace begins anew when it was claimed or gone in between', async () => {
      fleet.runtime.running.set('alloc_late', 'node-1');
      const reconcile = createOrphanReconciler(watchOptions());
      await reconcile(signal);
      await fleet.reserve(1, { allocationId: 'alloc_late' });
      pass(GRACE_SECONDS);
      await reconcile(signal);
      await fleet.free('alloc_late');
      await reconcile(signal);
      expect(fleet.runtime.released).toEqual([]);
    });

    test('one that cannot be removed calls for a person until it is gone', async () => {
      fleet.runtime.running.set('alloc_stuck', 'node-2');
      fleet.runtime.releaseFails = true;
      const reconcile = createOrphanReconciler(watchOptions());
      await reconcile(signal);
      pass(GRACE_SECONDS);
      await reconcile(signal);
      expect([...fleet.told.attention.keys()]).toEqual(['orphan_instance alloc_stuck']);
      fleet.runtime.releaseFails = false;
      await reconcile(signal);
      expect(fleet.told.attention.size).toBe(0);
      expect(fleet.runtime.running.size).toBe(0);
    });

    test('a node that cannot be asked holds up nothing and clears nobody', async () => {
      fleet.runtime.running.set('alloc_1', 'node-1').set('alloc_2', 'node-2');
      const reconcile = createOrphanReconciler(watchOptions());
      await reconcile(signal);
      fleet.runtime.silent.add('node-1');
      pass(GRACE_SECONDS);
      await reconcile(signal);
      expect([...fleet.runtime.running.keys()]).toEqual(['alloc_1']);
      fleet.runtime.silent.clear();
      await reconcile(signal);
      expect(fleet.runtime.running.size).toBe(0);
    });
  });

  describe('the watch', () => {
    test('beats by the clock, one backend at a time, and hands over when it stops', async () => {
      const asked: string[] = [];
      const asking = (name: string) => {
        const runtime = new ScriptedRuntime();
        const probe = runtime.probe.bind(runtime);
        runtime.probe = node => (asked.push(name), probe(node));
        return { ...watchOptions(), runtimes: new Map<RuntimeKind, Runtime>([['local', runtime]]) };
      };
      const first = startFleetWatch(asking('first'));
      await waitFor(() => fleet.clock.sleepers === 3, 'the first watch to rest');
      const second = startFleetWatch(asking('second'));
      await waitFor(() => fleet.clock.sleepers === 6, 'the second watch to rest');
      expect(asked).toEqual(['first', 'first']);
      await fleet.clock.advance(10_000);
      await waitFor(() => asked.length === 4 && fleet.clock.sleepers === 6, 'another beat');
      expect(new Set(asked)).toEqual(new Set(['first']));
      await first.stop();
      expect(fleet.clock.sleepers).toBe(3);
      await fleet.clock.advance(10_000);
      await waitFor(() => asked.includes('second') && fleet.clock.sleepers === 3, 'the second to take over');
      await second.stop();
      expect(fleet.clock.sleepers).toBe(0);
    });
  });
});
