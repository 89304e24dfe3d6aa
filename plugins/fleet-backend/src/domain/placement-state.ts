import { sizeOf } from './placement-demand';
import type { PlacementDemand, PlacementDevice, PlacementNode } from './placement-demand';

/** A node in the form that decisions are made on: numbers in arrays, changed in place. */
export interface NodeState {
  readonly node: PlacementNode;
  readonly ready: boolean;
  cpuFree: number;
  readonly cpuTotal: number;
  memoryFree: number;
  readonly memoryTotal: number;
  /** By device: its kind (model and grain), its NUMA domain counted from 0, and what is free of it. */
  readonly kinds: Uint16Array;
  readonly domains: Uint8Array;
  readonly sizes: Uint16Array;
  readonly free: Uint16Array;
  freeMilli: number;
  readonly domainCount: number;
  /** Devices of one kind in one domain, kind by kind. */
  readonly groupOf: Uint8Array;
  readonly groups: readonly { readonly kind: number; readonly lastOfKind: number; readonly largestOfKind: number }[];
  /** What typical launches could use of it; kept beside what it follows from. */
  usable: number;
}

export function nodeState(node: PlacementNode, kindOf: (device: PlacementDevice) => number): NodeState {
  const kinds = Uint16Array.from(node.devices, kindOf);
  const numaNodes = [...new Set(node.devices.map(({ numaNode }) => numaNode))].sort((one, other) => one - other);
  const domains = Uint8Array.from(node.devices, ({ numaNode }) => numaNodes.indexOf(numaNode));
  const { groups, groupOf } = groupsOf(kinds, domains);
  return {
    node,
    ready: node.status === 'ready',
    cpuFree: node.cpuMilli?.free ?? Infinity,
    cpuTotal: node.cpuMilli?.total ?? Infinity,
    memoryFree: node.memory?.free ?? Infinity,
    memoryTotal: node.memory?.total ?? Infinity,
    kinds,
    domains,
    sizes: Uint16Array.from(node.devices, sizeOf),
    free: Uint16Array.from(node.devices, ({ freeMilli }) => freeMilli),
    freeMilli: node.devices.reduce((sum, device) => sum + device.freeMilli, 0),
    domainCount: numaNodes.length,
    groupOf,
    groups,
    usable: 0,
  };
}

function groupsOf(kinds: Uint16Array, domains: Uint8Array): Pick<NodeState, 'groups' | 'groupOf'> {
  const keys = [...new Set(Array.from(kinds, (kind, device) => kind * 256 + (domains[device] as number)))].sort(
    (one, other) => one - other,
  );
  const groupOf = Uint8Array.from(kinds, (kind, device) => keys.indexOf(kind * 256 + (domains[device] as number)));
  const sizeOfGroup = keys.map((_, group) => groupOf.filter(of => of === group).length);
  const groups = keys.map(key => {
    const kind = Math.floor(key / 256);
    const ofKind = keys.flatMap((other, group) => (Math.floor(other / 256) === kind ? [group] : []));
    return {
      kind,
      lastOfKind: Math.max(...ofKind),
      largestOfKind: Math.max(...ofKind.map(group => sizeOfGroup[group] as number)),
    };
  });
  return { groups, groupOf };
}

/** Takes the devices' share, CPU and memory from what is free, or gives it back (`sign` 1). */
export function changeState(
  state: NodeState,
  change: { devices: readonly number[]; demand: PlacementDemand; sign: -1 | 1 },
): void {
  const { demand, sign } = change;
  for (const device of change.devices) {
    const free = (state.free[device] as number) + sign * demand.milli;
    if (free < 0 || free > (state.sizes[device] as number))
      throw new Error(`${state.node.nodeId} would have ${free} thousandths of device ${device} free`);
    state.free[device] = free;
  }
  state.freeMilli += sign * change.devices.length * demand.milli;
  state.cpuFree += sign * demand.cpuMilli;
  state.memoryFree += sign * demand.memory;
}

/** The node as its state is now. */
export function nodeOf(state: NodeState): PlacementNode {
  const { node } = state;
  return {
    ...node,
    cpuMilli: node.cpuMilli && { total: node.cpuMilli.total, free: state.cpuFree },
    memory: node.memory && { total: node.memory.total, free: state.memoryFree },
    devices: node.devices.map((device, index) => ({ ...device, freeMilli: state.free[index] as number })),
  };
}
