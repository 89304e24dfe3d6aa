import fc from 'fast-check';
import { hostChanges, slotMapDifferences } from './host-changes';
import type { ApprovedSlot } from './host-changes';
import { checkSlotMap, isApprovable } from './slot-map-check';
import { fulfil, proposeSlotMap } from './slot-map';
import type { MappedSlot } from './slot-map';
import { cpuCount, fingerprintOf } from './topology';
import type { HostTopology } from './topology';

const domains = (count: number) =>
  Array.from({ length: count }, (_, numaNode) => ({
    numaNode,
    cpus: `${numaNode * 8}-${numaNode * 8 + 7}`,
    memoryBytes: 1024,
  }));

/** Any host: some domains, GPUs with and without MIG, functions and disks anywhere, some of them in use, some of no domain. */
const host: fc.Arbitrary<HostTopology> = fc.integer({ min: 1, max: 3 }).chain(numaCount => {
  const numaNode =
    numaCount === 1 ? fc.constant(0) : fc.option(fc.integer({ min: 0, max: numaCount - 1 }), { freq: 8 });
  const inUse = fc.option(fc.constant('mounted at /'), { freq: 4, nil: null }).map(use => (use === null ? null : use));
  const used = fc.integer({ min: 0, max: 4 }).chain(n => (n === 0 ? inUse : fc.constant(null)));
  return fc
    .record({
      gpus: fc.array(fc.record({ numaNode, migs: fc.option(fc.integer({ min: 0, max: 7 }), { freq: 4 }) }), {
        maxLength: 10,
      }),
      vfs: fc.array(fc.record({ numaNode, inUse: used, card: fc.integer({ min: 0, max: 3 }) }), { maxLength: 14 }),
      nvmes: fc.array(fc.record({ numaNode, inUse: used, controller: fc.integer({ min: 0, max: 5 }) }), {
        maxLength: 14,
      }),
    })
    .map(({ gpus, vfs, nvmes }): HostTopology => ({
      machineId: 'machine',
      numaDomains: domains(numaCount),
      gpusUnread: null,
      gpus: gpus.map((gpu, index) => ({
        index,
        uuid: `GPU-${index}`,
        model: 'H200',
        memoryBytes: 141,
        pciAddress: `0000:${(16 + index).toString(16)}:00.0`,
        numaNode: gpu.numaNode,
        migEnabled: gpu.migs !== null,
        migInstances: Array.from({ length: gpu.migs ?? 0 }, (_, instance) => ({
          index: instance,
          uuid: `MIG-${index}-${instance}`,
          profile: '1g.18gb',
          fractionMilli: 142,
          memoryBytes: 18,
        })),
      })),
      vfs: vfs.map((vf, index) => ({
        pciAddress: `0000:a${vf.card}:00.${index}`,
        physicalFunction: `0000:a${vf.card}:00.0`,
        numaNode: vf.numaNode,
        driver: null,
        inUse: vf.inUse,
      })),
      nvmes: nvmes.map((nvme, index) => ({
        name: `nvme${index}n1`,
        serial: `eui.${index}`,
        model: '',
        byId: null,
        pciAddress: `0000:c${nvme.controller}:00.0`,
        numaNode: nvme.numaNode,
        sizeBytes: 1,
        inUse: nvme.inUse,
      })),
      warnings: [],
    }));
});

const statuses = (slots: readonly MappedSlot[], topology: HostTopology) =>
  Object.fromEntries(checkSlotMap(slots, topology).map(({ invariant, status }) => [invariant, status]));

const asApproved = (slots: readonly MappedSlot[], more: Partial<ApprovedSlot> = {}): ApprovedSlot[] =>
  slots.map((slot, index) => ({
    ...slot,
    slotId: `slot_${index}`,
    numaNode: slot.numaNode ?? 0,
    allocationId: null,
    held: false,
    ...more,
  }));

test('what is proposed of any host keeps every rule, and leaves no GPU out', () => {
  fc.assert(
    fc.property(host, topology => {
      const slots = proposeSlotMap(topology);
      const found = statuses(slots, topology);
      expect(isApprovable(checkSlotMap(slots, topology))).toBe(true);
      expect(found.gpus_covered).toBe('passed');
      // A slot goes without only when its domain has nothing left.
      for (const slot of slots) {
        if (slot.vf !== null) continue;
        const given = new Set(slots.map(other => other.vf));
        expect(
          topology.vfs.filter(vf => vf.inUse === null && vf.numaNode === slot.numaNode && !given.has(vf.pciAddress)),
        ).toEqual([]);
      }
    }),
    { numRuns: 400 },
  );
});

test('a proposal is a function of the host, and what was approved stays where it is', () => {
  fc.assert(
    fc.property(host, topology => {
      const slots = proposeSlotMap(topology);
      expect(proposeSlotMap(topology)).toEqual(slots);
      const approved = asApproved(slots);
      const moved = { ...topology, vfs: [...topology.vfs].reverse(), nvmes: [...topology.nvmes].reverse() };
      expect(proposeSlotMap(moved, approved)).toEqual(slots);
      expect(slotMapDifferences(slots, { approved, topology })).toEqual([]);
      expect(hostChanges(approved, topology)).toEqual({ affected: [], renamed: [] });
      expect(fingerprintOf(moved)).toBe(fingerprintOf(topology));
    }),
  );
});

/** Each makes one slot wrong in one way, or returns undefined where this host does not allow that way. */
const corruptions: Record<
  string,
  (slots: readonly MappedSlot[], at: number, topology: HostTopology) => MappedSlot[] | undefined
> = {
  repeated: (slots, at) => [...slots, slots[at] as MappedSlot],
  'left out': (slots, at) => slots.filter((_, index) => index !== at),
  'another GPU': (slots, at) => changed(slots, at, { gpuUuid: 'GPU-unknown' }),
  'another index': (slots, at) => changed(slots, at, { gpuIndex: 77 }),
  'another model': (slots, at) => changed(slots, at, { model: 'A100' }),
  'more memory': (slots, at) => changed(slots, at, { memoryBytes: 1e12 }),
  'more of the GPU': (slots, at) => changed(slots, at, { fractionMilli: 999 }),
  'another PCI address': (slots, at) => changed(slots, at, { pciAddress: '0000:ff:00.0' }),
  'another domain': (slots, at) => changed(slots, at, { numaNode: 7 }),
  'another part': (slots, at) => changed(slots, at, { part: 11 }),
  'cut without saying so': (slots, at) => changed(slots, at, { parts: 2 }),
  'an unknown function': (slots, at) => changed(slots, at, { vf: '0000:ff:01.0' }),
  'an unknown disk': (slots, at) => changed(slots, at, { nvme: 'nvme99n1', nvmeSerial: 'eui.99' }),
  'another disk of that name': (slots, at) =>
    slots[at]?.nvme == null ? undefined : changed(slots, at, { nvmeSerial: 'eui.other' }),
  'a disk without a name': (slots, at) => (slots[at]?.nvme == null ? undefined : changed(slots, at, { nvme: null })),
  'somebody else’s function': (slots, at) =>
    borrowed(slots, at, other => (other.vf === null ? undefined : { vf: other.vf })),
  'somebody else’s disk': (slots, at) =>
    borrowed(slots, at, other =>
      other.nvme === null ? undefined : { nvme: other.nvme, nvmeSerial: other.nvmeSerial },
    ),
  'a function of another domain': (slots, at, { vfs }) => {
    const stray = vfs.find(
      vf => vf.inUse === null && vf.numaNode !== slots[at]?.numaNode && slots.every(slot => slot.vf !== vf.pciAddress),
    );
    return stray && changed(slots, at, { vf: stray.pciAddress });
  },
  'a disk of another domain': (slots, at, { nvmes }) => {
    const stray = nvmes.find(
      nvme =>
        nvme.inUse === null && nvme.numaNode !== slots[at]?.numaNode && slots.every(slot => slot.nvme !== nvme.name),
    );
    return stray && changed(slots, at, { nvme: stray.name, nvmeSerial: stray.serial });
  },
  'a function the host uses': (slots, at, { vfs }) => {
    const used = vfs.find(vf => vf.inUse !== null && vf.numaNode === slots[at]?.numaNode);
    return used && changed(slots, at, { vf: used.pciAddress });
  },
  'the host’s own disk': (slots, at, { nvmes }) => {
    const used = nvmes.find(nvme => nvme.inUse !== null && nvme.numaNode === slots[at]?.numaNode);
    return used && changed(slots, at, { nvme: used.name, nvmeSerial: used.serial });
  },
  'no function': (slots, at) => (slots[at]?.vf == null ? undefined : changed(slots, at, { vf: null })),
  'no disk': (slots, at) =>
    slots[at]?.nvme == null ? undefined : changed(slots, at, { nvme: null, nvmeSerial: null }),
};

function changed(slots: readonly MappedSlot[], at: number, change: Partial<MappedSlot>): MappedSlot[] {
  return slots.map((slot, index) => (index === at ? { ...slot, ...change } : slot));
}

function borrowed(
  slots: readonly MappedSlot[],
  at: number,
  take: (other: MappedSlot) => Partial<MappedSlot> | undefined,
): MappedSlot[] | undefined {
  const other = slots.findIndex((slot, index) => index !== at && take(slot) !== undefined);
  const change = other === -1 ? undefined : take(slots[other] as MappedSlot);
  return change && changed(slots, at, change);
}

const WARNED_ONLY = new Set(['left out', 'no function', 'no disk']);

test.each(Object.keys(corruptions))('a map with one slot wrong is found out: %s', name => {
  let tried = 0;
  fc.assert(
    fc.property(host, fc.nat(), (topology, seed) => {
      const slots = proposeSlotMap(topology);
      if (slots.length === 0) return;
      const wrong = corruptions[name]?.(slots, seed % slots.length, topology);
      if (wrong === undefined) return;
      tried += 1;
      const results = checkSlotMap(wrong, topology);
      expect(isApprovable(results)).toBe(WARNED_ONLY.has(name));
      expect(
        results
          .filter(({ status }) => status !== 'passed')
          .some(({ slots: named, devices }) => named.length + devices.length > 0),
      ).toBe(true);
    }),
    { numRuns: 400 },
  );
  expect(tried).toBeGreaterThan(20);
});

const two: HostTopology = {
  machineId: 'machine',
  gpusUnread: null,
  numaDomains: domains(2),
  gpus: [0, 1].map(index => ({
    index,
    uuid: `GPU-${index}`,
    model: 'H200',
    memoryBytes: 141,
    pciAddress: `0000:1${index}:00.0`,
    numaNode: index,
    migEnabled: false,
    migInstances: [],
  })),
  vfs: [0, 1].map(index => ({
    pciAddress: `0000:a${index}:00.1`,
    physicalFunction: `0000:a${index}:00.0`,
    numaNode: index,
    driver: null,
    inUse: null,
  })),
  nvmes: [0, 1].map(index => ({
    name: `nvme${index}n1`,
    serial: `eui.${index}`,
    model: '',
    byId: null,
    pciAddress: `0000:c${index}:00.0`,
    numaNode: index,
    sizeBytes: 1,
    inUse: null,
  })),
  warnings: [],
};

test('a GPU may be cut in parts that take turns; what its parts lack is warned of', () => {
  const halves = [0, 1].map(part => ({ gpuUuid: 'GPU-0', parts: 2, part }));
  const { slots } = fulfil(two, [...halves, { gpuUuid: 'GPU-1', parts: 1, part: 0 }]);
  expect(slots.map(slot => [slot.label, slot.fractionMilli, slot.sharing, slot.vf])).toEqual([
    ['GPU 0, half 1 of 2', 500, 'time', '0000:a0:00.1'],
    ['GPU 0, half 2 of 2', 500, 'time', null],
    ['GPU 1', 1000, 'none', '0000:a1:00.1'],
  ]);
  expect(statuses(slots, two)).toMatchObject({ device_once: 'passed', gpus_covered: 'passed', vf_own: 'warned' });
  expect(statuses(slots.slice(1), two)).toMatchObject({ gpus_covered: 'warned' });
  const mixed = fulfil(two, [...halves, { gpuUuid: 'GPU-0', parts: 1, part: 0 }]).slots;
  expect(statuses(mixed, two)).toMatchObject({ device_once: 'failed' });
  expect(fulfil(two, [{ gpuUuid: 'GPU-9', parts: 1, part: 0, vf: 'nowhere' }])).toEqual({
    slots: [],
    unknown: ['GPU-9', 'nowhere'],
  });
});

test.each<[string, HostTopology, string[]]>([
  ['a GPU is gone', { ...two, gpus: two.gpus.slice(1) }, ['GPU 0 (GPU-0) is not there any more.']],
  [
    'another GPU is in its place',
    { ...two, gpus: two.gpus.map(gpu => (gpu.index === 0 ? { ...gpu, uuid: 'GPU-new' } : gpu)) },
    ['GPU 0 (GPU-0) is not there any more.'],
  ],
  [
    'a function is gone',
    { ...two, vfs: two.vfs.slice(1) },
    ['Its virtual function 0000:a0:00.1 is not there any more.'],
  ],
  [
    'a disk is gone',
    { ...two, nvmes: two.nvmes.slice(1) },
    ['Its NVMe namespace nvme0n1 (eui.0) is not there any more.'],
  ],
  [
    'a disk has moved',
    { ...two, nvmes: two.nvmes.map(nvme => ({ ...nvme, numaNode: 1 })) },
    ['Its NVMe namespace nvme0n1 has moved to NUMA domain 1.'],
  ],
  [
    'the host mounts a disk',
    { ...two, nvmes: two.nvmes.map(nvme => (nvme.name === 'nvme0n1' ? { ...nvme, inUse: 'mounted at /srv' } : nvme)) },
    ['The host uses its NVMe namespace nvme0n1: mounted at /srv.'],
  ],
])('of a changed host only the slots concerned are: %s', (_what, now, reasons) => {
  const { affected } = hostChanges(asApproved(proposeSlotMap(two)), now);
  expect(affected).toEqual(reasons.map(reason => ({ slotId: 'slot_0', reason })));
});

test('a driver that does not answer is no GPU that is gone', () => {
  const now = { ...two, gpus: [], gpusUnread: 'nvidia-smi: Driver/library version mismatch' };
  expect(hostChanges(asApproved(proposeSlotMap(two)), now)).toEqual({ affected: [], renamed: [] });
  const withoutDisk = { ...now, nvmes: two.nvmes.slice(1) };
  expect(hostChanges(asApproved(proposeSlotMap(two)), withoutDisk).affected.map(({ slotId }) => slotId)).toEqual([
    'slot_0',
  ]);
});

test('names that the kernel moved at a restart are followed, and nothing is wrong', () => {
  const now = {
    ...two,
    gpus: two.gpus.map(gpu => ({ ...gpu, index: 1 - gpu.index })),
    nvmes: two.nvmes.map(nvme => ({ ...nvme, name: nvme.name === 'nvme0n1' ? 'nvme1n1' : 'nvme0n1' })),
  };
  expect(fingerprintOf(now)).toBe(fingerprintOf(two));
  expect(hostChanges(asApproved(proposeSlotMap(two)), now)).toEqual({
    affected: [],
    renamed: [
      { slotId: 'slot_0', gpuIndex: 1, nvme: 'nvme1n1' },
      { slotId: 'slot_1', gpuIndex: 0, nvme: 'nvme0n1' },
    ],
  });
});

test('differences say what approving would do, and refuse what somebody holds', () => {
  const approved = asApproved(proposeSlotMap(two)).map((slot, index) =>
    index === 0 ? { ...slot, allocationId: 'alloc_1', held: true } : slot,
  );
  const [first, second] = proposeSlotMap(two) as [MappedSlot, MappedSlot];
  expect(slotMapDifferences([{ ...first, vf: null }], { approved, topology: two })).toEqual([
    {
      change: 'changed',
      label: 'GPU 0',
      sentence: 'Virtual function 0000:a0:00.1 becomes none.',
      slotId: 'slot_0',
      allocationId: 'alloc_1',
      refused: true,
    },
    {
      change: 'removed',
      label: 'GPU 1',
      sentence: 'Not given out any more.',
      slotId: 'slot_1',
      allocationId: null,
      refused: false,
    },
  ]);
  expect(slotMapDifferences([first, second], { approved: approved.slice(0, 1), topology: two })).toMatchObject([
    { change: 'added', label: 'GPU 1', refused: false },
  ]);
});

test.each([
  ['0-31,64-95', 64],
  ['3', 1],
  ['', 0],
  ['0,2,4-5', 4],
])('CPUs in %s', (cpus, count) => expect(cpuCount(cpus)).toBe(count));
