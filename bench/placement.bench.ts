import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { PlacementDemand, PlacementNode } from '../plugins/fleet-backend/src/domain/placement-demand';
import { PlacementIndex } from '../plugins/fleet-backend/src/domain/placement-index';
import { bestFit, randomFit } from './placement-baselines';
import type { Policy } from './placement-baselines';
import { readNodes, readPods, replicate, seeded, tune, typicalOf, workloadName } from './placement-trace';
import { percentile } from './report';

/**
 * P3: a published trace of a GPU cluster, replayed: its pods arrive in an order drawn by the seed until they have asked for 130 % of the GPUs, none leaves, and what is allocated at the
 * end is the figure. One JSON line per policy: the one that launches use, best fit, and random.
 *
 *   npm run bench -- placement [--nodes FILE] [--pods FILE] [--seed N] [--gpus N] [--policy NAME]
 *
 * Without files, the trace is looked for in `../shared/data/openb` and both of its workloads are replayed. `--gpus` makes a fleet of that size of the same nodes.
 */
const DEMAND_RATIO = 1.3;
const TRACE_FOLDER = path.resolve(__dirname, '../../shared/data/openb');
const NODES_FILE = 'openb_node_list_gpu_node.csv';
const POD_FILES = ['openb_pod_list_default.csv', 'openb_pod_list_gpuspec33.csv'];

const policies = {
  'fragmentation-gradient': ({ nodes, pods }) => new PlacementIndex(nodes, typicalOf(pods)),
  'best-fit': ({ nodes }) => bestFit(nodes),
  random: ({ nodes, seed }) => randomFit(nodes, seeded(seed)),
} as const satisfies Record<
  string,
  (given: { nodes: readonly PlacementNode[]; pods: readonly PlacementDemand[]; seed: number }) => Policy
>;

function replay(policy: Policy, queue: readonly PlacementDemand[]) {
  const microseconds = new Float64Array(queue.length);
  let placed = 0;
  let allocatedMilli = 0;
  for (const [place, demand] of queue.entries()) {
    const begun = performance.now();
    const decision = policy.decide(demand);
    if (decision !== undefined) policy.take(decision, demand);
    microseconds[place] = (performance.now() - begun) * 1000;
    if (decision === undefined) continue;
    placed += 1;
    allocatedMilli += demand.count * demand.milli;
  }
  const seconds = microseconds.reduce((sum, one) => sum + one, 0) / 1_000_000;
  return {
    placed,
    failed: queue.length - placed,
    allocatedMilli,
    perSecond: queue.length / seconds,
    p99: percentile([...microseconds], 0.99),
  };
}

function run(given: {
  nodesFile: string;
  podsFile: string;
  seed: number;
  gpus: number | undefined;
  only: string | undefined;
}) {
  const read = readNodes(given.nodesFile);
  if (!read.some(node => node.devices.length > 0)) throw new Error(`${given.nodesFile} has no GPU.`);
  const nodes = given.gpus === undefined ? read : replicate(read, given.gpus);
  const pods = readPods(given.podsFile);
  if (!pods.some(pod => pod.count * pod.milli > 0)) throw new Error(`${given.podsFile} asks for no GPU.`);
  const totalGpus = nodes.reduce((sum, node) => sum + node.devices.length, 0);
  const queue = tune(pods, { totalGpus, ratio: DEMAND_RATIO, random: seeded(given.seed) });
  for (const [name, open] of Object.entries(policies)) {
    if (given.only !== undefined && given.only !== name) continue;
    const result = replay(open({ nodes, pods, seed: given.seed }), queue);
    console.log(
      JSON.stringify({
        workload: workloadName(given.podsFile),
        policy: name,
        seed: given.seed,
        total_gpus: totalGpus,
        placed: result.placed,
        failed: result.failed,
        gpu_allocation_percent: Number((result.allocatedMilli / totalGpus / 10).toFixed(2)),
        decisions_per_second: Math.round(result.perSecond),
        p99_us: Math.round(result.p99),
      }),
    );
  }
}

function main(): void {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string' },
      pods: { type: 'string' },
      seed: { type: 'string', default: '1' },
      gpus: { type: 'string' },
      policy: { type: 'string' },
    },
  });
  const nodesFile = values.nodes ?? path.join(TRACE_FOLDER, NODES_FILE);
  const podsFiles = values.pods === undefined ? POD_FILES.map(file => path.join(TRACE_FOLDER, file)) : [values.pods];
  for (const file of [nodesFile, ...podsFiles]) {
    if (!existsSync(file)) throw new Error(`There is no ${file}. Name the trace by --nodes FILE and --pods FILE.`);
  }
  if (values.policy !== undefined && !(values.policy in policies))
    throw new Error(`There is no policy "${values.policy}". There are: ${Object.keys(policies).join(', ')}.`);
  for (const podsFile of podsFiles) {
    run({
      nodesFile,
      podsFile,
      seed: amount('seed', values.seed),
      gpus: values.gpus === undefined ? undefined : amount('gpus', values.gpus),
      only: values.policy,
    });
  }
}

function amount(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is "${text}", which is no whole number.`);
  return value;
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
