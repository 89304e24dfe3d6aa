import type { ModelCapacity, PartCapacity } from '@portico/plugin-fleet/port';
import { groupBy } from './group-by';
import type { NodeStatus } from './node';

/** Slots of one model on one node. A node with several models appears once per model. */
export interface NodeModelCount {
  readonly gpuModel: string;
  readonly nodeId: string;
  readonly nodeStatus: NodeStatus;
  readonly region: string;
  /** Whole GPUs. */
  readonly total: number;
  readonly free: number;
  /** Parts of GPUs by size, with how many of them are free. */
  readonly parts: readonly { readonly fractionMilli: number; readonly total: number; readonly free: number }[];
  /** All slots of the node, of whatever model or part, so that a node counts as whole only when nothing else is on it. */
  readonly nodeTotal: number;
}

/** Folds per-node counts into capacity per model and region, in the order of their names. Free GPUs count on ready nodes only. */
export function capacityByModelAndRegion(counts: readonly NodeModelCount[]): ModelCapacity[] {
  return byName(counts, count => count.gpuModel).flatMap(([gpuModel, ofModel]) =>
    byName(ofModel, count => count.region).map(([region, nodes]) => {
      const ready = nodes.filter(node => node.nodeStatus === 'ready');
      const whole = ready.filter(node => node.free > 0 && node.free === node.nodeTotal);
      const bySize = new Map<number, number>();
      for (const node of whole) bySize.set(node.nodeTotal, (bySize.get(node.nodeTotal) ?? 0) + 1);
      return {
        gpuModel,
        region,
        totalGpus: nodes.reduce((sum, node) => sum + node.total, 0),
        freeGpus: ready.reduce((sum, node) => sum + node.free, 0),
        largestFreeOnOneNode: ready.reduce((largest, node) => Math.max(largest, node.free), 0),
        wholeNodesFreeBySize: bySize,
        readyNodes: ready.length,
        parts: partsOf(nodes),
      };
    }),
  );
}

function byName(counts: readonly NodeModelCount[], nameOf: (count: NodeModelCount) => string) {
  return [...groupBy(counts, nameOf)].sort(([one], [other]) => (one < other ? -1 : 1));
}

function partsOf(nodes: readonly NodeModelCount[]): PartCapacity[] {
  const offered = nodes.flatMap(node => node.parts.map(part => ({ ...part, ready: node.nodeStatus === 'ready' })));
  return [...groupBy(offered, part => part.fractionMilli)]
    .sort(([one], [other]) => one - other)
    .map(([fractionMilli, parts]) => {
      const ready = parts.filter(part => part.ready);
      return {
        fractionMilli,
        total: parts.reduce((sum, part) => sum + part.total, 0),
        free: ready.reduce((sum, part) => sum + part.free, 0),
        largestFreeOnOneNode: ready.reduce((largest, part) => Math.max(largest, part.free), 0),
      };
    });
}
