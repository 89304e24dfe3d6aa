import { spawnSync } from 'node:child_process';
import type { NodeConnection } from '../../ssh/node-connection';
import { Measurements } from './measurement';
import { NodeAnswer, runOnNode } from './node-script';
import { observationsOf } from './observation';
import { entryScript } from './scripts/entry';
import * as look from './scripts/look';
import * as measure from './scripts/measure';
import * as provision from './scripts/provision';
import { releaseScript } from './scripts/release';

const NOW = 1_800_000_000_000;

describe('what a node says of an instance', () => {
  const seen = (line: string) => observationsOf(new NodeAnswer(`now 5000\ninstance alloc_1 ${line}\n`), NOW)[0];
  test.each([
    ['created no running 0 false 0', 'running', NOW, null],
    ['created yes running 0 false 0', 'running', NOW, null],
    ['created no exited 0 false 4990', 'stopped', NOW - 10_000, 'The container was stopped.'],
    ['created no exited 137 false 4990', 'stopped', NOW - 10_000, 'The container was killed.'],
    ['created no exited 137 true 4990', 'stopped', NOW - 10_000, 'The container ran out of memory.'],
    ['created no exited 3 false 4990', 'stopped', NOW - 10_000, 'The container ended with exit code 3.'],
    // A clock that was set back in between proves nothing.
    ['created no exited 0 false 9000', 'stopped', null, 'The container was stopped.'],
    ['created no created 0 false -62135596800', 'stopped', null, 'The node was restarted.'],
    ['created no none 0 false 0', 'stopped', null, 'The container is gone, and its home is still there.'],
    ['created no forgotten 0 false 0', 'stopped', null, 'The container is gone, and its home is still there.'],
    ['creating yes none 0 false 0', 'starting', null, null],
    ['creating yes running 0 false 0', 'starting', null, null],
    ['creating no running 0 false 0', 'stopped', null, 'The container was never completed.'],
    ['releasing no exited 0 false 4990', 'stopped', null, 'Its release was begun and is not finished.'],
    ['absent no none 0 false 0', 'absent', null, null],
    ['absent yes none 0 false 0', 'starting', null, null],
  ])('%s is %s', (line, state, lastAliveAt, exitReason) => {
    expect(seen(line)).toEqual({ allocationId: 'alloc_1', state, lastAliveAt, exitReason });
  });
});

describe('what went wrong on a node', () => {
  const ran = (answer: { status: number; stdout?: string; stderr?: string }) => {
    const node = { run: async () => ({ stdout: '', stderr: '', ...answer }) } as unknown as NodeConnection;
    return runOnNode(node, 'true');
  };
  test.each([
    [{ status: 99, stdout: 'a b\n!image_missing It is not there.\n' }, 'image_missing', 'It is not there.'],
    [{ status: 99, stdout: '!no_such_code x\n' }, 'runtime_failed', 'A command on the node ended with status 99.'],
    [{ status: 1, stderr: 'cat: write error: No space left on device' }, 'disk_full', 'The disk of the node is full.'],
    [
      { status: 1, stderr: 'Error: setting up CDI devices: unresolvable CDI devices a.b/gpu=7' },
      'gpu_unavailable',
      "The node's container runtime does not know a.b/gpu=7: its CDI specification lacks it.",
    ],
    [{ status: 125, stderr: 'Error:\n\u001b[31mbad\u001b[0m' }, 'runtime_failed', 'The node said: Error: [31mbad [0m'],
  ])('%j', async (answer, code, message) => {
    await expect(ran(answer)).rejects.toMatchObject({ code, message });
  });

  test('an answer that lacks something is no answer', async () => {
    const answer = await ran({ status: 0, stdout: 'free x\n' });
    expect(() => answer.value('address')).toThrow('did not say address');
    expect(() => answer.count('free')).toThrow('no number');
  });
});

describe('figures', () => {
  const sampled = (measurements: Measurements, text: string) =>
    measurements.samplesOf(new NodeAnswer(text), NOW).get('alloc_1');
  const instance = (cpu: number, clock = 1000, started = 90_000) =>
    `instance alloc_1 ${cpu} 500 100 1000 3 10 20 30 40 ${started} ${clock}\n`;

  test('CPU is what was used between two readings, of which 100 is one CPU; first, since the start', () => {
    const measurements = new Measurements();
    // Started 900 s after the node, which runs for 1000 s: 50 s of one CPU within 100 s.
    expect(sampled(measurements, instance(50e9))).toMatchObject({
      cpuPercent: 50,
      memoryBytesUsed: 400,
      memoryBytesLimit: 1000,
      processes: 3,
      networkRxBytes: 10,
      networkTxBytes: 20,
      diskBytesUsed: 30,
      diskBytesLimit: 40,
    });
    expect(sampled(measurements, instance(70e9, 1010))).toMatchObject({ cpuPercent: 200 });
    // Asked again at once: the same figure rather than noise.
    expect(sampled(measurements, instance(70e9, 1010.1))).toMatchObject({ cpuPercent: 200 });
    // Started anew, with a counter of its own.
    expect(sampled(measurements, instance(1e9, 1020, 101_000))).toMatchObject({ cpuPercent: 10 });
  });

  test('load is found by uuid, of MIG instances the part that is known, of what is not known nothing', () => {
    const gpus = [
      'gpu alloc_1 0 GPU-a 1',
      'gpu alloc_1 1 MIG-b 0:2',
      'gpu alloc_1 2 GPU-gone 2',
      'gpu alloc_2 3 GPU-c 3',
    ];
    const loads = [
      'load 1, GPU-a, NVIDIA H200, 77, 10, 100, 55, 300.5',
      'load 0, GPU-p, NVIDIA A100, [N/A], 5, 100, 44, [N/A]',
      'load 3, GPU-c, X, 1, 1, 1, 1, 1',
    ];
    const text = [instance(0).trim(), ...gpus, ...loads, ''].join('\n');
    const MiB = 1024 * 1024;
    expect(sampled(new Measurements(), text)?.gpus).toEqual([
      {
        index: 0,
        model: 'NVIDIA H200',
        utilizationPercent: 77,
        memoryBytesUsed: 10 * MiB,
        memoryBytesTotal: 100 * MiB,
        temperatureCelsius: 55,
        powerWatts: 300.5,
        simulated: false,
      },
      {
        index: 1,
        model: 'NVIDIA A100',
        utilizationPercent: 0,
        memoryBytesUsed: 0,
        memoryBytesTotal: 100 * MiB,
        temperatureCelsius: 44,
        powerWatts: 0,
        simulated: false,
      },
    ]);
  });
});

test.each(Object.entries({ ...look, ...measure, ...provision, releaseScript, entryScript }))(
  '%s is a script a POSIX shell can read',
  (_name, script) => {
    expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  },
);
