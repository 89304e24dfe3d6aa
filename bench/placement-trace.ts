import { readFileSync } from 'node:fs';
import path from 'node:path';
import type {
  PlacementDemand,
  PlacementNode,
  TypicalDemand,
} from '../plugins/fleet-backend/src/domain/placement-demand';

/** Nodes and pods in the columns of Alibaba's openb trace, and what is made of them: a fleet, a queue of arrivals that asks for more than it has, and how often each kind comes. */

export function readNodes(file: string): PlacementNode[] {
  return readRows(file, ['sn', 'cpu_milli', 'memory_mib', 'gpu', 'model']).map(row => {
    const cpuMilli = whole(row, 'cpu_milli');
    const memory = whole(row, 'memory_mib');
    return {
      nodeId: row['sn'] ?? '',
      name: row['sn'] ?? '',
      region: 'default',
      status: 'ready',
      cpuMilli: { total: cpuMilli, free: cpuMilli },
      memory: { total: memory, free: memory },
      // Any share of a GPU may be taken.
      devices: Array.from({ length: whole(row, 'gpu') }, (_, index) => ({
        deviceId: `${row['sn']}-${index}`,
        model: row['model'] ?? '',
        grain: 0,
        numaNode: 0,
        freeMilli: 1000,
      })),
    };
  });
}

export function readPods(file: string): PlacementDemand[] {
  const models = new Map<string, readonly string[]>();
  return readRows(file, ['name', 'cpu_milli', 'memory_mib', 'num_gpu', 'gpu_milli', 'gpu_spec']).map(row => {
    const spec = row['gpu_spec'] ?? '';
    const named = models.get(spec) ?? [...new Set(spec.split('|').filter(model => model !== ''))].sort();
    models.set(spec, named);
    const milli = whole(row, 'gpu_milli');
    // Whoever takes nothing of a GPU takes no GPU.
    const count = milli === 0 ? 0 : whole(row, 'num_gpu');
    return {
      models: named.length === 0 || count === 0 ? null : named,
      count,
      milli: count === 0 ? 0 : milli,
      cpuMilli: whole(row, 'cpu_milli'),
      memory: whole(row, 'memory_mib'),
      wholeNode: false,
      regions: null,
    };
  });
}

function readRows(file: string, columns: readonly string[]): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(file, 'utf8')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/);
  const names = header.split(',').map(name => name.trim());
  const missing = columns.filter(column => !names.includes(column));
  if (missing.length > 0) throw new Error(`${file} has no column ${missing.join(', ')}; it has ${names.join(', ')}.`);
  return lines
    .filter(line => line.trim() !== '')
    .map(line => Object.fromEntries(line.split(',').map((cell, place) => [names[place] ?? '', cell.trim()])));
}

function whole(row: Record<string, string>, column: string): number {
  const value = Math.round(Number(row[column] === '' ? 0 : row[column]));
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${column} is "${row[column]}", which is no amount.`);
  return value;
}

/** As many nodes, in their order over and over, as have `gpus` GPUs; the last one may exceed it. */
export function replicate(nodes: readonly PlacementNode[], gpus: number): PlacementNode[] {
  const replicated: PlacementNode[] = [];
  for (let have = 0, at = 0; have < gpus; at += 1) {
    const node = nodes[at % nodes.length] as PlacementNode;
    replicated.push({ ...node, nodeId: `${node.nodeId}.${Math.floor(at / nodes.length)}` });
    have += node.devices.length;
  }
  return replicated;
}

/** All pods, and as many more drawn from them (or fewer) as ask for `ratio` of the fleet's GPUs, in an order drawn by the same seed. */
export function tune(
  pods: readonly PlacementDemand[],
  options: { totalGpus: number; ratio: number; random: () => number },
) {
  const wanted = options.totalGpus * 1000 * options.ratio;
  const queue = [...pods];
  let asked = queue.reduce((sum, pod) => sum + pod.count * pod.milli, 0);
  const drawn = (among: number) => Math.floor(options.random() * among);
  while (asked < wanted) {
    const pod = pods[drawn(pods.length)] as PlacementDemand;
    queue.push(pod);
    asked += pod.count * pod.milli;
  }
  while (queue.length > 1) {
    const at = drawn(queue.length);
    const pod = queue[at] as PlacementDemand;
    if (asked - pod.count * pod.milli < wanted) break;
    queue[at] = queue.at(-1) as PlacementDemand;
    queue.pop();
    asked -= pod.count * pod.milli;
  }
  for (let place = queue.length - 1; place > 0; place -= 1) {
    const other = drawn(place + 1);
    [queue[place], queue[other]] = [queue[other] as PlacementDemand, queue[place] as PlacementDemand];
  }
  return queue;
}

/** Every kind of pod and how many there are of it. */
export function typicalOf(pods: readonly PlacementDemand[]): TypicalDemand[] {
  const kinds = new Map<string, TypicalDemand>();
  for (const { models, count, milli, cpuMilli } of pods) {
    const key = JSON.stringify([models, count, milli, cpuMilli]);
    kinds.set(key, { models, count, milli, cpuMilli, weight: (kinds.get(key)?.weight ?? 0) + 1 });
  }
  return [...kinds.values()];
}

/** `openb_pod_list_gpuspec33.csv` is the workload `gpuspec33`. */
export function workloadName(file: string): string {
  return path.basename(file, '.csv').replace(/^openb_pod_list_/, '');
}

/** A small generator with a seed (mulberry32): the same seed is the same workload everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
