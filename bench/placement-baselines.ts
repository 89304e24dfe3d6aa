import type { PlacementDemand, PlacementNode } from '../plugins/fleet-backend/src/domain/placement-demand';
import type { Decision } from '../plugins/fleet-backend/src/domain/placement-index';

/** What placement is compared with. Both look at every node for every pod, as the schedulers they stand for do. */
export interface Policy {
  decide(demand: PlacementDemand): Decision | undefined;
  take(decision: Decision, demand: PlacementDemand): void;
}

interface Node {
  cpu: number;
  memory: number;
  readonly models: readonly string[];
  readonly free: number[];
}

function openNodes(nodes: readonly PlacementNode[]): Node[] {
  return nodes.map(node => ({
    cpu: node.cpuMilli?.free ?? Infinity,
    memory: node.memory?.free ?? Infinity,
    models: node.devices.map(device => device.model),
    free: node.devices.map(device => device.freeMilli),
  }));
}

function serving(node: Node, demand: PlacementDemand): number[] | undefined {
  if (node.cpu < demand.cpuMilli || node.memory < demand.memory) return undefined;
  const devices: number[] = [];
  for (let device = 0; device < node.free.length; device += 1) {
    if ((node.free[device] as number) < demand.milli) continue;
    if (demand.models === null || demand.models.includes(node.models[device] as string)) devices.push(device);
  }
  return devices.length >= demand.count ? devices : undefined;
}

function take(nodes: readonly Node[], { node: at, devices }: Decision, demand: PlacementDemand): void {
  const node = nodes[at] as Node;
  for (const device of devices) node.free[device] = (node.free[device] as number) - demand.milli;
  node.cpu -= demand.cpuMilli;
  node.memory -= demand.memory;
}

/** The node with the least CPU and GPU left over, each as a share of the largest node's, and on it the GPUs with the least left. */
export function bestFit(fleet: readonly PlacementNode[]): Policy {
  const nodes = openNodes(fleet);
  const cpuMax = Math.max(1, ...nodes.map(node => node.cpu).filter(Number.isFinite));
  const gpuMax = Math.max(1, ...nodes.map(node => node.free.length * 1000));
  return {
    decide(demand) {
      let best: Decision | undefined;
      let least = Infinity;
      for (const [at, node] of nodes.entries()) {
        const devices = serving(node, demand);
        if (devices === undefined) continue;
        const gpuLeft = node.free.reduce((sum, free) => sum + free, 0) - demand.count * demand.milli;
        const left = (node.cpu - demand.cpuMilli) / cpuMax + gpuLeft / gpuMax;
        if (left >= least) continue;
        least = left;
        devices.sort((one, other) => (node.free[one] as number) - (node.free[other] as number) || one - other);
        best = { node: at, devices: devices.slice(0, demand.count) };
      }
      return best;
    },
    take: (decision, demand) => take(nodes, decision, demand),
  };
}

/** Any node that can host it, and any of its GPUs that can. */
export function randomFit(fleet: readonly PlacementNode[], random: () => number): Policy {
  const nodes = openNodes(fleet);
  const drawn = (among: number) => Math.floor(random() * among);
  return {
    decide(demand) {
      const possible = nodes.flatMap((node, at) => {
        const devices = serving(node, demand);
        return devices === undefined ? [] : [{ node: at, devices }];
      });
      const chosen = possible[drawn(possible.length)];
      if (chosen === undefined) return undefined;
      const devices = [...chosen.devices];
      while (devices.length > demand.count) devices.splice(drawn(devices.length), 1);
      return { node: chosen.node, devices };
    },
    take: (decision, demand) => take(nodes, decision, demand),
  };
}
