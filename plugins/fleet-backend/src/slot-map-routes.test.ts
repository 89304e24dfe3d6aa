import { createServiceFactory } from '@backstage/backend-plugin-api';
import {
  approveSlotMap,
  cleanUpSlot,
  discoverSliceTopology,
  editSlotMap,
  getSlotMap,
  listNodes,
  listResourceSlots,
  listSlotMaps,
} from '@portico/plugin-fleet/contract';
import { fleetPortRef, localRuntimeRef, sshRuntimeRef } from '@portico/plugin-fleet/port';
import { attentionRef, auditRef, outboxRef } from '@portico/plugin-kit/backend';
import { newId } from '@portico/plugin-kit/contract';
import { startTestBackend } from '@portico/plugin-kit/testing';
import { nodeSshRef } from './ssh/service';
import type { NodeSsh } from './ssh/service';
import { CapturedNode } from './testing/captured-node';
import { simulatedNode } from './testing/fleet-under-test';
import { ScriptedRuntime } from './testing/scripted-runtime';
import { createHostCheck } from './watch/host-check';

const quiet = { error() {}, warn() {}, info() {}, debug() {}, child: () => quiet };
const nodes = new Map<string, CapturedNode>();
const connections: NodeSsh['connections'] = {
  to(nodeId) {
    const node = nodes.get(nodeId);
    if (node === undefined) throw new Error(`${nodeId} is no captured node`);
    return node.connection;
  },
  forget() {},
  async close() {},
};
/** The far side of the nodes that are brought in: `running` is what is left there. */
const runtime = new ScriptedRuntime('ssh');
const ssh = { connections } as NodeSsh;

const start = (database: 'sqlite' | 'postgres') =>
  startTestBackend({
    database,
    plugins: ['fleet'],
    // Nodes are ready because the test says so, and nobody asks them again meanwhile.
    settings: {
      fleet: { nodes: [simulatedNode('node-1', { gpuModel: 'L40S' })], heartbeat: { intervalSeconds: 3600 } },
    },
    instead: [
      createServiceFactory({ service: localRuntimeRef, deps: {}, factory: () => new ScriptedRuntime() }),
      createServiceFactory({ service: sshRuntimeRef, deps: {}, factory: () => runtime }),
      createServiceFactory({ service: nodeSshRef, deps: {}, factory: () => ssh }),
    ],
    expose: { fleet: fleetPortRef, audit: auditRef, outbox: outboxRef, attention: attentionRef },
  });

describe.each(['sqlite', 'postgres'] as const)('slot maps on %s', database => {
  let backend: Awaited<ReturnType<typeof start>>;
  let admin: string;
  let reader: string;
  let count = 0;

  beforeAll(async () => {
    backend = await start(database);
    admin = backend.signInAs({ permissions: ['fleet.node.read', 'fleet.node.manage'] }).token;
    reader = backend.signInAs({ permissions: ['fleet.node.read'] }).token;
  });
  afterAll(() => backend?.stop());

  /** A node of the captured kind, brought in and ready. */
  async function bringIn() {
    const host = new CapturedNode();
    const nodeId = newId('node');
    const name = `real-${(count += 1)}-${database}`;
    await backend.services.database.transaction(async tx => {
      // One at a time: placement takes the fleet's first node that fits.
      await tx.run(`UPDATE fleet_nodes SET status = 'unreachable' WHERE runtime = 'ssh'`);
      await tx.run(
        `INSERT INTO fleet_nodes (node_id, name, ordinal, runtime, simulated, status, status_changed_at, configured, isolation, created_at, origin, last_seen_at)
         VALUES (?, ?, ?, 'ssh', 0, 'ready', ?, 1, 'container', ?, 'administrator', ?)`,
        [nodeId, name, 1000 + count, tx.now, tx.now, tx.now],
      );
    });
    nodes.set(nodeId, host);
    const node = { node_id: nodeId };
    const discover = () => backend.call(discoverSliceTopology, { token: admin, params: node });
    const mapParams = (map: { slot_map_id: string }) => ({ ...node, slot_map_id: map.slot_map_id });
    const approve = (map: { slot_map_id: string; version: number }) => ({
      token: admin,
      params: mapParams(map),
      body: { expected_version: map.version },
    });
    const slots = async () =>
      (await backend.call(listResourceSlots, { token: admin, params: node, query: { limit: 200 } })).items;
    const states = async () => (await slots()).map(slot => slot.status);
    const reserve = async (gpuCount: number, allocationId: string) => {
      await backend.services.database.transaction(async tx => {
        const reservation = await backend.services.fleet.reserve(tx, {
          allocationId,
          organizationId: 'org_1',
          gpuModel: 'H200',
          shape: 'gpu_slice',
          gpuFractionMilli: 1000,
          vcpus: 0,
          memoryBytes: 0,
          regions: null,
          gpuCount,
        });
        if (!reservation.fits) throw new Error(`${allocationId} does not fit: ${reservation.reason}`);
      });
    };
    const free = (allocationId: string) =>
      backend.services.database.transaction(tx => backend.services.fleet.free(tx, allocationId));
    const block = (allocationId: string) =>
      backend.services.database.transaction(tx =>
        backend.services.fleet.block(tx, { allocationId, reason: 'The node was destroyed.' }),
      );
    const readOnce = createHostCheck({ ...backend.services, connections, logger: quiet });
    /** Two readings in a row: what the first alone finds may be a machine that is starting. */
    const check = async () => {
      for (let reading = 0; reading < 2; reading += 1) await readOnce(new AbortController().signal);
    };
    const attention = async () =>
      (
        await backend.services.database.read.all<{ message: string }>(
          `SELECT message FROM platform_attention WHERE kind = 'host_changed' AND resource_id = ?`,
          [nodeId],
        )
      ).map(item => item.message);
    const cleanUp = (slot: { slot_id: string } | undefined, mode: 'verified' | 'attested') => ({
      token: admin,
      params: { ...node, slot_id: slot?.slot_id ?? 'slot_0' },
      body: { mode, reason: 'looked at it' },
    });
    return {
      host,
      node,
      name,
      discover,
      mapParams,
      approve,
      slots,
      states,
      reserve,
      free,
      block,
      check,
      readOnce,
      attention,
      cleanUp,
    };
  }

  test('what is discovered is proposed, approved, and given out', async () => {
    const { discover, approve, slots, node, mapParams, reserve, free } = await bringIn();
    const map = await discover();
    expect(map.status).toBe('candidate');
    expect(map.invariants.map(({ status }) => status)).toEqual(Array(7).fill('passed'));
    expect(map.differences.map(({ change }) => change)).toEqual(Array(8).fill('added'));
    expect(map.topology.numa_domains[1]).toEqual({
      numa_node: 1,
      cpus: '56-111,168-223',
      cpu_count: 112,
      memory_bytes: 1_056_939_908 * 1024,
    });
    expect(await slots()).toEqual([]);
    expect(await backend.call(getSlotMap, { token: reader, params: mapParams(map) })).toEqual(map);
    const approved = await backend.call(approveSlotMap, approve(map));
    expect(approved).toMatchObject({ status: 'approved', differences: [], expires_at: null });
    expect((await slots())[4]).toMatchObject({
      status: 'free',
      label: 'GPU 4',
      numa_node: 1,
      vf: '0000:9a:00.1',
      nvme: 'nvme6n1',
      nvme_serial: 'eui.01000000000000005cd2e400a85251',
      gpu: { index: 4, model: 'H200', pci_address: '0000:9d:00.0', simulated: false },
      gpu_fraction_milli: 1000,
      blocked: null,
    });
    await reserve(2, 'alloc_given');
    const held = (await slots()).filter(slot => slot.allocation_id === 'alloc_given');
    expect(held).toHaveLength(2);
    expect(new Set(held.map(slot => slot.numa_node)).size).toBe(1);
    // Nothing has changed, so there is nothing to approve anew.
    const again = await discover();
    expect(again).toMatchObject({ differences: [], host_fingerprint: map.host_fingerprint });
    await backend.call(approveSlotMap, approve(again));
    expect((await slots()).filter(slot => slot.allocation_id === 'alloc_given')).toHaveLength(2);
    const history = await backend.call(listSlotMaps, { token: reader, params: node });
    expect(history.items.map(item => item.status)).toEqual(['approved', 'superseded']);
    await free('alloc_given');
  });

  test('a node of the configuration, one that cannot be read, and one that answers half a reading', async () => {
    const { host, node } = await bringIn();
    const configured = (await backend.call(listNodes, { token: admin, query: { name: 'node-1' } })).items[0];
    const refusal = (params: { node_id: string }, token = admin) =>
      backend.refusal(discoverSliceTopology, { token, params });
    expect(await refusal({ node_id: configured?.node_id ?? '' })).toMatchObject({
      status: 409,
      code: 'node_is_configured',
    });
    expect(await refusal({ node_id: 'node_0' })).toMatchObject({ status: 404 });
    expect(await refusal(node, reader)).toMatchObject({ status: 403, code: 'permission_denied' });
    host.cutShort = true;
    expect(await refusal(node)).toMatchObject({
      status: 409,
      code: 'host_unreadable',
      details: { code: 'reading_incomplete' },
    });
    host.silent = true;
    expect(await refusal(node)).toMatchObject({
      status: 409,
      code: 'host_unreadable',
      details: { code: 'node_unreachable' },
    });
  });

  test('a candidate is edited: GPUs left out, cut in parts, paired otherwise; what is not there is refused', async () => {
    const { discover, mapParams, approve, slots } = await bringIn();
    const map = await discover();
    const uuid = (index: number) => map.slots[index]?.gpu.uuid ?? '';
    const edit = (expected_version: number, wishes: readonly object[]) => ({
      token: admin,
      params: mapParams(map),
      body: { expected_version, slots: wishes as { gpu_uuid: string }[] },
    });
    const wishes = [
      { gpu_uuid: uuid(0), parts: 2, part: 0 },
      { gpu_uuid: uuid(0), parts: 2, part: 1 },
      { gpu_uuid: uuid(1), vf: null, nvme: null },
      { gpu_uuid: uuid(4), vf: '0000:ce:00.2' },
    ];
    const edited = await backend.call(editSlotMap, edit(1, wishes));
    expect(edited.version).toBe(2);
    expect(edited.slots.map(slot => [slot.label, slot.gpu_fraction_milli, slot.vf])).toEqual([
      ['GPU 0, half 1 of 2', 500, '0000:18:00.1'],
      ['GPU 0, half 2 of 2', 500, '0000:2a:00.3'],
      ['GPU 1', 1000, null],
      ['GPU 4', 1000, '0000:ce:00.2'],
    ]);
    const warned = edited.invariants.filter(({ status }) => status === 'warned');
    expect(warned.map(({ invariant, slots: labels, devices }) => [invariant, labels, devices])).toEqual([
      ['gpus_covered', [], ['GPU 2', 'GPU 3', 'GPU 5', 'GPU 6', 'GPU 7']],
      ['vf_own', ['GPU 1'], []],
      ['nvme_own', ['GPU 1'], []],
    ]);
    expect(await backend.refusal(editSlotMap, edit(1, wishes))).toMatchObject({
      status: 409,
      code: 'version_conflict',
    });
    expect(
      await backend.refusal(editSlotMap, edit(2, [{ gpu_uuid: 'GPU-elsewhere', nvme: 'nvme99n1' }])),
    ).toMatchObject({
      status: 422,
      code: 'slot_map_device_unknown',
      details: { devices: ['GPU-elsewhere', 'nvme99n1'] },
    });
    // The host’s own disk, and one function for two slots: kept, shown, and not to be approved.
    const bad = await backend.call(
      editSlotMap,
      edit(2, [
        { gpu_uuid: uuid(0), vf: '0000:18:00.1', nvme: 'nvme0n1' },
        { gpu_uuid: uuid(1), vf: '0000:18:00.1' },
      ]),
    );
    expect(await backend.refusal(approveSlotMap, approve(bad))).toMatchObject({
      status: 422,
      code: 'slot_map_invalid',
      details: { invariants: [{ invariant: 'devices_unused' }, { invariant: 'vf_own', slots: ['GPU 0', 'GPU 1'] }] },
    });
    expect(await slots()).toEqual([]);
    const good = await backend.call(editSlotMap, edit(3, wishes));
    expect(await backend.refusal(approveSlotMap, approve(bad))).toMatchObject({
      status: 409,
      code: 'version_conflict',
    });
    await backend.call(approveSlotMap, approve(good));
    expect((await slots()).map(slot => [slot.label, slot.part, slot.parts, slot.status])).toEqual([
      ['GPU 0, half 1 of 2', 0, 2, 'free'],
      ['GPU 0, half 2 of 2', 1, 2, 'free'],
      ['GPU 1', 0, 1, 'free'],
      ['GPU 4', 0, 1, 'free'],
    ]);
    expect(await backend.refusal(approveSlotMap, approve(good))).toMatchObject({
      status: 409,
      code: 'slot_map_not_candidate',
    });
    // What was cut stays cut, and what was left out is proposed again.
    expect((await discover()).differences.map(({ change, label }) => `${change} ${label}`)).toEqual([
      'changed GPU 1',
      'added GPU 2',
      'added GPU 3',
      'added GPU 5',
      'added GPU 6',
      'added GPU 7',
    ]);
  });

  test('a map that touches what somebody holds is refused and names them; one that leaves it alone is not', async () => {
    const { discover, approve, mapParams, slots, reserve, free } = await bringIn();
    await backend.call(approveSlotMap, approve(await discover()));
    await reserve(1, 'alloc_holder');
    const held = (await slots()).find(slot => slot.allocation_id === 'alloc_holder');
    const map = await discover();
    const others = map.slots.filter(slot => slot.gpu.uuid !== held?.gpu.uuid);
    const edit = (expected_version: number, wishes: { gpu_uuid: string; vf?: string | null; nvme?: string | null }[]) =>
      backend.call(editSlotMap, { token: admin, params: mapParams(map), body: { expected_version, slots: wishes } });
    const dropped = await edit(
      1,
      others.map(slot => ({ gpu_uuid: slot.gpu.uuid })),
    );
    expect(dropped.differences).toEqual([
      expect.objectContaining({ change: 'removed', label: held?.label, allocation_id: 'alloc_holder', refused: true }),
    ]);
    expect(await backend.refusal(approveSlotMap, approve(dropped))).toMatchObject({
      status: 409,
      code: 'slot_in_use',
      details: { slots: [{ slot_id: held?.slot_id, allocation_id: 'alloc_holder' }] },
    });
    const kept = { gpu_uuid: held?.gpu.uuid ?? '', vf: held?.vf ?? null, nvme: held?.nvme ?? null };
    await backend.call(approveSlotMap, approve(await edit(2, [kept])));
    expect((await slots()).map(slot => [slot.slot_id, slot.status, slot.allocation_id])).toEqual([
      [held?.slot_id, 'held', 'alloc_holder'],
    ]);
    await free('alloc_holder');
  });

  test('of two maps approved at once one wins, and the other is told so', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { discover, approve, node, mapParams, states } = await bringIn();
      const maps = [await discover(), await discover(), await discover()];
      const replies = await Promise.all(
        maps.map(map =>
          backend.request('POST', `admin/nodes/${node.node_id}/slot-maps/${map.slot_map_id}/approve`, {
            token: admin,
            body: approve(map).body,
          }),
        ),
      );
      expect(replies.map(reply => reply.status).sort()).toEqual([200, 409, 409]);
      expect(replies.filter(reply => reply.status === 409).map(reply => reply.body.code)).toEqual([
        'slot_map_superseded',
        'slot_map_superseded',
      ]);
      expect(await states()).toEqual(Array(8).fill('free'));
      const loser = maps[replies.findIndex(reply => reply.status === 409)] as (typeof maps)[number];
      expect(await backend.call(getSlotMap, { token: reader, params: mapParams(loser) })).toMatchObject({
        status: 'superseded',
      });
    }
  });

  test('a candidate nobody approved in time is no good any more', async () => {
    const { discover, approve, mapParams } = await bringIn();
    const map = await discover();
    await backend.services.database.transaction(tx =>
      tx.run('UPDATE fleet_slot_maps SET expires_at = ? WHERE slot_map_id = ?', [tx.now, map.slot_map_id]),
    );
    expect(await backend.call(getSlotMap, { token: reader, params: mapParams(map) })).toMatchObject({
      status: 'expired',
    });
    expect(await backend.refusal(approveSlotMap, approve(map))).toMatchObject({
      status: 409,
      code: 'slot_map_expired',
    });
  });

  test('a changed host blocks only the slots concerned, and a held one when it is given back', async () => {
    const { host, discover, approve, slots, states, reserve, free, check, attention, cleanUp, name } = await bringIn();
    await backend.call(approveSlotMap, approve(await discover()));
    await reserve(1, 'alloc_running');
    const at = (await slots()).findIndex(slot => slot.allocation_id === 'alloc_running');
    await check();
    expect((await states()).filter(status => status === 'free')).toHaveLength(7);
    const other = at === 7 ? 6 : 7;
    host.withoutGpu(at);
    host.withoutGpu(other);
    await check();
    const expected = Array(8).fill('free');
    expected[at] = 'held';
    expected[other] = 'cleanup_blocked';
    expect(await states()).toEqual(expected);
    expect((await slots())[at]).toMatchObject({
      allocation_id: 'alloc_running',
      blocked: { kind: 'host_changed', reason: expect.stringContaining('is not there any more') },
    });
    expect(await attention()).toEqual([expect.stringContaining(`${name} is not as it was approved. GPU`)]);
    expect(await backend.refusal(cleanUpSlot, cleanUp((await slots())[at], 'verified'))).toMatchObject({
      status: 409,
      code: 'slot_not_blocked',
    });
    await free('alloc_running');
    expected[at] = 'cleanup_blocked';
    expect(await states()).toEqual(expected);
    // The host is whole again, but what happened there somebody must have looked at.
    host.csv = new CapturedNode().csv;
    await check();
    expect(await states()).toEqual(expected);
    expect(await attention()).toHaveLength(1);
    expect(await backend.call(cleanUpSlot, cleanUp((await slots())[at], 'verified'))).toMatchObject({
      outcome: 'free',
    });
    expect(await attention()).toHaveLength(1);
    expect(await backend.call(cleanUpSlot, cleanUp((await slots())[other], 'verified'))).toMatchObject({
      outcome: 'free',
    });
    expect(await states()).toEqual(Array(8).fill('free'));
    expect(await attention()).toEqual([]);
  });

  test('a device that is missing once, as while a machine starts, takes nothing out', async () => {
    const { host, discover, approve, states, readOnce, attention } = await bringIn();
    const signal = new AbortController().signal;
    await backend.call(approveSlotMap, approve(await discover()));
    host.withoutGpu(1);
    await readOnce(signal);
    host.csv = new CapturedNode().csv;
    await readOnce(signal);
    host.withoutGpu(2);
    await readOnce(signal);
    expect(await states()).toEqual(Array(8).fill('free'));
    expect(await attention()).toEqual([]);
    await readOnce(signal);
    expect((await states()).filter(status => status === 'cleanup_blocked')).toHaveLength(1);
  });

  test('a held slot whose host is again as it was before it was given back is not blocked', async () => {
    const { host, discover, approve, slots, states, reserve, free, check, attention } = await bringIn();
    await backend.call(approveSlotMap, approve(await discover()));
    await reserve(1, 'alloc_lucky');
    const vf = (await slots()).find(slot => slot.allocation_id === 'alloc_lucky')?.vf ?? '';
    host.gone.add(vf);
    await check();
    expect((await slots()).filter(slot => slot.blocked !== null).map(slot => slot.blocked?.reason)).toEqual([
      `Its virtual function ${vf} is not there any more.`,
    ]);
    host.gone.clear();
    await check();
    expect(await attention()).toEqual([]);
    await free('alloc_lucky');
    expect(await states()).toEqual(Array(8).fill('free'));
  });

  test('a device that is gone for good leaves with its slot; approving what there is now does the same', async () => {
    const { host, discover, approve, slots, states, check, attention, cleanUp } = await bringIn();
    await backend.call(approveSlotMap, approve(await discover()));
    host.withoutGpu(2);
    host.withoutGpu(3);
    await check();
    expect((await states()).filter(status => status === 'cleanup_blocked')).toHaveLength(2);
    host.silent = true;
    await check();
    expect(await backend.refusal(cleanUpSlot, cleanUp((await slots())[2], 'verified'))).toMatchObject({
      status: 409,
      code: 'cleanup_unproven',
      details: { reason: 'The node does not answer.' },
    });
    host.silent = false;
    expect(await backend.call(cleanUpSlot, cleanUp((await slots())[2], 'verified'))).toMatchObject({
      outcome: 'withdrawn',
    });
    expect((await slots()).map(slot => slot.gpu.index)).toEqual([0, 1, 3, 4, 5, 6, 7]);
    expect((await discover()).differences.map(({ change, label }) => `${change} ${label}`)).toEqual(['removed GPU 3']);
    await backend.call(approveSlotMap, approve(await discover()));
    expect(await states()).toEqual(Array(6).fill('free'));
    expect(await attention()).toEqual([]);
  });

  test('names the kernel moved are followed, for those who hold slots too', async () => {
    const { host, discover, approve, slots, check, reserve, free } = await bringIn();
    await backend.call(approveSlotMap, approve(await discover()));
    await reserve(1, 'alloc_renamed');
    host.instead.set('nvme2', 'nvme42').set('nvme6', 'nvme46');
    host.csv = host.csv.replace('0, GPU', '10, GPU');
    await check();
    const now = await slots();
    expect(now.map(slot => slot.blocked)).toEqual(Array(8).fill(null));
    expect(now.find(slot => slot.vf === '0000:18:00.1')).toMatchObject({ nvme: 'nvme42n1', gpu: { index: 10 } });
    expect(now.map(slot => slot.nvme)).toContain('nvme46n1');
    await free('alloc_renamed');
  });

  test('what could not be proven gone: verified by the node, which removes what is left, or attested', async () => {
    const { host, discover, approve, slots, states, reserve, block, cleanUp, name } = await bringIn();
    await backend.call(approveSlotMap, approve(await discover()));
    await reserve(2, 'alloc_lost');
    await block('alloc_lost');
    const blocked = (await slots()).filter(slot => slot.status === 'cleanup_blocked');
    expect(blocked).toHaveLength(2);
    expect(blocked[0]).toMatchObject({
      allocation_id: 'alloc_lost',
      blocked: { kind: 'unproven', reason: 'The node was destroyed.' },
    });
    runtime.running.set('alloc_lost', name);
    runtime.releaseFails = true;
    expect(await backend.refusal(cleanUpSlot, cleanUp(blocked[0], 'verified'))).toMatchObject({
      code: 'cleanup_unproven',
    });
    runtime.releaseFails = false;
    runtime.silent.add(name);
    expect(await backend.refusal(cleanUpSlot, cleanUp(blocked[0], 'verified'))).toMatchObject({
      code: 'cleanup_unproven',
    });
    runtime.silent.clear();
    host.silent = true;
    expect(await backend.refusal(cleanUpSlot, cleanUp(blocked[0], 'verified'))).toMatchObject({
      code: 'cleanup_unproven',
    });
    host.silent = false;
    expect(await backend.call(cleanUpSlot, cleanUp(blocked[0], 'verified'))).toEqual({
      slot_id: blocked[0]?.slot_id,
      outcome: 'free',
      allocation_id: 'alloc_lost',
    });
    expect(runtime.running.has('alloc_lost')).toBe(false);
    host.silent = true;
    expect(await backend.call(cleanUpSlot, cleanUp(blocked[1], 'attested'))).toMatchObject({ outcome: 'free' });
    expect(await states()).toEqual(Array(8).fill('free'));
    expect(await backend.refusal(cleanUpSlot, cleanUp(blocked[1], 'attested'))).toMatchObject({
      code: 'slot_not_blocked',
    });
    const audit = await backend.services.database.read.all<{ reason: string; changes_json: string }>(
      `SELECT reason, changes_json FROM platform_audit_log WHERE action = 'fleet.slot.clean' AND target_id = ?`,
      [blocked[1]?.slot_id ?? ''],
    );
    expect(audit.map(row => [row.reason, row.changes_json])).toEqual([
      ['looked at it', expect.stringContaining('attested')],
    ]);
  });

  test('placement and approval at once: nobody holds a slot that is gone', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { discover, approve, mapParams, slots, reserve, free } = await bringIn();
      await backend.call(approveSlotMap, approve(await discover()));
      const map = await discover();
      const half = map.slots.slice(0, 4).map(slot => ({ gpu_uuid: slot.gpu.uuid }));
      const edited = await backend.call(editSlotMap, {
        token: admin,
        params: mapParams(map),
        body: { expected_version: 1, slots: half },
      });
      const params = approve(edited);
      const [approval, ...launches] = await Promise.allSettled([
        backend.call(approveSlotMap, params),
        ...Array.from({ length: 6 }, (_, index) => reserve(1, `alloc_r${round}x${index}${database}`)),
      ]);
      const now = await slots();
      const holders = now.flatMap(slot => slot.allocation_id ?? []);
      const launched = launches.flatMap((result, index) =>
        result.status === 'fulfilled' ? [`alloc_r${round}x${index}${database}`] : [],
      );
      expect(holders.sort()).toEqual(launched.sort());
      expect(now).toHaveLength(approval.status === 'fulfilled' ? 4 : 8);
      for (const allocationId of holders) await free(allocationId);
    }
  });
});
