import { hostChanges } from '../domain/host-changes';
import { checkSlotMap } from '../domain/slot-map-check';
import { proposeSlotMap } from '../domain/slot-map';
import { fingerprintOf } from '../domain/topology';
import { NodeAddressPolicy } from '../ssh/address-policy';
import { withConnection } from '../ssh/connections';
import { describeWithRealNodes, startRealNode } from '../testing/real-nodes';
import type { RealNode } from '../testing/real-nodes';
import { readHost } from './read-host';

describeWithRealNodes('reading a real machine over SSH', () => {
  const machines: RealNode[] = [];
  const start = async (options: Parameters<typeof startRealNode>[0]) => {
    const machine = await startRealNode(options);
    machines.push(machine);
    return machine;
  };
  afterAll(() => Promise.all(machines.map(machine => machine.stop())));

  const read = (machine: RealNode, username = machine.logins.operator) =>
    withConnection(
      {
        policy: new NodeAddressPolicy(['10.0.0.0/8']),
        login: {
          address: { host: machine.address, port: machine.port },
          hostKey: machine.hostKey(),
          username,
          credential: { kind: 'private_key', privateKey: machine.privateKey },
        },
      },
      connection => readHost(connection),
    );

  test('GPUs in two NUMA domains become slots, the same whether root or an operator with sudo asks', async () => {
    const machine = await start({ name: 'read-numa', gpus: 4, numaDomains: 2 });
    const topology = await read(machine);
    expect(topology.numaDomains.map(domain => domain.numaNode)).toEqual([0, 1]);
    expect(topology.gpus.map(gpu => [gpu.uuid, gpu.model, gpu.numaNode])).toEqual(
      machine.gpus.map(gpu => [gpu.uuid, 'H200', gpu.numaNode]),
    );
    const slots = proposeSlotMap(topology);
    expect(checkSlotMap(slots, topology).map(({ status }) => status)).toEqual(Array(7).fill('passed'));
    expect(fingerprintOf(await read(machine, 'root'))).toBe(fingerprintOf(topology));
    // One falls off the bus.
    await machine.read('rm /dev/nvidia3');
    const approved = slots.map((slot, index) => ({
      ...slot,
      slotId: `slot_${index}`,
      numaNode: slot.numaNode ?? 0,
      allocationId: null,
      held: false,
    }));
    expect(hostChanges(approved, await read(machine)).affected).toEqual([
      { slotId: 'slot_3', reason: `GPU 3 (${machine.gpus[3]?.uuid}) is not there any more.` },
    ]);
  }, 60_000);

  test('MIG instances are slots of their own', async () => {
    const machine = await start({ name: 'read-mig', gpus: 1, migProfiles: ['3g.71gb', '2g.35gb', '1g.18gb'] });
    const slots = proposeSlotMap(await read(machine));
    expect(slots.map(slot => [slot.label, slot.gpuUuid, slot.fractionMilli])).toEqual([
      ['GPU 0, MIG 3g.71gb 0', machine.gpus[0]?.migs[0]?.uuid, 428],
      ['GPU 0, MIG 2g.35gb 1', machine.gpus[0]?.migs[1]?.uuid, 285],
      ['GPU 0, MIG 1g.18gb 2', machine.gpus[0]?.migs[2]?.uuid, 142],
    ]);
  }, 60_000);

  test('a machine without GPUs has none, and says why', async () => {
    const machine = await start({ name: 'read-none', gpus: 0 });
    const topology = await read(machine);
    expect(topology.gpus).toEqual([]);
    expect(topology.warnings).toEqual([expect.stringContaining('nvidia-smi')]);
  }, 60_000);
});
