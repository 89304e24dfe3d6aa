import { approveSlotMap, cleanUpSlot } from '@portico/plugin-fleet/contract';
import { CapturedNode } from './testing/captured-node';
import { startMappedNodes } from './testing/mapped-nodes';

describe.each(['sqlite', 'postgres'] as const)('changed hosts and blocked slots on %s', database => {
  let nodes: Awaited<ReturnType<typeof startMappedNodes>>;
  let backend: typeof nodes.backend;
  const bringIn = () => nodes.bringIn();

  beforeAll(async () => {
    nodes = await startMappedNodes(database);
    ({ backend } = nodes);
  });
  afterAll(() => backend?.stop());

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
    nodes.runtime.running.set('alloc_lost', name);
    nodes.runtime.releaseFails = true;
    expect(await backend.refusal(cleanUpSlot, cleanUp(blocked[0], 'verified'))).toMatchObject({
      code: 'cleanup_unproven',
    });
    nodes.runtime.releaseFails = false;
    nodes.runtime.silent.add(name);
    expect(await backend.refusal(cleanUpSlot, cleanUp(blocked[0], 'verified'))).toMatchObject({
      code: 'cleanup_unproven',
    });
    nodes.runtime.silent.clear();
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
    expect(nodes.runtime.running.has('alloc_lost')).toBe(false);
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
});
