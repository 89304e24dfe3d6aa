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

  samplesOf(answer: NodeAnswer, at: number): Map<string, MetricsSample> {
    const clockSeconds = answer.count('clock');
    const loads = answer.all('load').map(row => row.split(',').map(cell => cell.trim()));
    const gpus = answer.all('gpu').map(line => line.split(' '));
    const samples = new Map<string, MetricsSample>();
    for (const line of answer.all('instance')) {
      const [id = '', ...cells] = line.split(' ');
      const [cpu = 0, memory = 0, cache = 0, limit = 0, processes = 0, rx = 0, tx = 0, disk = 0, size = 0, started = 0] = cells.map(number); // prettier-ignore
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
        gpus: gpus.filter(([of]) => of === id).flatMap(([, index, uuid, device]) => loadOf(loads, { index, uuid, device })), // prettier-ignore
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

/**
 * The load of one granted GPU, found by its uuid: numbers change at boots. For a MIG instance nvidia-smi tells neither load nor memory; temperature and power are those of the GPU it is cut from.
 * Nothing when the node cannot say.
 */
function loadOf(
  loads: readonly (readonly string[])[],
  gpu: { index: string | undefined; uuid: string | undefined; device: string | undefined },
): MetricsSample['gpus'] {
  const instance = gpu.uuid?.startsWith('MIG-') ?? false;
  const parent = gpu.device?.split(':')[0];
  const row = loads.find(cells => (instance ? cells[0] === parent : cells[1] === gpu.uuid));
  if (!row) return [];
  const [utilization = 0, used = 0, total = 0, temperature = 0, power = 0] = row.slice(3).map(number);
  return [
    {
      index: number(gpu.index),
      model: row[2] ?? '',
      utilizationPercent: instance ? 0 : utilization,
      memoryBytesUsed: instance ? 0 : used * MiB,
      memoryBytesTotal: total * MiB,
      temperatureCelsius: temperature,
      powerWatts: power,
      simulated: false,
    },
  ];
}

/** `[N/A]`, `max` and whatever else is no number count as zero. */
function number(cell: string | undefined): number {
  const value = Number(cell);
  return Number.isFinite(value) ? value : 0;
}
