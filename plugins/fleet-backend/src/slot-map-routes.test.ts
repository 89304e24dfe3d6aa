import {
  approveSlotMap,
  discoverSliceTopology,
  editSlotMap,
  getSlotMap,
  listNodes,
  listSlotMaps,
} from '@portico/plugin-fleet/contract';
import { startMappedNodes } from './testing/mapped-nodes';

describe.each(['sqlite', 'postgres'] as const)('slot maps on %s', database => {
  let nodes: Awaited<ReturnType<typeof startMappedNodes>>;
  let backend: typeof nodes.backend;
  let admin: string;
  let reader: string;
  const bringIn = () => nodes.bringIn();

  beforeAll(async () => {
    nodes = await startMappedNodes(database);
    ({ backend, admin, reader } = nodes);
  });
  afterAll(() => backend?.stop());

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
