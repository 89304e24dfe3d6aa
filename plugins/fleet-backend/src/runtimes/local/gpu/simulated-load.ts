import type { GpuReport, MetricsSample } from '../port';

const IDLE_WATTS = 75;
const FULL_WATTS = 700;
const IDLE_CELSIUS = 32;
const FULL_CELSIUS = 74;
const WAVE_MS = 90_000;

/**
 * What a simulated GPU shows: a smooth, deterministic function of time and of how busy the sandbox's processors are, so that charts move
 * with the work and two looks at one moment agree. Labelled simulated wherever it goes.
 */
export function simulatedLoad(gpu: GpuReport, at: number, cpuPercent: number): MetricsSample['gpus'][number] {
  const wave = (Math.sin((at / WAVE_MS) * 2 * Math.PI + gpu.index) + 1) / 2;
  const busy = Math.min(1, cpuPercent / 100);
  const utilization = Math.round(busy * (82 + 16 * wave));
  const share = 0.01 + 0.7 * busy * (0.9 + 0.1 * wave);
  return {
    index: gpu.index,
    model: gpu.model,
    utilizationPercent: utilization,
    memoryBytesUsed: Math.round(gpu.memoryBytes * share),
    memoryBytesTotal: gpu.memoryBytes,
    temperatureCelsius: Math.round(IDLE_CELSIUS + ((FULL_CELSIUS - IDLE_CELSIUS) * utilization) / 100 + wave),
    powerWatts: Math.round(IDLE_WATTS + ((FULL_WATTS - IDLE_WATTS) * utilization) / 100),
    simulated: true,
  };
}
