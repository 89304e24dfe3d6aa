import type { MoneyAmount, SlotMapNode, SlotState } from '../src/index';

export const NOW = Date.parse('2026-11-20T17:04:00Z');

export function usd(amount: string): MoneyAmount {
  return { amount, currency: 'USD', scale: 6 };
}

export interface Workload {
  id: string;
  name: string;
  sku: string;
  status: string;
  price: MoneyAmount;
  createdAt: string;
}

const STATUSES = ['active', 'provisioning', 'release_failed', 'failed', 'releasing', 'released'];

export const WORKLOADS: Workload[] = Array.from({ length: 14 }, (_, index) => ({
  id: `alloc_${(index + 11).toString(36)}8c2k9d`,
  name: ['trainer', 'eval-sweep', 'notebook-of-a-person-with-a-long-name', 'render'][index % 4] + `-${index + 1}`,
  sku: index % 3 === 0 ? 'H200 × 1' : 'H200 slice × 2',
  status: STATUSES[index % STATUSES.length] ?? 'active',
  price: usd(String(2_490_000 * ((index % 4) + 1))),
  createdAt: new Date(NOW - index * 5_400_000).toISOString(),
}));

const STATES: SlotState[] = ['free', 'yours', 'yours', 'held', 'held', 'free', 'blocked', 'candidate'];

export function node(id: string, slicesPerGpu = 1): SlotMapNode {
  const gpu = (index: number) => ({
    id: `${id}-gpu${index}`,
    label: `GPU ${index}`,
    slices: Array.from({ length: slicesPerGpu }, (_, slice) => ({
      id: `${id}-${index}-${slice}`,
      label: slicesPerGpu > 1 ? `slice ${slice}` : undefined,
      state: STATES[(index + slice * 3) % STATES.length] ?? 'free',
      detail: `VF 0000:3${index}:0${slice}.1`,
    })),
  });
  return {
    id,
    label: id,
    detail: '8 × H200',
    numa: [0, 1].map(domain => ({
      id: `${id}-numa${domain}`,
      label: `NUMA ${domain}`,
      gpus: [0, 1, 2, 3].map(index => gpu(domain * 4 + index)),
    })),
  };
}

export const TIMES = Array.from({ length: 120 }, (_, index) => NOW / 1000 - (120 - index) * 15);
export function wave(height: number, speed: number): number[] {
  return TIMES.map((_, index) => Math.round((Math.sin(index / speed) * 0.4 + 0.5) * height * 10) / 10);
}
