import type { SlotMapDetails } from '../node-words';
import { cutOf, devicesOf, slotsFor } from './slot-map-choices';

const gpu = (index: number, instances: readonly string[] = []) => ({
  index,
  uuid: `GPU-${index}`,
  model: 'H100',
  memory_bytes: 80 * 1024 ** 3,
  pci_address: `0000:${index}b:00.0`,
  numa_node: 0,
  mig_enabled: instances.length > 0,
  mig_instances: instances.map((uuid, place) => ({
    index: place,
    uuid,
    profile: '3g.40gb',
    gpu_fraction_milli: 500,
    memory_bytes: 40 * 1024 ** 3,
  })),
});
const slot = (uuid: string, { part = 0, parts = 1 } = {}) => ({ gpu: { uuid }, part, parts });

/** Four GPUs: whole, halved, left out, and one of two MIG instances. */
const map = {
  topology: { gpus: [gpu(0), gpu(1), gpu(2), gpu(3, ['MIG-a', 'MIG-b'])] },
  slots: [slot('GPU-0'), slot('GPU-1', { parts: 2 }), slot('GPU-1', { part: 1, parts: 2 }), slot('MIG-a')],
} as unknown as Pick<SlotMapDetails, 'slots' | 'topology'>;

test('a device is cut as the map has it', () => {
  expect(devicesOf(map).map(({ uuid }) => [uuid, cutOf(map, uuid)])).toEqual([
    ['GPU-0', '1'],
    ['GPU-1', '2'],
    ['GPU-2', 'none'],
    ['MIG-a', '1'],
    ['MIG-b', 'none'],
  ]);
});

test('without a choice the slots are those of the map, and what goes with them is left to the server', () => {
  expect(slotsFor(map, {})).toEqual([
    { gpu_uuid: 'GPU-0', parts: 1, part: 0 },
    { gpu_uuid: 'GPU-1', parts: 2, part: 0 },
    { gpu_uuid: 'GPU-1', parts: 2, part: 1 },
    { gpu_uuid: 'MIG-a', parts: 1, part: 0 },
  ]);
});

test('a device is left out, taken in and cut anew', () => {
  expect(slotsFor(map, { 'GPU-0': 'none', 'GPU-1': '1', 'GPU-2': '4', 'MIG-b': '1' })).toEqual([
    { gpu_uuid: 'GPU-1', parts: 1, part: 0 },
    ...[0, 1, 2, 3].map(part => ({ gpu_uuid: 'GPU-2', parts: 4, part })),
    { gpu_uuid: 'MIG-a', parts: 1, part: 0 },
    { gpu_uuid: 'MIG-b', parts: 1, part: 0 },
  ]);
});
