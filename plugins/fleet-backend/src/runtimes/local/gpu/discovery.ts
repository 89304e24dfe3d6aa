import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { PROBE_DEADLINE_MS } from '../limits';
import { HOST_ENVIRONMENT } from '../sandbox/host-environment';
import type { GpuReport, MetricsSample } from '../port';

const run = promisify(execFile);
const MiB = 1024 * 1024;

const DISCOVERY_QUERY = 'index,uuid,name,memory.total,pci.bus_id';
const LOAD_QUERY = 'index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw';

/** Runs the host's own `nvidia-smi`. Injected, so that tests answer with what real machines printed. */
export type NvidiaSmi = (args: readonly string[]) => Promise<string>;

const hostNvidiaSmi: NvidiaSmi = async args =>
  (await run('nvidia-smi', [...args], { timeout: PROBE_DEADLINE_MS, env: HOST_ENVIRONMENT })).stdout;

/**
 * The real GPUs of this machine; empty when there are none. Parses recorded output of H100 and H200 machines in its tests and has not
 * been run on hardware.
 */
export async function discoverGpus(
  nvidiaSmi: NvidiaSmi = hostNvidiaSmi,
  numaNodeOf = numaNodeFromSysfs,
): Promise<GpuReport[]> {
  let csv: string;
  try {
    csv = await nvidiaSmi([`--query-gpu=${DISCOVERY_QUERY}`, '--format=csv,noheader,nounits']);
  } catch {
    return [];
  }
  const topology = await nvidiaSmi(['topo', '-m']).catch(() => '');
  const affinity = parseNumaAffinity(topology);
  return parseRows(csv).flatMap(([index, uuid, model, memoryMiB, busId]) => {
    if (!/^\d+$/.test(index ?? '') || !uuid || !model || !Number.isFinite(Number(memoryMiB))) return [];
    const number = Number(index);
    const numaNode = affinity.get(number) ?? numaNodeOf(busId ?? '') ?? 0;
    return [{ index: number, uuid, model, memoryBytes: Number(memoryMiB) * MiB, numaNode, simulated: false }];
  });
}

/** The load of real GPUs. Fields a driver does not support come as `[N/A]` and count as zero. */
export async function measureGpus(
  indices: readonly number[],
  nvidiaSmi: NvidiaSmi = hostNvidiaSmi,
): Promise<MetricsSample['gpus']> {
  if (indices.length === 0) return [];
  const csv = await nvidiaSmi([
    `--id=${indices.join(',')}`,
    `--query-gpu=${LOAD_QUERY}`,
    '--format=csv,noheader,nounits',
  ]);
  return parseRows(csv).map(row => {
    const number = (column: number) => {
      const value = Number(row[column]);
      return Number.isFinite(value) ? value : 0;
    };
    return {
      index: number(0),
      model: row[1] ?? '',
      utilizationPercent: number(2),
      memoryBytesUsed: number(3) * MiB,
      memoryBytesTotal: number(4) * MiB,
      temperatureCelsius: number(5),
      powerWatts: number(6),
      simulated: false,
    };
  });
}

/** Device nodes of the granted GPUs and of the driver, those that exist. */
export function gpuDevices(gpus: readonly GpuReport[]): string[] {
  const real = gpus.filter(gpu => !gpu.simulated);
  if (real.length === 0) return [];
  const shared = ['/dev/nvidiactl', '/dev/nvidia-uvm'];
  return [...real.map(gpu => `/dev/nvidia${gpu.index}`), ...shared].filter(path => existsSync(path));
}

function parseRows(csv: string): string[][] {
  return csv
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(line => line.split(',').map(cell => cell.trim()));
}

/** The `NUMA Affinity` column of `nvidia-smi topo -m`, by GPU index. The heading's columns are separated by tabs; its names hold spaces. */
export function parseNumaAffinity(topology: string): Map<number, number> {
  const lines = stripColors(topology).split('\n');
  const heading = lines.find(line => line.includes('NUMA Affinity'));
  const column = heading?.split('\t').findIndex(cell => cell.trim() === 'NUMA Affinity') ?? -1;
  const affinity = new Map<number, number>();
  for (const line of lines) {
    const cells = line.split('\t').map(cell => cell.trim());
    const gpu = /^GPU(\d+)$/.exec(cells[0] ?? '');
    const node = /^(\d+)/.exec(cells[column] ?? '');
    if (gpu && node) affinity.set(Number(gpu[1]), Number(node[1]));
  }
  return affinity;
}

function stripColors(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '');
}

/** `00000000:18:00.0` as NVIDIA prints it is `0000:18:00.0` in sysfs. */
function numaNodeFromSysfs(busId: string): number | null {
  const address = busId.toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '');
  if (!/^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]$/.test(address)) return null;
  try {
    const node = Number(readFileSync(`/sys/bus/pci/devices/${address}/numa_node`, 'utf8'));
    return node >= 0 ? node : null;
  } catch {
    return null;
  }
}
