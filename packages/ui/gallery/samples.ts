import type { MoneyAmount, SlotMapNode, SlotMapSlice, SlotState } from '../src/index';

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

/** A node after a change of its hardware, with a candidate over what is approved: one GPU cut in halves, one in MIG instances, one left out. */
export function candidateNode(): SlotMapNode {
  const whole = (index: number, more: Partial<SlotMapSlice> = {}) => ({
    id: `c-gpu${index}`,
    label: `GPU ${index}`,
    slices: [
      {
        id: `c-${index}`,
        state: 'free' as const,
        fractionMilli: 1000,
        vf: `0000:${18 + index}:00.1`,
        nvme: `nvme${index + 2}n1`,
        ...more,
      },
    ],
  });
  return {
    id: 'candidate',
    label: 'h200-rack4-07',
    detail: '8 × H200',
    numa: [
      {
        id: 'c-numa0',
        label: 'NUMA 0',
        gpus: [
          whole(0, { state: 'held', detail: 'held by trainer-7 for 3 h' }),
          whole(1),
          whole(2, {
            ghost: 'changed',
            vf: '0000:2a:00.3',
            detail: 'Virtual function 0000:1a:00.1 becomes 0000:2a:00.3.',
          }),
          {
            id: 'c-gpu3',
            label: 'GPU 3',
            slices: [0, 1].map(part => ({
              id: `c-3-${part}`,
              label: `half ${part + 1} of 2`,
              state: 'candidate' as const,
              ghost: 'added' as const,
              fractionMilli: 500,
              vf: part === 0 ? '0000:18:00.2' : null,
              nvme: `nvme${5 + part}n1`,
            })),
          },
        ],
      },
      {
        id: 'c-numa1',
        label: 'NUMA 1',
        gpus: [
          whole(4, {
            state: 'blocked',
            reason: 'Its NVMe namespace nvme6n1 (eui.0100a8) is not there any more.',
            nvme: null,
          }),
          whole(5, { ghost: 'removed', detail: 'Not given out any more.' }),
          {
            id: 'c-gpu6',
            label: 'GPU 6',
            slices: [
              { id: 'c-6-0', label: 'MIG 3g.71gb 0', fractionMilli: 428, state: 'free', vf: null, nvme: null },
              { id: 'c-6-1', label: 'MIG 2g.35gb 1', fractionMilli: 285, state: 'held', vf: null, nvme: null },
            ],
          },
          { id: 'c-gpu7', label: 'GPU 7', slices: [] },
        ],
      },
    ],
  };
}

export const TIMES = Array.from({ length: 120 }, (_, index) => NOW / 1000 - (120 - index) * 15);
export function wave(height: number, speed: number): number[] {
  return TIMES.map((_, index) => Math.round((Math.sin(index / speed) * 0.4 + 0.5) * height * 10) / 10);
}
