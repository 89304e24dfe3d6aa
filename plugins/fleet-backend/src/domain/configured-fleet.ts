import { createHash } from 'node:crypto';
import type { SettingsOf } from '@portico/plugin-kit/backend';
import type { fleetSettings } from '@portico/plugin-fleet/contract';
import type { GpuReport } from '@portico/plugin-fleet/port';

/** What the embedded fleet should consist of, before anything of it is in the database. */
export interface ConfiguredNode {
  readonly name: string;
  readonly simulated: boolean;
  readonly region: string;
  readonly slots: readonly ConfiguredSlot[];
}

export interface ConfiguredSlot {
  readonly gpu: GpuReport;
  readonly vf: string | null;
  readonly nvme: string | null;
}

export type SimulatedNodeSettings = SettingsOf<typeof fleetSettings>['nodes'][number];

/** The one node that stands for this machine when its own GPUs are offered. Fixed, so that a renamed host keeps its allocations. */
export const REAL_NODE_NAME = 'local';

/** Real GPUs take the place of simulated ones: a person who has some does not want to be sold pretended ones beside them. */
export function configuredFleet(options: {
  simulatedNodes: readonly SimulatedNodeSettings[];
  realGpus: readonly GpuReport[];
  region?: string;
}): ConfiguredNode[] {
  const { region = 'default' } = options;
  if (options.realGpus.length > 0) {
    return [
      {
        name: REAL_NODE_NAME,
        simulated: false,
        region,
        slots: options.realGpus.map(gpu => ({ gpu: { ...gpu, model: modelName(gpu.model) }, vf: null, nvme: null })),
      },
    ];
  }
  const names = new Set<string>();
  for (const node of options.simulatedNodes) {
    if (names.has(node.name)) throw new Error(`fleet.nodes lists ${node.name} twice; node names are unique.`);
    names.add(node.name);
  }
  return options.simulatedNodes.map(node => simulatedNode(node, region));
}

function simulatedNode(node: SimulatedNodeSettings, region: string): ConfiguredNode {
  const gpusPerDomain = Math.ceil(node.gpuCount / node.numaDomains);
  const slots = Array.from({ length: node.gpuCount }, (_, index): ConfiguredSlot => {
    const numaNode = Math.floor(index / gpusPerDomain);
    return {
      gpu: {
        index,
        uuid: simulatedUuid(`${node.name}/${index}`),
        model: node.gpuModel,
        memoryBytes: node.gpuMemoryBytes,
        numaNode,
        simulated: true,
      },
      // Addresses as an SR-IOV network card and one NVMe drive per GPU would have them.
      vf: `0000:${(0x40 + numaNode * 0x40 + (index % gpusPerDomain)).toString(16).padStart(2, '0')}:00.2`,
      nvme: `nvme${index}n1`,
    };
  });
  return { name: node.name, simulated: true, region, slots };
}

/**
 * What SKUs call a model: `NVIDIA H100 80GB HBM3` is an H100, `NVIDIA A100-SXM4-80GB` an A100, `NVIDIA GeForce RTX 4090` an RTX 4090. Memory and form
 * factor are told by the slot, not by the name.
 */
export function modelName(reported: string): string {
  const bare = reported.replace(/^(NVIDIA|Tesla|GeForce|Quadro|\s)+/, '').trim();
  if (/^[GR]TX /.test(bare)) return bare;
  return bare.split(/[ -]/)[0] || reported;
}

/** The same GPU at every start, in the form nvidia-smi prints. */
function simulatedUuid(seed: string): string {
  const hex = createHash('sha256').update(`portico simulated gpu ${seed}`).digest('hex');
  return `GPU-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
