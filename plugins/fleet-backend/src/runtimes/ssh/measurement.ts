import type { NodeAnswer } from './node-script';
import type { MetricsSample } from './port';

const MiB = 1024 * 1024;
/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that podman runs on. */
const TICKS_PER_SECOND = 100;
/** Shorter spans make a percentage of noise. */
const CPU_SPAN_SECONDS = 0.25;

/** One container, as read. `cpuSeconds` since it was made, `clockSeconds` since the node was started. */
interface Reading {
  readonly cpuSeconds: number;
  readonly clockSeconds: number;
}

/** Turns readings into samples. CPU is what was used between two readings; the first says what was used since the start. */
export class Measurements {
  readonly #before = new Map<string, Reading & { percent: number }>();

  /** `loads` instead of what the node's nvidia-smi said, by whoever knows better. */
  samplesOf(answer: NodeAnswer, at: number, loads: readonly GpuLoad[] = loadsOf(answer)): Map<string, MetricsSample> {
    const gpus = answer.all('gpu').map(line => line.split(' '));
    const samples = new Map<string, MetricsSample>();
    for (const line of answer.all('instance')) {
      const [id = '', ...cells] = line.split(' ');
      const [
        cpu = 0,
        memory = 0,
        cache = 0,
        limit = 0,
        processes = 0,
        rx = 0,
        tx = 0,
        disk = 0,
        size = 0,
        started = 0,
        clockSeconds = 0,
      ] = cells.map(number);
      const reading = { cpuSeconds: cpu / 1e9, clockSeconds };
      samples.set(id, {
        at,
        cpuPercent: this.#cpuPercent(id, reading, started / TICKS_PER_SECOND),
        memoryBytesUsed: Math.max(0, memory - cache),
        memoryBytesLimit: limit,
        diskBytesUsed: disk,
        diskBytesLimit: size,
        networkRxBytes: rx,
        networkTxBytes: tx,
        processes,
        gpus: gpus
          .filter(([of]) => of === id)
          .flatMap(([, index, uuid, device]) => loadOf(loads, { index, uuid, device })),
      });
    }
    for (const id of this.#before.keys()) if (!samples.has(id)) this.#before.delete(id);
    return samples;
  }

  /** 100 is one CPU. A group that counts less than before was made anew. */
  #cpuPercent(id: string, reading: Reading, startedSeconds: number): number {
    const known = this.#before.get(id);
    const before =
      known && known.cpuSeconds <= reading.cpuSeconds && known.clockSeconds <= reading.clockSeconds
        ? known
        : { cpuSeconds: 0, clockSeconds: startedSeconds, percent: 0 };
    const span = reading.clockSeconds - before.clockSeconds;
    if (span < CPU_SPAN_SECONDS) return before.percent;
    const percent = (100 * (reading.cpuSeconds - before.cpuSeconds)) / span;
    this.#before.set(id, { ...reading, percent });
    return percent;
  }
}

/** The load of a whole GPU, whoever tells it. */
export interface GpuLoad {
  /** Its number on the node; null where only the uuid is known. */
  readonly index: number | null;
  readonly uuid: string;
  readonly model: string;
  readonly utilizationPercent: number;
  readonly memoryBytesUsed: number;
  readonly memoryBytesTotal: number;
  readonly temperatureCelsius: number;
  readonly powerWatts: number;
}

/** By the node's own nvidia-smi; nothing where it has none. */
export function loadsOf(answer: NodeAnswer): GpuLoad[] {
  return answer.all('load').map(row => {
    const [index, uuid = '', model = '', ...figures] = row.split(',').map(cell => cell.trim());
    const [utilization = 0, used = 0, total = 0, temperature = 0, power = 0] = figures.map(number);
    return {
      index: number(index),
      uuid,
      model,
      utilizationPercent: utilization,
      memoryBytesUsed: used * MiB,
      memoryBytesTotal: total * MiB,
      temperatureCelsius: temperature,
      powerWatts: power,
    };
  });
}

/** Uuids of all GPUs that allocations on the node hold. */
export function grantedUuids(answer: NodeAnswer): string[] {
  return [...new Set(answer.all('gpu').flatMap(line => line.split(' ')[2] ?? []))];
}

/**
 * The load of one granted GPU, found by its uuid: numbers change at boots. For a MIG instance neither load nor memory is told; temperature and power are those of the GPU it is cut from.
 * Nothing when nobody can say.
 */
function loadOf(
  loads: readonly GpuLoad[],
  gpu: { index: string | undefined; uuid: string | undefined; device: string | undefined },
): MetricsSample['gpus'] {
  const instance = gpu.uuid?.startsWith('MIG-') ?? false;
  const parent = Number(gpu.device?.split(':')[0]);
  const load = loads.find(({ index, uuid }) => (instance ? index === parent : uuid === gpu.uuid));
  if (!load) return [];
  return [
    {
      index: number(gpu.index),
      model: load.model,
      utilizationPercent: instance ? 0 : load.utilizationPercent,
      memoryBytesUsed: instance ? 0 : load.memoryBytesUsed,
      memoryBytesTotal: load.memoryBytesTotal,
      temperatureCelsius: load.temperatureCelsius,
      powerWatts: load.powerWatts,
      simulated: false,
    },
  ];
}

/** `[N/A]`, `max` and whatever else is no number count as zero. */
function number(cell: string | undefined): number {
  const value = Number(cell);
  return Number.isFinite(value) ? value : 0;
}
