import type { NodeStatus } from './node';

/**
 * What placement knows of a fleet and of a request, in units of its own: GPUs in thousandths, CPUs in thousandths, memory in whatever unit both sides share.
 *
 * A device is what is given out: a GPU that can be shared at will (`grain` 0), a whole GPU (`grain` 1000), or a part of one cut beforehand (`grain` its size). A request for
 * a share takes it of a divisible device, or a device cut to exactly that size; never a part of what was cut otherwise.
 */
export interface PlacementDevice {
  readonly deviceId: string;
  readonly model: string;
  readonly grain: number;
  readonly numaNode: number;
  /** Thousandths that nobody holds: of a cut device all of it or nothing. */
  readonly freeMilli: number;
}

export interface PlacementNode {
  readonly nodeId: string;
  readonly name: string;
  readonly region: string;
  /** Only `ready` ones are placed on. */
  readonly status: NodeStatus;
  /** Of the whole node, and what of it nobody holds. Null: the node does not say, so it is not what limits. */
  readonly cpuMilli: Amount | null;
  readonly memory: Amount | null;
  /** All it offers, taken ones included, in GPU order. */
  readonly devices: readonly PlacementDevice[];
}

export interface Amount {
  readonly total: number;
  readonly free: number;
}

export interface PlacementDemand {
  /** Any of them; null is any at all. */
  readonly models: readonly string[] | null;
  /** Devices on one node; 0 asks for CPU and memory alone. */
  readonly count: number;
  /** Of each device. */
  readonly milli: number;
  readonly cpuMilli: number;
  readonly memory: number;
  /** A node with exactly so many devices, all of them. */
  readonly wholeNode: boolean;
  /** Null is any. */
  readonly regions: readonly string[] | null;
}

/** A kind of launch, and how often it comes: what is left of a node is worth what these could still do with it. */
export interface TypicalDemand {
  readonly models: readonly string[] | null;
  readonly count: number;
  readonly milli: number;
  readonly cpuMilli: number;
  /** A whole number: how often, relative to the others. */
  readonly weight: number;
}

export const WHOLE_GPU_MILLI = 1000;

/** The size of a device: what it could give when nobody held any of it. */
export function sizeOf(device: Pick<PlacementDevice, 'grain'>): number {
  return device.grain === 0 ? WHOLE_GPU_MILLI : device.grain;
}

/** Whether a device of that grain can serve such a share when so much of it is free. */
export function canServe(device: { grain: number; free: number }, milli: number): boolean {
  return device.grain === 0 ? device.free >= milli : device.grain === milli && device.free === milli;
}
